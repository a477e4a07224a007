//! What a lying versions service can do to the agent's process: its memory, its log, and the TLS sessions it resumes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod hostile;
mod world;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hostile::{Hostile, State, component, document, notice, release};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::TcpListener;
use tokio_rustls::rustls::{HandshakeKind, ServerConfig, pki_types::PrivateKeyDer};
use wfm_e2e::{RecordedCluster, Recording};
use world::{anywhere, program, text, until};

/// The agent as a process; killed when it is dropped.
struct Process {
    child: Child,
    addr: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    fn start(cluster: &RecordedCluster, folder: &Path, url: &str, env: &[(&str, &str)]) -> Self {
        let kubeconfig = cluster.write_kubeconfig(folder).unwrap();
        let mut child = Command::new(program("wfm-agent"))
            .args(["--listen", "127.0.0.1:0", "--poll-interval", "1", "--versions-url", url, "--kubeconfig"])
            .arg(kubeconfig)
            .env_clear()
            .envs(env.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let (log, err) = (Arc::<Mutex<Vec<String>>>::default(), child.stderr.take().unwrap());
        let lines = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                lines.lock().unwrap().push(line);
            }
        });
        Self { child, addr: first.trim().parse().unwrap(), log }
    }

    /// The most memory it ever had, in MiB; `None` on a system without `/proc`.
    fn peak(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib / 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Documents that are too much in different ways: beyond 1 MiB, and just below it.
fn too_much() -> Vec<(&'static str, String)> {
    let versions = |count: usize| (0..count).map(|n| release(&format!("2.{n}.0"))).collect::<Vec<_>>();
    let names = |count: usize| (0..count).map(|n| component(&format!("a{n}"), &[release("1.0.0")])).collect::<Vec<_>>();
    let notices =
        |count: usize| (0..count).map(|n| notice(&format!("n{n}"), "security", "Upgrade.")).collect::<Vec<_>>();
    let described = |length: usize| {
        let text = "\"<&".repeat(length / 3).replace('"', "\\\"");
        let release =
            |n: usize| format!(r#"{{"version":"9.{n}.0","released":"2026-01-01T00:00:00Z","description":"{text}"}}"#);
        component("deis-router", &(0..8).map(release).collect::<Vec<_>>())
    };
    vec![
        ("95,000 components", document(1, &names(95_000), &[])),
        ("12,000 components", document(1, &names(12_000), &[])),
        ("100,000 releases", document(1, &[component("deis-router", &versions(100_000))], &[])),
        ("17,000 releases", document(1, &[component("deis-router", &versions(17_000))], &[])),
        ("80,000 notices", document(1, &[], &notices(80_000))),
        ("10,000 notices", document(1, &[], &notices(10_000))),
        ("8 MB of description", document(1, &[described(1 << 20)], &[])),
        ("1 MB of description", document(1, &[described(90_000)], &[])),
        ("every text at its bound", at_the_bounds()),
        ("8 MB of blanks", format!("{}{}", document(1, &[], &[]), " ".repeat(8_000_000))),
        ("500,000 things that are no component", document(1, &vec!["7".to_owned(); 500_000], &[])),
        (
            "a million brackets",
            format!(r#"{{"schemaVersion":1,"train":"stable","components":[{}"#, "[".repeat(1_000_000)),
        ),
    ]
}

/// The most that an agent keeps and shows: each component with notes, each notice about all of them.
fn at_the_bounds() -> String {
    let text = serde_json::to_string(&"\"".repeat(2_000)).unwrap();
    let release = |n: usize| {
        let at = "2026-01-01T00:00:00Z";
        format!(r#"{{"version":"9.{n}.0","released":"{at}","description":{text},"fixes":{text}}}"#)
    };
    let releases: Vec<String> = (0..5).map(release).collect();
    let catalog = wfm_core::catalog::Catalog::workflow();
    let components: Vec<String> = catalog.iter().map(|entry| component(entry.name().as_str(), &releases)).collect();
    let notices: Vec<String> = (0..32).map(|n| notice(&format!("n{n}"), "security", &"\"".repeat(2_000))).collect();
    let document = document(1, &components, &notices);
    assert!(document.len() < 1 << 20, "it is read");
    document
}

#[tokio::test]
async fn a_document_that_is_too_much_costs_the_agent_neither_its_memory_nor_its_next_start() {
    let (service, cluster) = (Hostile::start().await, RecordedCluster::start(Recording::Onprem2018).await.unwrap());
    for (what, document) in too_much() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state").display().to_string();
        service.answers(document);
        // Twice: what was kept of it is read by the second.
        for start in ["first", "second"] {
            let before = service.heads().len();
            let agent = Process::start(&cluster, folder.path(), &service.url(), &[("STATE_DIR", &state)]);
            until(async || service.heads().len(), |heads| *heads >= before + 3).await;
            let page = world::page(agent.addr).await;
            let report = text(agent.addr, "/report.json").await;
            let peak = agent.peak();
            println!("{what}, {start} start: {peak:?} MiB at most, the page has {} bytes", page.len());
            assert!(peak.is_none_or(|peak| peak <= 64), "{what}, {start} start: {peak:?} MiB");
            assert!(page.len() < 2 << 20 && report.len() < 4 << 20, "{what}: {} and {}", page.len(), report.len());
        }
    }
}

#[tokio::test]
async fn a_line_of_the_log_is_the_agents_own_and_short() {
    let (service, cluster) = (Hostile::start().await, RecordedCluster::start(Recording::Onprem2018).await.unwrap());
    let forged = "oops\n2026-11-21T13:00:00Z  INFO everything is fine, sharing was switched off\u{1b}[2J\u{202e}";
    let folder = tempfile::tempdir().unwrap();
    service.refuses(404, serde_json::json!({ "code": 404, "message": forged }).to_string());
    let agent = Process::start(&cluster, folder.path(), &service.url(), &[]);
    until(async || agent.log.lock().unwrap().join("\n"), |log| log.contains("oops")).await;
    service.refuses(404, serde_json::json!({ "code": 404, "message": "y".repeat(8_000_000) }).to_string());
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let log = agent.log.lock().unwrap().clone();
    assert!(log.iter().all(|line| !line.starts_with("2026-11-21T13:00:00Z")), "{:.300?}", log.get(1));
    assert!(log.iter().all(|line| line.len() < 1_000), "{:?}", log.iter().map(String::len).max());
}

/// A TLS server that offers tickets and counts who comes back with one.
async fn tls(folder: &Path) -> (SocketAddr, Arc<State>, Arc<[AtomicUsize; 2]>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key);
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config.unwrap()));
    let listener = TcpListener::bind(anywhere()).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let (state, counts) = (Arc::new(State::default()), Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]));
    let (serving, counting) = (Arc::clone(&state), Arc::clone(&counts));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let is_resumed = stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed);
            counting[usize::from(is_resumed)].fetch_add(1, Ordering::SeqCst);
            tokio::spawn(hostile::serve(stream, Arc::clone(&serving)));
        }
    });
    (addr, state, counts)
}

#[tokio::test]
async fn no_update_check_resumes_the_tls_session_of_another() {
    let (folder, cluster) =
        (tempfile::tempdir().unwrap(), RecordedCluster::start(Recording::Onprem2018).await.unwrap());
    let (addr, state, counts) = tls(folder.path()).await;
    state.answer(200, document(1, &[], &[]));
    let authority = folder.path().join("ca.pem").display().to_string();
    let url = format!("https://localhost:{}", addr.port());
    let agent = Process::start(&cluster, folder.path(), &url, &[("SSL_CERT_FILE", &authority)]);
    let full = || counts[0].load(Ordering::SeqCst);
    until(async || full() + counts[1].load(Ordering::SeqCst), |handshakes| *handshakes >= 5).await;
    println!("{} full handshakes, {} resumed", full(), counts[1].load(Ordering::SeqCst));
    assert_eq!(counts[1].load(Ordering::SeqCst), 0, "{:?}", agent.log.lock().unwrap());
    assert!(state.heads().len() >= 4, "it was read: {:?}", state.heads());
}

#[tokio::test]
async fn no_output_of_config_show_repeats_the_password_in_a_url() {
    for output in ["table", "json"] {
        let run = Command::new(program("wfm-agent"))
            .args([
                "config",
                "show",
                "--output",
                output,
                "--versions-url",
                "https://user:hunter2@versions.example.com/x",
            ])
            .env_clear()
            .output()
            .unwrap();
        let shown = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        assert!(shown.contains("https://versions.example.com/x") && !shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_that_resets_the_id_removes_the_kept_list_and_nothing_else() {
    let (folder, cluster) =
        (tempfile::tempdir().unwrap(), RecordedCluster::start(Recording::EksCurrent).await.unwrap());
    for name in ["releases-stable.json", "releases-beta.json", "sent.ndjson"] {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    let kubeconfig = cluster.write_kubeconfig(folder.path()).unwrap();
    let run = Command::new(program("wfm-agent"))
        .args(["id", "reset", "--kubeconfig"])
        .arg(&kubeconfig)
        .arg("--state-dir")
        .arg(folder.path())
        .env_clear()
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let left = |name: &str| folder.path().join(name).exists();
    assert_eq!(["releases-stable.json", "releases-beta.json", "sent.ndjson"].map(left), [false, false, true]);
}
