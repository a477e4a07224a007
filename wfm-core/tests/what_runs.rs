//! What is said of a component, beside what its pods run: in its row, in its sentence, and in a check-in.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

#[path = "what_runs/scene.rs"]
mod scene;

use wfm_core::anonymizer::{AllowList, Anonymizer, Consent, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::collector::{Inventory, Pod, Resource, Rollout, Section, Unreadable, UnreadableCause, Workload};
use wfm_core::component::WorkloadKind::{DaemonSet, Deployment, ReplicationController, StatefulSet};
use wfm_core::diff::Freshness;

use scene::*;

#[test]
fn the_version_is_that_of_the_pods_and_not_of_the_template() {
    check(&[
        Row {
            truth: "a Deployment whose rollout is stuck: two pods serve the older version",
            scene: scene("deis-router", Deployment, "hephy/router:v2.19.0")
                .annotated("v2.19.0")
                .pods(2, "hephy/router:v2.18.1", true)
                .pods(1, "hephy/router:v2.19.0", false)
                .rollout(stuck()),
            version: "v2.18.1",
            status: "outdated",
            sentence: "v2.18.1 on 2 pods, v2.19.0 on 1, not ready: rollout stuck since 14 min \
                       (ProgressDeadlineExceeded)",
            check_in: "v2.18.1",
        },
        Row {
            truth: "a StatefulSet with a partition: two of three pods keep the older version",
            scene: scene("deis-nsqd", StatefulSet, "hephy/nsq:v2.5.1")
                .annotated("v2.5.1")
                .pods(2, "hephy/nsq:v2.4.1", true)
                .pods(1, "hephy/nsq:v2.5.1", true)
                .rollout(Rollout { partition: 2, ..Rollout::default() }),
            version: "v2.4.1",
            status: "outdated",
            sentence: "v2.4.1 on 2 pods, v2.5.1 on 1: partition 2 keeps older pods",
            check_in: "v2.4.1",
        },
        Row {
            truth: "a StatefulSet with OnDelete: every pod keeps the older version",
            scene: scene("deis-logger-redis", StatefulSet, "hephy/redis:v2.4.2")
                .annotated("v2.4.2")
                .pods(2, "hephy/redis:v2.3.0", true)
                .rollout(Rollout { on_delete: true, ..Rollout::default() }),
            version: "v2.3.0",
            status: "outdated",
            sentence: "v2.3.0 on 2 pods: pods keep v2.3.0 until they are deleted (OnDelete)",
            check_in: "v2.3.0",
        },
        Row {
            truth: "a DaemonSet with OnDelete: every pod keeps the older version",
            scene: scene("deis-logger-fluentd", DaemonSet, "hephy/fluentd:v2.15.1")
                .annotated("v2.15.1")
                .pods(6, "hephy/fluentd:v2.14.2", true)
                .rollout(Rollout { on_delete: true, ..Rollout::default() }),
            version: "v2.14.2",
            status: "outdated",
            sentence: "v2.14.2 on 6 pods: pods keep v2.14.2 until they are deleted (OnDelete)",
            check_in: "v2.14.2",
        },
        Row {
            truth: "a DaemonSet with a surge: six pods serve the older version, one new pod crashes",
            scene: scene("deis-monitor-telegraf", DaemonSet, "hephy/telegraf:v2.11.2")
                .annotated("v2.11.2")
                .pods(6, "hephy/telegraf:v2.10.1", true)
                .pods(1, "hephy/telegraf:v2.11.2", false),
            version: "v2.10.1",
            status: "outdated",
            sentence: "v2.10.1 on 6 pods, v2.11.2 on 1, not ready; rollout to v2.11.2: 1 of 6 pods",
            check_in: "v2.10.1",
        },
        Row {
            truth: "a Deployment that is paused: its pod is older than its template",
            scene: scene("deis-builder", Deployment, "hephy/builder:v2.13.7")
                .annotated("v2.13.7")
                .pods(1, "hephy/builder:v2.13.5", true)
                .rollout(Rollout { paused: true, ..Rollout::default() }),
            version: "v2.13.5",
            status: "outdated",
            sentence: "v2.13.5 on 1 pod: rollout to v2.13.7 is paused",
            check_in: "v2.13.5",
        },
        Row {
            truth: "a ReplicationController: its pod is older than its template",
            scene: scene("deis-database", ReplicationController, "hephy/postgres:v2.7.6").annotated("v2.7.6").pods(
                1,
                "hephy/postgres:v2.7.5",
                true,
            ),
            version: "v2.7.5",
            status: "outdated",
            sentence: "v2.7.5 on 1 pod: a ReplicationController does not replace running pods",
            check_in: "v2.7.5",
        },
        Row {
            truth: "a rollback by image alone: the annotation was left behind",
            scene: scene("deis-registry", Deployment, "hephy/registry:v2.4.2").annotated("v2.6.1").running(1),
            version: "v2.4.2",
            status: "outdated",
            sentence: "the annotation component.deis.io/version is v2.6.1",
            check_in: "v2.4.2",
        },
        Row {
            truth: "an upgrade by image alone: the annotation was left behind",
            scene: scene("deis-controller", Deployment, "hephy/controller:v2.22.0").annotated("v2.20.0").running(1),
            version: "v2.22.0",
            status: "current",
            sentence: "the annotation component.deis.io/version is v2.20.0",
            check_in: "v2.22.0",
        },
        Row {
            truth: "a rollout goes on: one of three pods is new and serves",
            scene: scene("deis-router", Deployment, "hephy/router:v2.19.0").pods(2, "hephy/router:v2.18.1", true).pods(
                1,
                "hephy/router:v2.19.0",
                true,
            ),
            version: "v2.18.1",
            status: "outdated",
            sentence: "v2.18.1 on 2 pods, v2.19.0 on 1; rollout to v2.19.0: 1 of 3 pods",
            check_in: "v2.18.1",
        },
        Row {
            truth: "the controller has not seen the newest template",
            scene: scene("deis-router", Deployment, "hephy/router:v2.19.0")
                .pods(1, "hephy/router:v2.18.1", true)
                .rollout(Rollout { unobserved: true, ..Rollout::default() }),
            version: "v2.18.1",
            status: "outdated",
            sentence: "v2.18.1 on 1 pod: its controller has not seen the newest change yet",
            check_in: "v2.18.1",
        },
        Row {
            truth: "every pod runs the template's version",
            scene: scene("deis-router", Deployment, "hephy/router:v2.19.0").annotated("v2.19.0").running(2),
            version: "v2.19.0",
            status: "current",
            sentence: "",
            check_in: "v2.19.0",
        },
    ]);
}

#[test]
fn pods_that_are_over_or_going_do_not_decide() {
    let router = || scene("deis-router", Deployment, "hephy/router:v2.19.0").running(1);
    check(&[
        Row {
            truth: "a pod that was evicted long ago ran an older version",
            scene: router().pods(1, "hephy/router:v2.18.1", false).last(|pod| pod.phase = "Failed".into()),
            version: "v2.19.0",
            status: "current",
            sentence: "",
            check_in: "v2.19.0",
        },
        Row {
            truth: "a pod of the older version is being deleted while a new one serves",
            scene: router().pods(1, "hephy/router:v2.18.1", true).last(|pod| pod.deleted = minutes_ago(1)),
            version: "v2.19.0",
            status: "current",
            sentence: "",
            check_in: "v2.19.0",
        },
        Row {
            truth: "the only pod that is ready is being deleted",
            scene: scene("deis-router", Deployment, "hephy/router:v2.19.0")
                .pods(1, "hephy/router:v2.19.0", false)
                .pods(1, "hephy/router:v2.18.1", true)
                .last(|pod| pod.deleted = minutes_ago(1)),
            version: "v2.18.1",
            status: "outdated",
            sentence: "v2.18.1 on 1 pod, being deleted, v2.19.0 on 1, not ready; rollout to v2.19.0: 1 of 1 pod",
            check_in: "v2.18.1",
        },
        Row {
            truth: "no pod serves, and one is older",
            scene: scene("deis-router", Deployment, "hephy/router:v2.19.0")
                .pods(1, "hephy/router:v2.19.0", false)
                .pods(1, "hephy/router:v2.18.1", false),
            version: "v2.18.1",
            status: "outdated",
            sentence: "v2.18.1 on 1 pod, not ready, v2.19.0 on 1, not ready; rollout to v2.19.0: 1 of 1 pod",
            check_in: "v2.18.1",
        },
        Row {
            truth: "pods may not be read",
            scene: Scene {
                pods: Err(Unreadable {
                    resource: Resource::Pods,
                    cause: UnreadableCause::Forbidden,
                    message: "may not list pods".into(),
                }),
                ..router()
            },
            version: "v2.19.0",
            status: "current",
            sentence: "pods could not be read: this is the version of the template",
            check_in: "v2.19.0",
        },
        Row {
            truth: "there are no pods",
            scene: scene("deis-router", Deployment, "hephy/router:v2.19.0"),
            version: "v2.19.0",
            status: "current",
            sentence: "it has no pods: this is the version of the template",
            check_in: "v2.19.0",
        },
        Row {
            truth: "a pod of an image that is no version serves beside one that is",
            scene: router().pods(1, "hephy/router:git-a1b2c3d", true),
            version: "git-a1b2c3d",
            status: "unknown",
            sentence: "v2.19.0 on 1 pod, git-a1b2c3d on 1; rollout to v2.19.0: 1 of 2 pods",
            check_in: "custom",
        },
    ]);
}

#[test]
fn a_sidecar_does_not_decide() {
    let istio = ("istio-proxy", "docker.io/istio/proxyv2:1.22.3");
    let router = |own: &str, image: &str| {
        scene("deis-router", Deployment, "").annotated("").template(&[istio, (own, image)]).running(2)
    };
    let row =
        |truth, scene| Row { truth, scene, version: "v2.19.0", status: "current", sentence: "", check_in: "v2.19.0" };
    let alone = scene("deis-router", Deployment, "").template(&[("main", "mirror.example/lb:v2.19.0")]);
    let injected =
        [istio, ("main", "mirror.example/lb:v2.19.0")].map(|(name, image)| (name.to_owned(), image.to_owned()));
    check(&[
        row("its container has the component's name", router("deis-router", "acme/lb:v2.19.0")),
        row("its container has the name without the product's beginning", router("router", "acme/lb:v2.19.0")),
        row("its image ends in the component's name", router("main", "acme.example:5000/m/deis-router:v2.19.0")),
        row("its image ends in the name without the product's beginning", router("main", "hephy/router:v2.19.0")),
        row("it is the only container of the template", alone.clone().running(1)),
        row("it is the only container of the template, and the pods have a sidecar", alone.pod(&injected, true)),
        Row {
            version: "",
            status: "unknown",
            check_in: "custom",
            ..row("none of its containers has the component's name or image", router("main", "acme/lb:v2.19.0"))
        },
        Row {
            version: "",
            status: "unknown",
            check_in: "custom",
            ..row(
                "two containers have the component's image",
                scene("deis-router", Deployment, "")
                    .template(&[("a", "hephy/router:v2.19.0"), ("b", "acme/router:v2.18.1")])
                    .running(1),
            )
        },
    ]);
}

#[test]
fn a_variant_is_not_outdated_because_of_its_suffix() {
    let row =
        |scene, version, status, sentence| Row { truth: version, scene, version, status, sentence, check_in: "custom" };
    let grafana = |tag: &str| scene("deis-monitor-grafana", Deployment, &format!("hephy/grafana:{tag}")).running(1);
    check(&[
        row(grafana("v2.11.2-alpine"), "v2.11.2-alpine", "current", "a variant of v2.11.2"),
        row(grafana("v2.11.1-alpine"), "v2.11.1-alpine", "outdated", "a variant of v2.11.1"),
        row(grafana("v2.11.3-alpine"), "v2.11.3-alpine", "ahead", ""),
        row(grafana("v2.11.2-rc1"), "v2.11.2-rc1", "outdated", ""),
        row(grafana("v2.11.2-beta.2"), "v2.11.2-beta.2", "outdated", ""),
        row(
            scene("deis-minio", Deployment, "hephy/minio:x").annotated("v2.4.5-hotfix.1").running(1),
            "v2.4.5-hotfix.1",
            "current",
            "a variant of v2.4.5",
        ),
        row(
            grafana("v2.11.2-alpine").annotated("v2.11.2"),
            "v2.11.2-alpine",
            "current",
            "the annotation component.deis.io/version is v2.11.2; a variant of v2.11.2",
        ),
    ]);
}

#[test]
fn an_annotation_or_a_label_is_believed_where_the_tag_is_no_version() {
    let logger = |tag: &str| scene("deis-logger", Deployment, &format!("hephy/logger{tag}")).running(1);
    let digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let row =
        |truth, scene, version, status, sentence, check_in| Row { truth, scene, version, status, sentence, check_in };
    check(&[
        row("latest, with a label", logger(":latest").labelled("2.5.1"), "2.5.1", "current", "", "v2.5.1"),
        row("a commit, with a label", logger(":git-a1b2c3d").labelled("v2.5.0"), "v2.5.0", "outdated", "", "v2.5.0"),
        row("a digest, with a label", logger(digest).labelled("v2.5.1"), "v2.5.1", "current", "", "v2.5.1"),
        row("a digest, with an annotation", logger(digest).annotated("v2.5.1"), "v2.5.1", "current", "", "v2.5.1"),
        row("a digest alone", logger(digest), "sha256:0123456789ab", "unknown", "", "custom"),
        row("latest alone", logger(":latest"), "latest", "unknown", "", "custom"),
        row("a label that is no version", logger(":latest").labelled("2.5"), "latest", "unknown", "", "custom"),
        row(
            "an annotation before a label",
            logger(":latest").annotated("v2.5.0").labelled("v2.5.1"),
            "v2.5.0",
            "outdated",
            "",
            "v2.5.0",
        ),
        row(
            "a label that was left behind",
            logger(":v2.5.0").labelled("v2.5.1"),
            "v2.5.0",
            "outdated",
            "the label app.kubernetes.io/version is v2.5.1",
            "v2.5.0",
        ),
        row(
            "an annotation, and pods whose image a mirror has",
            scene("deis-logger", Deployment, "hephy/logger:latest").annotated("v2.5.1").pods(
                2,
                "mirror.example/hephy/logger:latest@sha256:abab",
                true,
            ),
            "v2.5.1",
            "current",
            "",
            "v2.5.1",
        ),
        row("text in the annotation", logger(":v2.5.1").annotated("canary"), "canary", "unknown", "", "custom"),
        row("spellings that are no version", logger(":V2.5.1"), "V2.5.1", "unknown", "", "custom"),
        row("two numbers", logger(":v2.22"), "v2.22", "unknown", "", "custom"),
        row("a word before it", logger(":release-1.2.2"), "release-1.2.2", "unknown", "", "custom"),
        row(
            "two versions, of which the tag was never published",
            logger(":v2.5.7").annotated("v2.5.1"),
            "v2.5.1 or v2.5.7",
            "unknown",
            "",
            "custom",
        ),
        row(
            "two versions, of which the tag is a variant of the annotation's",
            logger(":v2.5.1-alpine").annotated("v2.5.1"),
            "v2.5.1-alpine",
            "current",
            "the annotation component.deis.io/version is v2.5.1; a variant of v2.5.1",
            "custom",
        ),
        row(
            "two versions while update checks are off",
            Scene { checks: false, ..logger(":v2.5.1").annotated("v2.5.0") },
            "v2.5.0 or v2.5.1",
            "unknown",
            "",
            "v2.5.1",
        ),
        row(
            "an annotation, and a pod of another image than the template's",
            logger(":latest").annotated("v2.5.1").pods(1, "hephy/logger:git-a1b2c3d", true),
            "latest",
            "unknown",
            "git-a1b2c3d on 1 pod, latest on 1; rollout to latest: 1 of 2 pods",
            "custom",
        ),
    ]);
}

fn unreadable_pods() -> Section<Pod> {
    let message = "may not list pods".into();
    Err(Unreadable { resource: Resource::Pods, cause: UnreadableCause::Forbidden, message })
}

#[test]
fn without_pods_the_controllers_counts_decide_whether_the_template_runs() {
    let logger = |rollout: Rollout| {
        let scene = scene("deis-logger", Deployment, "hephy/logger:v2.5.1").rollout(rollout);
        Scene { pods: unreadable_pods(), ..scene }
    };
    let counts = |updated, total| Rollout { updated, total, ..Rollout::default() };
    let known = |truth, rollout| Row {
        truth,
        scene: logger(rollout),
        version: "v2.5.1",
        status: "current",
        sentence: "pods could not be read: this is the version of the template",
        check_in: "v2.5.1",
    };
    let unknown = |truth, rollout| Row {
        version: "",
        status: "unknown",
        sentence: "",
        check_in: "custom",
        ..known(truth, rollout)
    };
    check(&[
        known("all pods have the newest template", counts(Some(3), 3)),
        known("a ReplicationController does not count them", counts(None, 3)),
        unknown("one of three has it", counts(Some(1), 3)),
        unknown("none has it", counts(Some(0), 3)),
        unknown("the counts are of an older template", Rollout { unobserved: true, ..counts(Some(3), 3) }),
    ]);
    let why = |rollout| match logger(rollout).report().freshness {
        Freshness::Unknown { reason } => reason.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        why(counts(Some(1), 3)),
        "pods could not be read, and only 1 of 3 have the newest template, that of v2.5.1"
    );
    assert_eq!(
        why(Rollout { unobserved: true, ..counts(Some(3), 3) }),
        "pods could not be read, and its controller has not seen the newest template yet, that of v2.5.1"
    );
}

#[test]
fn pods_that_the_controller_counts_as_newest_run_the_template_whatever_their_image_looks_like() {
    let pinned = |rollout| {
        let digest = "mirror.example/cache/of/logger@sha256:0123456789abcdef";
        scene("deis-logger", Deployment, "hephy/logger:v2.5.1").pods(3, digest, true).rollout(rollout)
    };
    let done = || Rollout { updated: Some(3), total: 3, ..Rollout::default() };
    let row = |truth, rollout| Row {
        truth,
        scene: pinned(rollout),
        version: "sha256:0123456789ab",
        status: "unknown",
        sentence: "sha256:0123456789ab on 3 pods; rollout to v2.5.1: 0 of 3 pods",
        check_in: "custom",
    };
    let newest = Row { version: "v2.5.1", status: "current", sentence: "", check_in: "v2.5.1", ..row("all", done()) };
    check(&[
        newest,
        row("two of three have the newest template", Rollout { updated: Some(2), ..done() }),
        Row {
            sentence: "sha256:0123456789ab on 3 pods: its controller has not seen the newest change yet",
            ..row("the counts are of an older template", Rollout { unobserved: true, ..done() })
        },
        row("nothing is counted", Rollout { updated: Some(0), total: 0, ..Rollout::default() }),
        Row {
            truth: "an older pod that is not counted serves until it is gone, while the newest do not serve yet",
            scene: scene("deis-logger", Deployment, "hephy/logger:v2.5.1")
                .pods(1, "hephy/logger:v2.5.1", false)
                .pods(1, "hephy/logger:v2.5.0", true)
                .last(|pod| pod.deleted = minutes_ago(1))
                .rollout(Rollout { updated: Some(1), total: 1, ..Rollout::default() }),
            version: "v2.5.0",
            status: "outdated",
            sentence: "v2.5.0 on 1 pod, being deleted, v2.5.1 on 1, not ready; rollout to v2.5.1: 1 of 1 pod",
            check_in: "v2.5.0",
        },
    ]);
}

#[test]
fn pods_whose_own_container_is_unknown_are_no_version_of_their_own() {
    let two = |a: &str, b: &str| [("a".to_owned(), a.to_owned()), ("b".to_owned(), b.to_owned())];
    let unknown = two("acme/x:v1", "acme/y:v2");
    let named = scene("deis-logger", Deployment, "hephy/logger:v2.5.1").running(1);
    let named = named.pod(&unknown, true).pod(&unknown, true);
    let report = named.report();
    let Freshness::Unknown { reason } = &report.freshness else { panic!("{:?}", report.freshness) };
    assert_eq!(reason.to_string(), "which container is the component's is unknown in 2 of 3 pods");
    assert_eq!(report.runs.as_deref(), Some("v2.5.1 on 1 pod, unknown container on 2; rollout to v2.5.1: 1 of 3 pods"));
    // The template's own container is unknown as well: that makes those pods no pods of the template.
    let template = scene("deis-logger", Deployment, "").template(&[("a", "acme/x:v3"), ("b", "acme/y:v3")]);
    let report = template.running(1).pod(&unknown, true).report();
    let listed: Vec<_> = report.running.iter().map(|version| (version.version.as_str(), version.pods)).collect();
    assert_eq!(listed, [("unknown", 1), ("unknown container", 1)]);
    assert!(report.rollout.is_some());
}

#[test]
fn pods_that_have_all_ended_are_no_running_pods() {
    for phase in ["Failed", "Succeeded"] {
        let ended = scene("deis-router", Deployment, "hephy/router:v2.19.0").pods(1, "hephy/router:v2.18.1", false);
        let report = ended.last(|pod| pod.phase = phase.into()).report();
        assert_eq!(report.runs.as_deref(), Some("it has no running pods: this is the version of the template"));
    }
}

#[test]
fn a_workload_without_wanted_pods_does_not_count_beside_one_that_has_some() {
    let left_over = scene("deis-controller", ReplicationController, "hephy/controller:v2.20.0");
    let moved = scene("deis-controller", Deployment, "hephy/controller:v2.22.0").running(1);
    let mut inventory = moved.inventory();
    let check_in = |inventory: &Inventory| {
        let (catalog, releases) = (Catalog::workflow(), releases());
        let id = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
        let vocabulary = Vocabulary::new(&catalog, &releases);
        let envelope = AllowList.check_in(id, Consent::default(), inventory, vocabulary);
        let body: serde_json::Value = serde_json::from_str(envelope.as_str()).unwrap();
        body["components"][0]["version"].as_str().unwrap().to_owned()
    };
    for (of_moved, of_left_over, said) in [(1, 0, "v2.22.0"), (0, 0, "v2.20.0"), (1, 1, "v2.20.0"), (0, 1, "v2.20.0")] {
        let old = Workload { desired: of_left_over, ..left_over.workload.clone() };
        inventory.replication_controllers = Ok(vec![old]);
        inventory.deployments.as_mut().unwrap()[0].desired = of_moved;
        assert_eq!(check_in(&inventory), said, "{of_moved} and {of_left_over} wanted");
    }
}
