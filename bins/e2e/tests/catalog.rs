//! Another product than Workflow: catalogs of the examples and the docs, and an agent that is given one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use wfm_core::catalog::Catalog;
use wfm_core::catalog::file::{Format, read};
use wfm_core::store::MemoryStore;
use wfm_e2e::{RecordedCluster, Recording};
use world::{World, components, page, world_of};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn examples() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(root().join("examples/catalogs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn parsed(path: &Path) -> Catalog {
    let text = fs::read_to_string(path).unwrap();
    read(&text, Format::of_path(path).unwrap()).unwrap_or_else(|mistakes| panic!("{}: {mistakes}", path.display()))
}

#[test]
fn every_example_is_a_catalog() {
    assert_eq!(examples().len(), 3);
    for path in examples() {
        assert!(parsed(&path).iter().count() > 1, "{}", path.display());
    }
    let kubermatic = parsed(&root().join("examples/catalogs/kubermatic.yaml"));
    let operator = kubermatic.release_component().unwrap();
    assert_eq!((operator.as_str(), kubermatic.namespace().unwrap().as_str()), ("kubermatic-operator", "kubermatic"));
    let webhook = kubermatic.get("kubermatic-webhook").unwrap();
    let expected = |release: &str| webhook.is_part_of(Some(&release.parse().unwrap()));
    assert_eq!((expected("v2.20.0"), expected("v2.21.0")), (Some(false), Some(true)));
}

#[test]
fn the_example_of_the_docs_is_the_same_catalog_in_both_syntaxes() {
    let page = fs::read_to_string(root().join("docs/CATALOG.md")).unwrap();
    let block = |syntax: &str| page.split(&format!("```{syntax}\n")).nth(1).unwrap().split("```").next().unwrap();
    let toml = read(block("toml"), Format::Toml).unwrap();
    assert_eq!(read(block("yaml"), Format::Yaml).unwrap(), toml);
    assert_eq!(toml.iter().count(), 4);
    let rules = page.split("```toml\n").nth(2).unwrap().split("```").next().unwrap();
    let shop = read(&format!("product = 'Shop'\n{rules}"), Format::Toml).unwrap();
    assert_eq!(shop.get("shop-postgres").unwrap().without()[0].to_string(), "shop-mysql");
}

const ACME: &str = "product = 'Acme <Router>'\nnamespace = 'deis'\nselector = 'heritage in (acme, deis)'\n\
    version-annotation = 'acme.example/version'\nrelease-component = 'deis-router'\n\
    [components.deis-router]\nkind = 'Deployment'\n\
    [components.acme-search]\nkind = 'Deployment'\nsince = 'v3.0.0'\n\
    [components.acme-index]\nkind = 'Deployment'\nuntil = 'v3.0.0'\n";

/// An agent that watches another product, whose router says this version.
async fn acme(version: &str) -> World {
    let folder = tempfile::tempdir().unwrap();
    let catalog = folder.path().join("acme.toml");
    fs::write(&catalog, ACME).unwrap();
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    cluster
        .update("/apis/apps/v1/namespaces/deis/deployments/deis-router", |router| {
            router["metadata"]["annotations"]["acme.example/version"] = json!(version);
        })
        .unwrap();
    let env = [("CATALOG_FILE", catalog.to_str().unwrap())];
    world_of(cluster, Arc::new(MemoryStore::default()), &env).await
}

#[tokio::test]
async fn an_agent_with_a_catalog_watches_that_product_by_its_labels_and_its_annotation() {
    let world = acme("v3.1.0").await;
    let components = components(world.agent.addr).await;
    let of = |name: &str| components.iter().find(|c| c["component"]["name"] == name);
    assert_eq!(of("deis-router").unwrap()["version"]["version"], "v3.1.0");
    assert_eq!(of("acme-search").unwrap()["status"], "missing");
    assert_eq!(of("acme-index"), None, "release 3.1.0 has it no more");
    assert_eq!(of("deis-minio").unwrap()["status"], "unmanaged");
    let page = page(world.agent.addr).await;
    assert!(page.contains("Acme &lt;Router&gt;"), "{page}");

    let lists = world.cluster.requests();
    let selects = |path: &str| {
        let list = lists.iter().find(|request| request.path.ends_with(path)).unwrap();
        list.query.as_deref().unwrap_or_default().contains("labelSelector=heritage+in+%28acme%2C+deis%29")
    };
    for path in ["/deployments", "/daemonsets", "/statefulsets", "/replicationcontrollers"] {
        assert!(selects(path), "{path}");
    }
    assert!(!selects("/pods") && !selects("/nodes"));
}

#[tokio::test]
async fn a_version_that_cannot_be_told_names_the_annotation_of_the_product() {
    let world = acme("canary").await;
    let page = page(world.agent.addr).await;
    assert!(page.contains("the annotation acme.example/version is “canary”, which is no version"), "{page}");
    assert!(page.contains("Unknown for 2 components: not every release of the product has them"), "{page}");
}
