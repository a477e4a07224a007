//! The file of settings: what is wrong with it, and what it means.

use super::*;

fn with_file(text: &str) -> Result<(Settings, Vec<String>), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wfm.toml");
    std::fs::write(&path, text).unwrap();
    let flags = Flags { config: Some(path.clone()), ..Flags::default() };
    let place = format!("{}/", folder.path().display());
    Settings::read(&flags, &BTreeMap::new()).map_err(|error| error.to_string().replace(&place, ""))
}

#[test]
fn a_mistake_in_the_file_names_its_line_and_what_to_write() {
    for (text, words) in [
        (
            "train = 'beta'\nnamspace = 'x'\n",
            "wfm.toml line 2: “namspace” is no setting: write one of listen, host, namespace,",
        ),
        ("\ntrain = 'Beta!'", "wfm.toml line 2, train: “Beta!” is not valid: “Beta!” cannot name a train"),
        ("poll-interval = 0", "wfm.toml line 1, poll-interval: “0” is not valid: write seconds from 1 to 43200"),
        ("pin = ['2.18']", "deis-router=2.18"),
        ("train = 1.5", "wfm.toml line 1: train is no value: write a text, a number, true or false"),
        ("ignore = [1]", "wfm.toml line 1: ignore is no value"),
        ("[share]\nusage = true", "wfm.toml line 1: “share” is no setting"),
        ("train = 'beta'\ntrain = 'stable'", "wfm.toml line 2: this setting stands there twice"),
        ("train = ", "wfm.toml line 1: "),
    ] {
        let error = with_file(text).unwrap_err();
        assert!(error.contains(words), "{text:?}: {error}");
    }
}

#[test]
fn a_file_that_is_not_there_is_said() {
    let env = BTreeMap::from([("CONFIG_FILE".to_owned(), "/nowhere/wfm.toml".to_owned())]);
    let error = Settings::read(&Flags::default(), &env).unwrap_err().to_string();
    assert!(error.contains("/nowhere/wfm.toml: it cannot be read"), "{error}");
}

#[test]
fn do_not_track_wins_over_the_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wfm.toml");
    std::fs::write(&path, "share-usage-data = true\nversions-url = ''\n").unwrap();
    let env = BTreeMap::from([("DO_NOT_TRACK".to_owned(), "1".to_owned())]);
    let flags = Flags { config: Some(path), share_usage_data: Some("true".into()), ..Flags::default() };
    let (settings, _) = Settings::read(&flags, &env).unwrap();
    assert!(!settings.share_usage_data.value && !settings.check_versions.value);
    assert_eq!(settings.versions_url, Setting { value: None, source: Source::Default }, "empty is as good as none");
}

#[test]
fn the_namespace_of_a_catalog_serves_where_nobody_says_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.yaml");
    std::fs::write(&path, "product: Shop\nnamespace: shop\ncomponents:\n  shop-api: {kind: Deployment}\n").unwrap();
    let flags = Flags { catalog: Some(path), ..Flags::default() };
    let (settings, _) = Settings::read(&flags, &BTreeMap::new()).unwrap();
    assert_eq!((settings.namespace.value.as_str(), settings.namespace.source), ("shop", Source::Catalog));
    let flags = Flags { namespace: Some("mine".into()), ..flags };
    let (settings, _) = Settings::read(&flags, &BTreeMap::new()).unwrap();
    assert_eq!((settings.namespace.value.as_str(), settings.namespace.source), ("mine", Source::Flag));
}

#[test]
fn a_pinned_ignored_or_absent_name_that_is_no_component_is_a_warning() {
    let env = [("PIN", "deis-ruter=2.18,*=2"), ("IGNORE", "deis-minio,minio"), ("ABSENT", "deis-nsqd,nsqd")];
    let (_, warnings) = try_read(&env).unwrap();
    assert_eq!(
        warnings,
        [
            "PIN names deis-ruter, which is no component of Hephy Workflow; it has no effect",
            "IGNORE names minio, which is no component of Hephy Workflow; it has no effect",
            "ABSENT names nsqd, which is no component of Hephy Workflow; it has no effect"
        ]
    );
}
