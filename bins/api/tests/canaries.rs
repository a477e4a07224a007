//! Whatever a customer's agent sends beside what is asked: it is in no answer, no line of the log, no file.
//!
//! The service is the program itself, with the most detailed log that can be asked for and a store on the disk.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::canaries::{BODIES, CANARY, bodies, has_canary, words};
use common::program::Process;
use common::{ID, history};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use wfm_api::tokens::{Role, Token};

/// An address that nobody has: where it is found, an address was kept.
const FORWARDED: [&str; 2] = ["198.51.100.77", "2001:db8:77::1"];
/// The address that the requests come from.
const SOURCE: &str = "127.0.0.77";

struct Watched {
    service: Process,
    client: Client,
    folder: TempDir,
    token: Token,
    /// Where an answer named something back: method, path as in the description, status.
    named_back: BTreeSet<(String, String, u16)>,
}

impl Watched {
    /// A service that knows the product's releases.
    async fn start(arguments: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let token = Token::new([9; 32]);
        let tokens = folder.path().join("tokens");
        fs::write(&tokens, Role::ALL.map(|role| token.line(role)).join("\n")).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let store = format!("sled://{}", folder.path().join("store").display());
        let service = Process::start_with(&store, |program| {
            program.arg("--tokens-file").arg(&tokens).args(arguments).env("RUST_LOG", "trace").stderr(log)
        });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().local_address(Some(SOURCE.parse().unwrap())).build().unwrap();
        let mut watched = Self { service, client, folder, token, named_back: BTreeSet::new() };
        let import = watched.request(&Method::POST, "/v4/releases:import").body(fs::read(history()).unwrap());
        assert_eq!(watched.look("import", import).await, StatusCode::OK);
        watched
    }

    /// A request that says who it is, in every header that anybody could log.
    fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        let mut request = self.client.request(method.clone(), format!("http://{}{path}", self.service.addr));
        let headers = ["user-agent", "referer", "cookie", "x-request-id", "traceparent", "from", "if-none-match"];
        for name in headers {
            request = request.header(name, CANARY);
        }
        let [first, second] = FORWARDED;
        request = request.header("x-forwarded-for", format!("{first}, {second}")).header("x-real-ip", first);
        request.header("forwarded", format!("for={first};host={CANARY}.example")).bearer_auth(self.token.reveal())
    }

    /// Sends, and notes whether the answer repeats what only the sender knew.
    async fn look(&mut self, path: &str, request: RequestBuilder) -> StatusCode {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let method = request.method().to_string();
        let answer = client.execute(request).await.unwrap();
        let status = answer.status();
        let head = format!("{:?}", answer.headers());
        let body = answer.bytes().await.unwrap();
        for address in FORWARDED.iter().chain([&SOURCE]) {
            assert!(!contains(head.as_bytes(), address) && !contains(&body, address), "{method} {path}: {address}");
        }
        if has_canary(head.as_bytes()) || has_canary(&body) {
            self.named_back.insert((method, path.to_owned(), status.as_u16()));
        }
        status
    }

    /// Stops the service and looks at everything that it wrote.
    fn end(self) -> BTreeSet<(String, String, u16)> {
        self.service.stop();
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap();
        assert!(log.contains("asked to end"), "{log}");
        let (mut files, mut legible) = (0, false);
        walk(self.folder.path(), &mut |file, bytes| {
            files += 1;
            legible |= contains(bytes, "deis-router");
            assert!(!has_canary(bytes), "{}", file.display());
            for address in FORWARDED.iter().chain([&SOURCE]) {
                assert!(!contains(bytes, address), "{}: {address}", file.display());
            }
        });
        assert!(files > 3 && legible, "{files}");
        self.named_back
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn walk(folder: &Path, look: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            walk(&entry.path(), look);
        } else if entry.metadata().unwrap().is_file() {
            look(&entry.path(), &fs::read(entry.path()).unwrap());
        }
    }
}

/// Every method and path of the service, with what its description says.
fn operations() -> Vec<(Method, String, Value)> {
    let document = wfm_api::openapi::document();
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, methods)| {
        methods
            .as_object()
            .unwrap()
            .iter()
            .map(move |(method, said)| (method.to_uppercase().parse().unwrap(), path.clone(), said.clone()))
    });
    all.collect()
}

/// The path with something in each hole that may stand there.
fn filled(path: &str) -> String {
    let fill = |segment: &str| match segment {
        "{train}" => "stable".to_owned(),
        "{component}" => "deis-router".to_owned(),
        "{version}" => "v9.9.9".to_owned(),
        "{notice}" => "end-of-v2".to_owned(),
        "{envelope}" => "check-in".to_owned(),
        hole if hole.starts_with('{') => ID.to_owned(),
        word => word.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// The path with each hole in turn filled by each of some words.
fn spoilt(path: &str) -> Vec<String> {
    let holes: Vec<&str> = path.split('/').filter(|segment| segment.starts_with('{')).collect();
    holes.iter().flat_map(|hole| words().map(|word| filled(&path.replace(hole, &word))).collect::<Vec<_>>()).collect()
}

fn named(rows: &[(&str, &str, u16)]) -> BTreeSet<(String, String, u16)> {
    rows.iter().map(|(method, path, status)| ((*method).to_owned(), (*path).to_owned(), *status)).collect()
}

#[tokio::test]
async fn what_agents_send_beside_is_in_no_answer_no_log_and_no_file() {
    let mut watched = Watched::start(&["--doctor"]).await;
    for (method, path, said) in operations() {
        if said["requestBody"].is_null() {
            continue;
        }
        for (n, body) in bodies().into_iter().enumerate() {
            let mut filled = filled(&path);
            if path.starts_with("/v3/doctor/") {
                // A report is never replaced, so each has an id of its own.
                filled = filled.replace(ID, &format!("{}{n:012x}", &ID[..24]));
            }
            watched.look(&path, watched.request(&method, &filled).body(body)).await;
        }
    }
    let doctor = bodies().into_iter().rfind(|body| body.contains("namespaces")).unwrap();
    let request = watched.request(&Method::POST, &format!("/v3/doctor/{ID}")).body(doctor);
    assert_eq!(watched.look("doctor", request).await, StatusCode::OK);
    // What they said of use is there: the store is not clean for being empty.
    for (path, expected) in [(format!("/v3/clusters/{ID}"), "deis-router"), (format!("/v3/doctor/{ID}"), "deis-router")]
    {
        let kept = watched.request(&Method::GET, &path).send().await.unwrap().text().await.unwrap();
        assert!(kept.contains(expected), "{path}: {kept}");
    }
    for (method, path, _) in operations().iter().filter(|(method, ..)| method == Method::GET) {
        let request = watched.request(method, &filled(path));
        let status = watched.look(path, request).await;
        // Some need more of a question than a path.
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
        assert!(!refused && !status.is_server_error(), "{path}: {status}");
    }
    let expected = named(&[
        // A member that the schema does not have is told by its name.
        ("POST", "/v4/reports", 422),
        ("POST", "/v4/facets", 422),
        // The maker's own file is refused by what stands in it, so that they find the place.
        ("POST", "/v4/releases:import", 400),
        // Whoever asks for the versions of a component is told of which one the answer is, as old agents need it.
        ("POST", "/v2/versions/latest", 200),
        ("POST", "/v3/versions/latest", 200),
    ]);
    assert_eq!(watched.end(), expected);
    assert_eq!(BODIES, 7);
}

#[tokio::test]
async fn what_stands_in_paths_and_queries_is_in_no_log_and_no_file() {
    let mut watched = Watched::start(&["--doctor"]).await;
    for (method, path, said) in operations() {
        let parameters = said["parameters"].as_array().cloned().unwrap_or_default();
        let queries = parameters.iter().filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap());
        let queries =
            queries.flat_map(|name| words().map(|word| format!("{}?{name}={word}", filled(&path))).collect::<Vec<_>>());
        let unknown = format!("{}?{CANARY}={CANARY}", filled(&path));
        for asked in spoilt(&path).into_iter().chain(queries).chain([unknown]) {
            let request = watched.request(&method, &asked);
            watched.look(&path, request).await;
            let request = watched.request(&method, &asked).bearer_auth(CANARY).body(CANARY);
            watched.look(&path, request).await;
        }
    }
    for path in [format!("/{CANARY}"), format!("/v4/{CANARY}"), format!("/?{CANARY}"), format!("/%00{CANARY}")] {
        for method in [Method::GET, Method::POST, Method::from_bytes(CANARY.as_bytes()).unwrap()] {
            let request = watched.request(&method, &path);
            watched.look("nowhere", request).await;
        }
    }
    // Names of components, trains, versions and notices are the product's, and one that is none is told to whoever wrote
    // it. An id, a cohort, a time, a number, a name in a query are not.
    let release = "/v4/releases/{train}/{component}/{version}";
    let restore = format!("{release}/restore");
    let expected = named(&[
        ("GET", "/v3/versions/{train}/{component}", 400),
        ("GET", "/v3/versions/{train}/{component}", 404),
        ("GET", "/v3/versions/{train}/{component}/{version}", 400),
        ("GET", "/v3/versions/{train}/{component}/{version}", 404),
        ("POST", "/v3/versions/{train}/{component}/{version}", 400),
        ("GET", "/versions/{component}", 400),
        ("GET", "/versions/{component}", 404),
        ("GET", "/v4/releases/{train}", 400),
        ("GET", "/v4/releases/{train}", 404),
        ("PUT", release, 400),
        ("POST", &restore, 400),
        ("POST", &restore, 404),
        ("PUT", "/v4/notices/{train}/{notice}", 400),
        ("DELETE", "/v4/notices/{train}/{notice}", 400),
        ("GET", "/v4/clusters", 400),
        ("GET", "/v4/insights/adoption", 404),
        ("GET", "/v4/insights/adoption", 400),
        ("GET", "/v4/insights/lag", 404),
        ("GET", "/v4/insights/lag", 400),
    ]);
    let forms = |path: &str| path.trim_end_matches(".json").trim_end_matches(".csv").to_owned();
    let said: BTreeSet<_> =
        watched.end().into_iter().map(|(method, path, status)| (method, forms(&path), status)).collect();
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_proxys_word_for_an_address_is_counted_by_and_kept_nowhere() {
    let mut watched = Watched::start(&["--behind-proxy", "--doctor"]).await;
    for (path, body) in ["/v3/clusters", "/v4/reports", "/v4/facets", "/v3/doctor/{id}"]
        .iter()
        .flat_map(|path| bodies().into_iter().step_by(7).map(move |body| (*path, body)))
    {
        let request = watched.request(&Method::POST, &filled(path)).body(body);
        watched.look(path, request).await;
    }
    assert_eq!(watched.end(), named(&[("POST", "/v4/reports", 422), ("POST", "/v4/facets", 422)]));
}
