//! "components", and "missing".

use jiff::SignedDuration;

use crate::reading::{block, row, words};
use crate::scene::{KINDS, Stage};

/// "status, name, kind, installed → available, behind by (major/minor/patch, n releases, days), image, ready/desired, age".
#[tokio::test]
async fn a_row_says_status_name_kind_versions_lag_image_pods_and_age() {
    let page = Stage::outdated().await.play().await.page().await;
    let router = words(row(&page, "deis-router"));
    for part in [
        "▲ outdated",
        "deis-router Deployment",
        "registry.acme-corp.example:5000/mirror/hephy/router:v2.14.0",
        "v2.14.0 (from the image tag) → v2.19.0",
        "minor, ",
        " releases, ",
        " days ",
        "2 of 2",
        "23 h",
    ] {
        assert!(router.contains(part), "{part}: {router}");
    }
    assert!(words(row(&page, "deis-builder")).contains(" patch, "));
}

/// "`<details>` with pods, restarts, reasons".
#[tokio::test]
async fn its_details_have_the_pods_with_restarts_and_the_reasons() {
    let page = Stage::outdated().await.play().await.page().await;
    let minio = row(&page, "deis-minio");
    let details = words(&minio[minio.find("<details").unwrap()..]);
    assert!(details.contains("! not ready deis-minio-8566cfcd9b-qxdmh , 17 restarts"), "{details}");
    assert!(details.contains("Warnings, newest first: BackOff"), "{details}");
    assert!(words(minio).contains("CrashLoopBackOff"));
}

/// "and a copyable upgrade line".
#[tokio::test]
async fn its_details_have_an_upgrade_line_and_say_where_an_annotation_must_follow() {
    let page = Stage::outdated().await.play().await.page().await;
    let line = "<pre>kubectl -n deis set image deployment/deis-router \
                deis-router=registry.acme-corp.example:5000/mirror/hephy/router:v2.19.0</pre>";
    assert!(row(&page, "deis-router").contains(line), "{}", row(&page, "deis-router"));
    assert!(!row(&page, "deis-router").contains("annotation"));
    let builder = row(&page, "deis-builder");
    assert!(
        builder.contains("hephy/builder:v2.13.7</pre>")
            && builder.contains("Set its annotation to the new version, too."),
        "{builder}"
    );
    assert!(!row(&page, "globex-payments").contains("set image"), "somebody else's workload is not upgraded");
}

/// Empty: "what was looked for, and the kubectl command that shows the same".
#[tokio::test]
async fn an_empty_namespace_says_what_was_looked_for_and_the_command() {
    let page = Stage::empty().await.play().await.page().await;
    let components = words(block(&page, "components"));
    assert!(
        components.contains(
            "No deployment, daemon set, stateful set or replication controller is in the namespace deis . This command \
             shows the same: kubectl -n deis get deployments,daemonsets,statefulsets,replicationcontrollers"
        ),
        "{components}"
    );
    assert!(components.contains("✕ missing deis-builder"));
}

/// Empty, before anything was seen: the same command.
#[tokio::test]
async fn before_the_first_look_it_says_that_nothing_was_seen_and_the_command() {
    let page = Stage::current().await.forbidden("/").play().await.page().await;
    let components = words(block(&page, "components"));
    assert!(components.contains("Nothing of the namespace deis has been seen yet."), "{components}");
    assert!(components.contains("kubectl -n deis get deployments"), "{components}");
}

/// 403: "the exact RBAC verb and resource + `kubectl auth can-i …`".
#[tokio::test]
async fn a_missing_permission_is_named_by_verb_and_resource_with_the_command_that_checks_it() {
    for (path, resource) in KINDS.into_iter().zip([
        "deployments.apps",
        "daemonsets.apps",
        "statefulsets.apps",
        "replicationcontrollers",
        "pods",
    ]) {
        let page = Stage::outdated().await.forbidden(path).play().await.page().await;
        let components = words(block(&page, "components"));
        let said = format!(
            "✕ {resource} could not be read: the agent may not list {resource} in the namespace deis: grant the verb \
             list, check with `kubectl auth can-i list {resource} -n deis`."
        );
        assert!(components.contains(&said), "{components}");
    }
}

/// 403: "last rows kept, greyed, with age".
#[tokio::test]
async fn rows_that_cannot_be_read_any_more_are_kept_grey_and_with_their_age() {
    let scene = Stage::outdated().await.play().await;
    assert!(!scene.page().await.contains("<tr class=\"old\">"));
    scene.cluster.script(wfm_e2e::Fault::new(KINDS[1], wfm_e2e::Answer::status(403)));
    scene.pass(SignedDuration::from_mins(3));
    let page = scene.page().await;
    let components = words(block(&page, "components"));
    assert!(
        components.contains("daemonsets.apps` could not") || components.contains("daemonsets.apps could not be read")
    );
    assert!(components.contains("What is grey was seen 3 min ago."), "{components}");
    let fluentd = row(&page, "deis-logger-fluentd");
    assert!(fluentd.starts_with(" class=\"old\"") && fluentd.contains("as seen 3 min ago"), "{fluentd}");
    assert!(!row(&page, "deis-router").starts_with(" class=\"old\""));
}

/// 403 of everything: the page keeps what it knew, grey and with its age.
#[tokio::test]
async fn when_nothing_can_be_read_any_more_every_row_is_grey_and_the_page_says_since_when() {
    let scene = Stage::outdated().await.play().await;
    scene.cluster.stop().await;
    scene.pass(SignedDuration::from_mins(10));
    let page = scene.page().await;
    assert!(
        page.contains("The cluster could not be read") && page.contains("What follows was seen 10 min ago."),
        "{page}"
    );
    assert_eq!(page.matches("<tr class=\"old\">").count(), 16);
}

/// "expected by the catalog and absent".
#[tokio::test]
async fn what_is_expected_and_absent_is_listed_as_missing() {
    let page = Stage::incomplete().await.play().await.page().await;
    assert!(words(block(&page, "missing")).contains("✕ missing deis-registry-proxy is expected as a DaemonSet"));
}

/// What need not be there is one quiet line with the reasons.
#[tokio::test]
async fn what_is_rightly_absent_is_listed_with_its_reason() {
    let stage = Stage::outdated().await.with(("ABSENT", "deis-monitor-grafana"));
    stage.cluster.remove(&format!("{}/deis-minio", KINDS[0])).unwrap();
    stage.cluster.remove(&format!("{}/deis-minio", KINDS[5])).unwrap();
    stage.cluster.remove(&format!("{}/deis-monitor-grafana", KINDS[0])).unwrap();
    let page = stage.play().await.page().await;
    let missing = words(block(&page, "missing"));
    assert!(
        missing.ends_with(
            "Nothing missing. Not installed here: deis-minio (there is no Service deis-minio), deis-monitor-grafana (by \
             decision (ABSENT)), deis-registry-token-refresher (optional)."
        ),
        "{missing}"
    );
}

/// Empty: ""Nothing missing"".
#[tokio::test]
async fn nothing_missing_is_said() {
    let page = Stage::current().await.play().await.page().await;
    assert!(words(block(&page, "missing")).contains("Nothing missing."));
}

/// Error: it is not called missing where it could not be looked for.
#[tokio::test]
async fn what_could_not_be_looked_for_is_not_called_missing() {
    let page = Stage::current().await.forbidden(KINDS[1]).play().await.page().await;
    let missing = words(block(&page, "missing"));
    assert!(
        missing.contains("Unknown: not every workload and Service could be read") && !missing.contains("✕ missing"),
        "{missing}"
    );
}
