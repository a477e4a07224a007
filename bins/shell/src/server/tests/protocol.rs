//! What is HTTP/1.1, and what is not.

use super::*;

#[tokio::test]
async fn a_client_of_http_2_is_refused_at_once() {
    let server = start(Limits::default()).await;
    for preface in ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"] {
        let answer = tokio::time::timeout(Duration::from_secs(2), exchange(server.addr, preface)).await;
        let answer = answer.expect("closed");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:?}");
    }
}

#[tokio::test]
async fn an_upgrade_to_http_2_is_not_taken() {
    let server = start(Limits::default()).await;
    let ask = get("hello").replace("host: x", "host: x\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__");
    let answer = exchange(server.addr, &ask.replace("connection: close", "connection: upgrade, close")).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn a_request_names_one_host() {
    let server = start(Limits::default()).await;
    for (version, hosts, is_taken) in [
        ("1.1", "host: x\r\n", true),
        ("1.1", "host:\r\n", true),
        ("1.1", "", false),
        ("1.1", "host: x\r\nhost: x\r\n", false),
        ("1.1", "Host: x\r\nhOST: y\r\n", false),
        ("1.0", "", true),
        ("1.0", "host: x\r\n", true),
        ("1.0", "host: x\r\nhost: y\r\n", false),
    ] {
        for path in ["/hello", "/livez", "http://x/hello"] {
            let request = format!("GET {path} HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
            let answer = exchange(server.addr, &request).await;
            let expected = if is_taken { " 200 " } else { " 400 " };
            assert!(answer[..16].contains(expected), "{request:?} {answer:?}");
        }
    }
}

#[tokio::test]
async fn requests_in_a_row_are_answered_in_order() {
    let server = start(Limits::default()).await;
    let two = "GET /slow HTTP/1.1\r\nhost: x\r\n\r\nPOST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc";
    let answer = exchange(server.addr, &format!("{two}{}", get("hello"))).await;
    let (slow, hello) = (answer.find("slow").unwrap(), answer.find("hello").unwrap());
    assert!(slow < hello && answer.matches("HTTP/1.1 200").count() == 3, "{answer}");
}

#[tokio::test]
async fn a_proxy_names_its_client_and_nobody_else_does() {
    let key = async |addr, from, named: &str| {
        let answer = exchange_from(from, addr, &get("peer").replace("host: x", &format!("host: x{named}"))).await;
        answer.rsplit_once("\r\n").unwrap().1.to_owned()
    };
    let named = |text: &str| format!("\r\nx-forwarded-for: {text}");
    let proxies = Proxies::Networks(vec!["127.0.4.0/24".parse().unwrap()]);
    let server = start(Limits { proxies, ..Limits::default() }).await;
    let client = key(server.addr, [127, 0, 4, 1], &named("203.0.113.7")).await;
    for same in ["203.0.113.9", "203.0.113.7:5555", "1.1.1.1, 203.0.113.7:80", "[::ffff:203.0.113.7]:443"] {
        assert_eq!(key(server.addr, [127, 0, 4, 2], &named(same)).await, client, "{same}");
    }
    let own = key(server.addr, [127, 0, 4, 1], "").await;
    assert_ne!(own, client);
    assert_eq!(key(server.addr, [127, 0, 4, 1], &named("unknown")).await, own);
    let direct = key(server.addr, [127, 0, 5, 1], "").await;
    assert_eq!(key(server.addr, [127, 0, 5, 1], &named("203.0.113.7")).await, direct, "it is no proxy");
}
