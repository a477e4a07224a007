use proptest::prelude::*;
use warp::http::{HeaderName, HeaderValue};

use super::*;

const SERVICE_PATH: &str = "/api/v1/namespaces/deis/services/http:deis-workflow-manager:80/proxy/report.json";

fn hosts(names: &[&str], in_cluster: bool) -> AllowedHosts {
    AllowedHosts::new(Namespace::default(), names.iter().map(|name| name.parse().unwrap()).collect(), in_cluster)
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let header =
        |(name, value): &(&str, &str)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
    let mut headers = HeaderMap::new();
    for (name, value) in pairs.iter().map(header) {
        headers.append(name, value);
    }
    headers
}

fn status(hosts: &AllowedHosts, pairs: &[(&str, &str)], from_loopback: bool) -> u16 {
    hosts.admit(&headers(pairs), from_loopback).map_or_else(|refusal| refusal.status.as_u16(), |()| 200)
}

#[test]
fn addresses_localhost_and_the_services_names_are_answered() {
    let known = [
        "127.0.0.1:8080",
        "10.42.0.17:8080",
        "10.42.0.17",
        "[::1]:8080",
        "[fd00::17]",
        "localhost",
        "localhost:8080",
        "LOCALHOST:1",
        "deis-workflow-manager",
        "deis-workflow-manager:80",
        "deis-workflow-manager.deis.svc",
        "deis-workflow-manager.deis.svc.cluster.local",
        "deis-workflow-manager.deis.svc.cluster.local.:80",
    ];
    for host in known {
        for from_loopback in [true, false] {
            assert_eq!(status(&hosts(&[], true), &[("host", host)], from_loopback), 200, "{host}");
            assert_eq!(status(&hosts(&[], false), &[("host", host)], from_loopback), 200, "{host}");
        }
    }
}

#[test]
fn any_other_name_is_refused_unless_it_is_set() {
    let unknown = [
        "rebind.attacker.com:8080",
        "deis-workflow-manager.deis",
        "deis-workflow-manager.deis.svc.attacker.com",
        "deis-workflow-manager.other",
        "deis-workflow-manager.deis.attacker.com",
        "deis-workflow-manager.attacker.com",
        "xdeis-workflow-manager",
        "localhost.attacker.com",
        "127.0.0.1.nip.io",
        "1.2.3.4.5",
        "workflow.example.com.attacker.com",
    ];
    for host in unknown {
        for (names, in_cluster) in [(&[][..], true), (&[][..], false), (&["workflow.example.com"][..], true)] {
            for from_loopback in [true, false] {
                assert_eq!(status(&hosts(names, in_cluster), &[("host", host)], from_loopback), 403, "{host}");
            }
        }
    }
    let set = hosts(&["Workflow.Example.com", "other.example.com"], true);
    assert_eq!(status(&set, &[("host", "workflow.example.com:443")], false), 200);
    assert_eq!(status(&set, &[("host", "OTHER.example.com")], true), 200);
}

#[test]
fn no_host_two_hosts_and_what_is_no_host_are_bad_requests() {
    let all = hosts(&[], true);
    assert_eq!(status(&all, &[], false), 400);
    assert_eq!(status(&all, &[("host", "localhost"), ("host", "localhost")], false), 400);
    for odd in ["", "a b", "user@localhost", "localhost/", "http://localhost"] {
        assert_eq!(status(&all, &[("host", odd)], false), 400, "{odd}");
    }
}

#[test]
fn the_apis_proxy_keeps_the_clients_host_and_is_known_by_its_path() {
    let from = |path: &str, allowed: &AllowedHosts, from_loopback| {
        status(allowed, &[("host", "api.example.com:6443"), ("x-forwarded-uri", path)], from_loopback)
    };
    let pods = "/api/v1/namespaces/deis/pods/deis-workflow-manager-5d4c9-x2x9z:8080/proxy/";
    let plain = "/api/v1/namespaces/deis/services/deis-workflow-manager/proxy/";
    for path in [SERVICE_PATH, pods, plain] {
        assert_eq!(from(path, &hosts(&[], true), false), 200, "{path}");
        assert_eq!(from(path, &hosts(&[], true), true), 403, "kubectl port-forward is no proxy of the API: {path}");
        assert_eq!(from(path, &hosts(&[], false), false), 403, "outside of a cluster there is no proxy: {path}");
        assert_eq!(from(path, &hosts(&["a.example.com"], true), false), 403, "names that are set are all: {path}");
        assert_eq!(from(path, &hosts(&["api.example.com"], true), false), 200);
    }
    let others = [
        "/",
        "/api/v1/namespaces/other/services/deis-workflow-manager/proxy/",
        "/api/v1/namespaces/deis/services/attacker/proxy/",
        "/api/v1/namespaces/deis/pods/attacker/proxy/",
        "/api/v1/namespaces/deis/services/deis-workflow-manager",
        "/x/api/v1/namespaces/deis/services/deis-workflow-manager/proxy/",
    ];
    for path in others {
        assert_eq!(from(path, &hosts(&[], true), false), 403, "{path}");
    }
    let twice = [("host", "api.example.com"), ("x-forwarded-uri", SERVICE_PATH), ("x-forwarded-uri", SERVICE_PATH)];
    assert_eq!(status(&hosts(&[], true), &twice, false), 403);
}

#[test]
fn another_sites_requests_are_refused_and_a_link_that_is_followed_is_not() {
    let fetch = |site: &str, mode: &str, dest: &str| {
        let sent =
            [("host", "localhost:8080"), ("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
        status(&hosts(&[], false), &sent, true)
    };
    for site in ["cross-site", "same-site", "odd"] {
        for (mode, dest) in [("no-cors", "script"), ("cors", "empty"), ("navigate", "iframe"), ("no-cors", "image")] {
            assert_eq!(fetch(site, mode, dest), 403, "{site} {mode} {dest}");
        }
        assert_eq!(fetch(site, "navigate", "document"), 200, "{site}");
    }
    for site in ["same-origin", "none"] {
        assert_eq!(fetch(site, "cors", "empty"), 200, "{site}");
    }
    let origin = |origin: &str| status(&hosts(&[], false), &[("host", "localhost:8080"), ("origin", origin)], true);
    assert_eq!(origin("http://localhost:8080"), 200);
    for foreign in ["http://evil.example", "http://localhost:3000", "null", "http://localhost:8080.evil.example"] {
        assert_eq!(origin(foreign), 403, "{foreign}");
    }
}

#[test]
fn a_host_name_is_a_name_alone() {
    assert_eq!("Workflow.Example.com.".parse::<HostName>().unwrap().to_string(), "workflow.example.com");
    for odd in ["", "a..b", "https://a", "a:80", "*.a", "a/b", "a b", "ä.de"] {
        assert!(odd.parse::<HostName>().is_err(), "{odd}");
    }
}

proptest! {
    /// Whatever other headers a page sets after it had its name resolve to loopback.
    #[test]
    fn no_header_makes_a_foreign_name_acceptable_on_loopback(
        name in "[a-z]{1,10}\\.(com|example|svc|local|deis)",
        more in prop::collection::vec(
            (prop_oneof!["x-forwarded-(host|uri|for|proto)", "forwarded", "x-[a-z]{1,8}"], prop_oneof![Just(SERVICE_PATH.to_owned()), "[ -~]{0,40}"]),
            0..5,
        ),
        in_cluster: bool,
    ) {
        let mut sent: Vec<(&str, &str)> = more.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sent.push(("host", &name));
        prop_assert_eq!(status(&hosts(&[], in_cluster), &sent, true), 403);
        prop_assert_eq!(status(&hosts(&[], false), &sent, false), 403);
    }
}
