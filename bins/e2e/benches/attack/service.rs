//! Attacks on the versions service.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use wfm_e2e::RELEASES_JSON;

use super::http2::{head, preface_without_window};
use super::measure::{Figures, Program, programs, size};
use super::network::{closed_or, connect, count, exchange, from_everywhere};

const TIME: Duration = Duration::from_secs(12);

/// A service with the real release history, and everything at its defaults, but doctor reports, which are taken.
struct Service {
    program: Program,
    folder: TempDir,
}

impl Service {
    fn start() -> Self {
        let folder = tempfile::tempdir_in(programs()).unwrap();
        let releases = folder.path().join("releases.json");
        std::fs::write(&releases, RELEASES_JSON).unwrap();
        let store = format!("sled://{}", folder.path().join("store").display());
        let mut import = std::process::Command::new(programs().join("wfm-api"));
        let import = import.args(["import", releases.to_str().unwrap(), "--store", &store]).output().unwrap();
        assert!(import.status.success());
        let mut arguments = vec!["--listen", "127.0.0.1:0", "--store", &store];
        if Program::knows("wfm-api", "--doctor") {
            arguments.push("--doctor");
        }
        Self { program: Program::start("wfm-api", &arguments, &[]), folder }
    }
}

pub(crate) async fn nothing() -> Figures {
    let service = Service::start();
    service
        .program
        .under("/v4/releases/stable", async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            String::new()
        })
        .await
}

/// Six connections of each network send doctor reports of 349,000 empty components.
pub(crate) async fn doctor() -> Figures {
    let service = Service::start();
    let addr = service.program.addr;
    let body = format!(r#"{{"workflow":{{"components":[{}{{}}]}}}}"#, "{},".repeat(348_999));
    let request = Arc::new(format!(
        "POST /v3/doctor/00000000-0000-4000-8000-000000000001 HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    let attack = from_everywhere(6, TIME, move |network, _, until| {
        let request = Arc::clone(&request);
        async move {
            let mut counts = BTreeMap::new();
            while Instant::now() < until {
                let Ok(mut stream) = connect(network, 1, addr, false).await else {
                    count(&mut counts, "no connection");
                    continue;
                };
                count(&mut counts, &exchange(&mut stream, request.as_bytes()).await);
            }
            counts
        }
    });
    service.program.under("/v4/releases/stable", attack).await
}

/// As many connections as the service has, each with a check-in whose body drips.
pub(crate) async fn slow_bodies() -> Figures {
    let service = Service::start();
    let addr = service.program.addr;
    let attack = from_everywhere(1024, TIME, move |network, connection, until| async move {
        let machine = u8::try_from(1 + connection / 512).unwrap();
        let mut counts = BTreeMap::new();
        while Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let Ok(mut stream) = connect(network, machine, addr, false).await else { continue };
            let head = b"POST /v4/reports HTTP/1.1\r\nhost: x\r\ncontent-length: 9000\r\n\r\n{";
            if stream.write_all(head).await.is_err() {
                continue;
            }
            count(&mut counts, "connections");
            while Instant::now() < until && stream.write_all(b" ").await.is_ok() {
                if closed_or(&mut stream, (Instant::now() + Duration::from_secs(1)).min(until)).await {
                    break;
                }
            }
        }
        counts
    });
    service.program.under("/v4/releases/stable", attack).await
}

/// Sixty connections of each network, each of which begins five check-ins every 2.4 s, by HTTP/2, and sends nothing of them.
pub(crate) async fn slow_streams() -> Figures {
    let service = Service::start();
    let addr = service.program.addr;
    let attack = from_everywhere(60, TIME, move |network, _, until| async move {
        let mut counts = BTreeMap::new();
        while Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let Ok(mut stream) = connect(network, 1, addr, false).await else { continue };
            let mut bytes = preface_without_window();
            let mut number = 1;
            loop {
                for _ in 0..5 {
                    bytes.extend(head(number, true, "/v4/reports"));
                    number += 2;
                }
                if stream.write_all(&bytes).await.is_err() {
                    break;
                }
                bytes.clear();
                count(&mut counts, "bursts");
                if closed_or(&mut stream, (Instant::now() + Duration::from_millis(2400)).min(until)).await
                    || Instant::now() >= until
                {
                    break;
                }
            }
        }
        counts
    });
    service.program.under("/v4/releases/stable", attack).await
}

/// A hundred connections of each network ask for the largest document 32 times and read nothing.
pub(crate) async fn unread_answers() -> Figures {
    let service = Service::start();
    let addr = service.program.addr;
    let attack = from_everywhere(100, TIME, move |network, connection, until| async move {
        let encoding = if connection % 2 == 0 { "accept-encoding: gzip\r\n" } else { "" };
        unread(network, addr, format!("GET /openapi.json HTTP/1.1\r\nhost: x\r\n{encoding}\r\n").repeat(32), until)
            .await
    });
    service.program.under("/v4/releases/stable", attack).await
}

/// The same by HTTP/2, ten answers for each connection, all of them compressed, none of which may be sent.
pub(crate) async fn unread_streams() -> Figures {
    let service = Service::start();
    let addr = service.program.addr;
    let attack = from_everywhere(100, TIME, move |network, _, until| async move {
        let mut request = preface_without_window();
        (0..10).for_each(|number| request.extend(head(2 * number + 1, false, "/openapi.json")));
        unread(network, addr, request, until).await
    });
    service.program.under("/v4/releases/stable", attack).await
}

/// Sends and reads nothing; again whenever the connection is closed.
pub(crate) async fn unread(
    network: u8,
    addr: std::net::SocketAddr,
    request: impl AsRef<[u8]> + Send,
    until: Instant,
) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let Ok(mut stream) = connect(network, 1, addr, true).await else { continue };
        count(&mut counts, "connections");
        // Whoever does not read sees the end of a connection only when writing.
        while stream.write_all(request.as_ref()).await.is_ok() && Instant::now() < until {
            tokio::time::sleep(Duration::from_secs(2).min(until.saturating_duration_since(Instant::now()))).await;
        }
    }
    counts
}

/// Eight connections of each network check in, every time as another cluster.
pub(crate) async fn new_clusters() -> Figures {
    let service = Service::start();
    let addr = service.program.addr;
    let before = size(&service.folder.path().join("store"));
    let attack = from_everywhere(8, TIME, move |network, connection, until| async move {
        let mut counts = BTreeMap::new();
        let mut number = 0u64;
        while Instant::now() < until {
            let Ok(mut stream) = connect(network, 1, addr, false).await else { continue };
            loop {
                number += 1;
                let id = format!("{network:08x}-{connection:04x}-4000-8000-{number:012x}");
                let body = format!(
                    r#"{{"id":"{id}","components":[{{"component":{{"name":"deis-router"}},"version":{{"version":"v2.{}.0"}}}}]}}"#,
                    number % 20
                );
                let request =
                    format!("POST /v3/clusters HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                let status = exchange(&mut stream, request.as_bytes()).await;
                count(&mut counts, &status);
                if status == "closed" || Instant::now() >= until {
                    break;
                }
            }
        }
        counts
    });
    let mut figures = service.program.under("/v4/releases/stable", attack).await;
    let grown = size(&service.folder.path().join("store")) - before;
    figures.remark += &format!("; the store grew by {:.1} MiB", grown as f64 / 1048576.0);
    figures
}
