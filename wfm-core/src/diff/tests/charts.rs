//! Every installation that Workflow's official charts can make, as workloads and Services, from their templates: Helm Classic
//! v2.0.0 to v2.9.0 and Helm v2.8.0 to v2.23.0. In all of them a component that a value switches off goes with its Services.

use super::*;
use crate::collector::Service;

/// A release of Workflow by what matters here: which components it has, and the version of its controller.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Chart {
    controller: &'static str,
    has_queue: bool,
    has_redis: bool,
    has_proxy: bool,
}

const CHARTS: [Chart; 5] = [
    Chart { controller: "v2.0.0", has_queue: false, has_redis: false, has_proxy: false },
    Chart { controller: "v2.1.0", has_queue: true, has_redis: false, has_proxy: false },
    Chart { controller: "v2.2.0", has_queue: true, has_redis: true, has_proxy: false },
    Chart { controller: "v2.3.1", has_queue: true, has_redis: true, has_proxy: true },
    Chart { controller: "v2.22.2", has_queue: true, has_redis: true, has_proxy: true },
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Registry {
    OnCluster,
    OffCluster,
    /// ECR or GCR, whose tokens expire.
    Cloud,
}

/// The values of a chart that decide what is rendered.
#[derive(Debug, Clone, Copy)]
struct Values {
    minio: bool,
    database: bool,
    redis: bool,
    influxdb: bool,
    grafana: bool,
    router: bool,
    registry: Registry,
}

fn values() -> impl Iterator<Item = Values> {
    (0u8..64).flat_map(|bits| {
        let on = move |bit: u8| bits & (1 << bit) != 0;
        [Registry::OnCluster, Registry::OffCluster, Registry::Cloud].map(move |registry| Values {
            minio: on(0),
            database: on(1),
            redis: on(2),
            influxdb: on(3),
            grafana: on(4),
            router: on(5),
            registry,
        })
    })
}

/// What a chart renders: components with the Services that are theirs.
fn rendered(chart: Chart, values: Values) -> Vec<(&'static str, &'static [&'static str])> {
    let in_cluster = values.registry == Registry::OnCluster;
    let all: [(bool, &str, &[&str]); 16] = [
        (true, "deis-builder", &["deis-builder"]),
        (true, "deis-controller", &["deis-controller"]),
        (values.database, "deis-database", &["deis-database"]),
        (true, "deis-logger", &["deis-logger"]),
        (true, "deis-logger-fluentd", &[]),
        (chart.has_redis && values.redis, "deis-logger-redis", &["deis-logger-redis"]),
        (values.minio, "deis-minio", &["deis-minio"]),
        (values.grafana, "deis-monitor-grafana", &["deis-monitor-grafana"]),
        (values.influxdb, "deis-monitor-influxdb", &["deis-monitor-influxapi", "deis-monitor-influxui"]),
        (true, "deis-monitor-telegraf", &[]),
        (chart.has_queue, "deis-nsqd", &["deis-nsqd"]),
        (in_cluster, "deis-registry", &["deis-registry"]),
        (chart.has_proxy && in_cluster, "deis-registry-proxy", &[]),
        (chart.has_proxy && values.registry == Registry::Cloud, "deis-registry-token-refresher", &[]),
        (values.router, "deis-router", &["deis-router"]),
        (true, "deis-workflow-manager", &["deis-workflow-manager"]),
    ];
    all.into_iter().filter(|(is_rendered, ..)| *is_rendered).map(|(_, name, services)| (name, services)).collect()
}

fn service(name: &str) -> Service {
    Service { name: name.into(), service_type: "ClusterIP".into(), has_selector: true, ..Service::default() }
}

/// A cluster with these components and Services; the controller has the version of the chart's.
fn cluster<'a>(
    chart: Chart,
    components: impl IntoIterator<Item = &'a str>,
    services: impl IntoIterator<Item = &'a str>,
) -> Inventory {
    let version = |name: &str| if name == "deis-controller" { chart.controller } else { "v2.0.0" };
    let workloads = components.into_iter().map(|name| workload(name, Some(version(name)))).collect();
    Inventory { services: Ok(services.into_iter().map(service).collect()), ..inventory(workloads) }
}

fn with_status(inventory: &Inventory, status: &str) -> Vec<String> {
    let all = TrainDiff::new(Catalog::workflow(), Train::stable()).diff(inventory, Knowledge::Known(&releases()));
    let absent = all.iter().filter(|c| c.workload.is_none() && c.freshness.status() == status);
    absent.map(|c| c.name.clone()).collect()
}

#[test]
fn nothing_is_missing_in_what_a_chart_renders() {
    let mut wrong = Vec::new();
    let mut all = 0;
    for (chart, values) in CHARTS.into_iter().flat_map(|chart| values().map(move |values| (chart, values))) {
        let parts = rendered(chart, values);
        let services = parts.iter().flat_map(|(_, services)| services.iter().copied());
        let inventory = cluster(chart, parts.iter().map(|(name, _)| *name), services);
        let (missing, unknown) = (with_status(&inventory, "missing"), with_status(&inventory, "unknown"));
        all += 1;
        if !missing.is_empty() || !unknown.is_empty() {
            wrong.push((chart, values, missing, unknown));
        }
    }
    assert!(wrong.is_empty(), "{} of {all} are wrong, such as {:?}", wrong.len(), wrong.last());
}

/// The components that are rightly absent.
fn not_installed(inventory: &Inventory) -> Vec<String> {
    let all = TrainDiff::new(Catalog::workflow(), Train::stable()).not_installed(inventory, Knowledge::Never);
    all.into_iter().map(|absent| absent.name.to_string()).collect()
}

#[test]
fn a_component_that_the_values_call_for_is_missing_when_it_is_gone_and_no_other_is() {
    for (chart, values) in CHARTS.into_iter().flat_map(|chart| values().map(move |values| (chart, values))) {
        let parts = rendered(chart, values);
        for (gone, own) in &parts {
            let left = || parts.iter().map(|(name, _)| *name).filter(|name| name != gone);
            let services = || parts.iter().flat_map(|(_, services)| services.iter().copied());
            let case = format!("{gone} of {chart:?} with {values:?}");

            let inventory = cluster(chart, left(), services());
            let is_optional = *gone == "deis-registry-token-refresher";
            let expected = if is_optional { vec![] } else { vec![(*gone).to_owned()] };
            assert_eq!(with_status(&inventory, "missing"), expected, "{case}");
            // Without the controller the release is unknown, and with it what only later releases have.
            let later = ["deis-nsqd", "deis-registry-proxy"];
            let undated = with_status(&inventory, "unknown");
            assert!(undated.is_empty() || *gone == "deis-controller", "{case}: {undated:?}");
            assert!(undated.iter().all(|name| later.contains(&name.as_str())), "{case}: {undated:?}");

            // With its Services it has left no trace, unless every release has it or the proxy asks for it.
            let inventory = cluster(chart, left(), services().filter(|service| !own.contains(service)));
            let missing = with_status(&inventory, "missing");
            let always =
                ["builder", "controller", "logger", "logger-fluentd", "monitor-telegraf", "nsqd", "workflow-manager"];
            let shows = always.iter().any(|name| *gone == format!("deis-{name}"))
                || *gone == "deis-registry-proxy"
                || (*gone == "deis-registry" && chart.has_proxy);
            assert_eq!(missing, if shows { vec![(*gone).to_owned()] } else { vec![] }, "{case}, with its Services");
            assert_eq!(not_installed(&inventory).iter().any(|name| name == gone), !shows, "{case}, with its Services");
        }
    }
}

#[test]
fn a_service_that_leads_out_of_the_cluster_makes_an_absence_right() {
    let outside = |service: Service| {
        let inventory = Inventory { services: Ok(vec![service]), ..inventory(Vec::new()) };
        let all = TrainDiff::new(Catalog::workflow(), Train::stable()).not_installed(&inventory, Knowledge::Never);
        let leads_out = |absent: &&NotInstalled| matches!(absent.reason, NotInstalledReason::Outside { .. });
        all.iter().filter(leads_out).map(|absent| format!("{}: {}", absent.name, absent.reason)).collect::<Vec<_>>()
    };
    let external = |name: &str| Service { service_type: "ExternalName".into(), ..service(name) };
    let text = "deis-database: the Service deis-database leads out of the cluster";
    assert_eq!(outside(external("deis-database")), [text]);
    assert_eq!(outside(Service { has_selector: false, ..service("deis-database") }), [text]);
    let text = "deis-monitor-influxdb: the Service deis-monitor-influxapi leads out of the cluster";
    assert_eq!(outside(external("deis-monitor-influxapi")), [text]);
    assert_eq!(outside(external("deis-logger")), ["deis-logger: the Service deis-logger leads out of the cluster"]);
    assert!(outside(service("deis-database")).is_empty());
}

#[test]
fn without_the_services_nothing_is_called_missing() {
    let unread = Unreadable { resource: Resource::Services, cause: UnreadableCause::Forbidden, message: "no".into() };
    let inventory = Inventory { services: Err(unread), ..inventory(vec![workload("deis-router", Some("v2.8.0"))]) };
    assert!(with_status(&inventory, "missing").is_empty());
    assert_eq!(with_status(&inventory, "unknown").len(), 14);
    assert_eq!(not_installed(&inventory), ["deis-registry-token-refresher"]);
}

#[test]
fn what_the_operator_calls_absent_is_never_missing_and_is_compared_if_it_is_there() {
    let absent = ["deis-router".parse().unwrap(), "deis-builder".parse().unwrap()];
    let diff = TrainDiff::new(Catalog::workflow(), Train::stable()).with_policy(Policy::default().with_absent(absent));
    let inventory = inventory(vec![workload("deis-router", Some("v2.8.0"))]);
    let all = diff.diff(&inventory, Knowledge::Known(&releases()));
    assert!(matches!(of(&all, "deis-router"), Freshness::Outdated { .. }));
    assert!(!all.iter().any(|c| c.name == "deis-builder"));
    let builder = diff
        .not_installed(&inventory, Knowledge::Never)
        .into_iter()
        .find(|absent| absent.name.as_str() == "deis-builder");
    assert_eq!(builder.unwrap().reason.to_string(), "by decision (ABSENT)");
}
