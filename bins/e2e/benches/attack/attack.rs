//! `just attack`: what hostile peers cost the release programs, in memory and in the latency of `/livez`.
//!
//! Eight networks (127.1.1.1 to 127.1.8.1, each a /24 of its own) attack the service, and one pod attacks the agent. Another
//! thread opens a new connection for `/livez` twenty times a second, as a kubelet does, and a third asks for what other peers
//! ask for. `just attack doctor` runs the attacks
//! with that word in their name; `WFM_PROGRAMS=FOLDER` attacks the programs of another folder, so that two versions can be
//! compared.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a benchmark is a test")]
#![allow(clippy::cast_precision_loss, reason = "figures to read")]

mod agent;
mod http2;
mod measure;
mod network;
mod service;

use measure::Figures;

/// The aims: MiB of each program, and milliseconds until `/livez` answers.
const SERVICE_MEMORY: f64 = 96.0;
const AGENT_MEMORY: f64 = 64.0;
const LIVEZ: f64 = 100.0;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("programs of {}", measure::programs().display());
    println!(
        "{:<50} {:>9} {:>9} {:>9} {:>8} {:>7} {:>8}",
        "attack", "peak MiB", "then MiB", "/livez ms", "worst ms", "failed", "others"
    );
    runtime.block_on(async {
        run("service: nothing", SERVICE_MEMORY, service::nothing()).await;
        run("service: doctor bodies of 1 MiB", SERVICE_MEMORY, service::doctor()).await;
        run("service: slow bodies, HTTP/1.1", SERVICE_MEMORY, service::slow_bodies()).await;
        run("service: slow bodies, HTTP/2", SERVICE_MEMORY, service::slow_streams()).await;
        run("service: answers never read, HTTP/1.1", SERVICE_MEMORY, service::unread_answers()).await;
        run("service: answers never read, HTTP/2", SERVICE_MEMORY, service::unread_streams()).await;
        run("service: clusters that never were", SERVICE_MEMORY, service::new_clusters()).await;
        run("agent: nothing", AGENT_MEMORY, agent::nothing()).await;
        run("agent: answers never read, HTTP/1.1", AGENT_MEMORY, agent::unread_answers()).await;
        run("agent: answers never read, HTTP/2", AGENT_MEMORY, agent::unread_streams()).await;
        for document in agent::DOCUMENTS {
            run(&format!("agent: a list with {}", document.name), AGENT_MEMORY, agent::hostile(document)).await;
        }
    });
}

/// Runs an attack and prints what it came to, unless other attacks were asked for.
async fn run(name: &str, memory: f64, attack: impl Future<Output = Figures>) {
    let mut wanted = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).peekable();
    if wanted.peek().is_none() || wanted.any(|part| name.contains(&part)) {
        line(name, memory, &attack.await);
    }
}

fn line(attack: &str, memory: f64, figures: &Figures) {
    let Figures { peak, then, median, worst, failed, probes, served, asked, remark } = figures;
    let over = |is_over: bool, what: &str| if is_over { format!("  OVER THE AIM: {what}") } else { String::new() };
    println!(
        "{attack:<50} {peak:>9.1} {then:>9.1} {median:>9.1} {worst:>8.1} {failed:>3}/{probes:<3} {served:>4}/{asked:<3}  {remark}{}{}",
        over(*peak > memory, "memory"),
        over(*failed > 0 || *worst > LIVEZ, "/livez"),
    );
}
