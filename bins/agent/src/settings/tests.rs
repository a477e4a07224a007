use super::env::PREFIX;
use super::*;

fn read(env: &[(&str, &str)]) -> Settings {
    try_read(env).unwrap().0
}

fn try_read(env: &[(&str, &str)]) -> Result<(Settings, Vec<String>), SettingsError> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Settings::read(&Flags::default(), &env)
}

#[test]
fn sharing_is_off_and_checking_is_on_until_somebody_says_otherwise() {
    let settings = read(&[]);
    assert!(!settings.share_usage_data.value);
    assert!(settings.check_versions.value);
    assert_eq!(settings.poll_interval.value, LONGEST_POLL);
    assert_eq!(settings.versions_url.value, None);
}

#[test]
fn every_old_name_works_bare_and_with_the_prefix() {
    for prefix in ["", PREFIX] {
        let named = |name: &str| format!("{prefix}{name}");
        let settings = read(&[
            (&named("PORT"), "9090"),
            (&named("POLL_INTERVAL_SEC"), "60"),
            (&named("CHECK_VERSIONS"), "false"),
            (&named("VERSIONS_API_URL"), "https://v.example"),
            (&named("DEIS_NAMESPACE"), "hephy"),
            (&named("SHARE_USAGE_DATA"), "true"),
            (&named("TRAIN"), "beta"),
        ]);
        assert_eq!(settings.listen.value.to_string(), "0.0.0.0:9090");
        assert_eq!(settings.poll_interval.value, Duration::from_secs(60));
        assert!(!settings.check_versions.value);
        assert_eq!(settings.versions_url.value.as_deref(), Some("https://v.example"));
        assert_eq!(settings.namespace.value.as_str(), "hephy");
        assert!(settings.share_usage_data.value);
        assert_eq!(settings.train.value, Train::beta());
    }
}

#[test]
fn the_documented_misspelling_switches_checks_off_too() {
    let settings = read(&[("WORKFLOW_MANAGER_CHECKVERSIONS", "false")]);
    assert!(!settings.check_versions.value);
}

#[test]
fn do_not_track_wins_over_everything() {
    let settings = read(&[("DO_NOT_TRACK", "1"), ("SHARE_USAGE_DATA", "true"), ("CHECK_VERSIONS", "true")]);
    assert!(!settings.share_usage_data.value);
    assert!(!settings.check_versions.value);
    assert_eq!(settings.share_usage_data.source, Source::Environment { name: "DO_NOT_TRACK".into() });
}

#[test]
fn the_poll_interval_is_capped_at_twelve_hours() {
    assert_eq!(read(&[("POLL_INTERVAL_SEC", "99999999")]).poll_interval.value, LONGEST_POLL);
}

#[test]
fn a_flag_goes_before_the_environment() {
    let flags = Flags { namespace: Some("mine".into()), ..Flags::default() };
    let env = BTreeMap::from([("DEIS_NAMESPACE".to_owned(), "theirs".to_owned())]);
    let (settings, _) = Settings::read(&flags, &env).unwrap();
    assert_eq!((settings.namespace.value.as_str(), settings.namespace.source), ("mine", Source::Flag));
}

#[test]
fn outside_a_cluster_the_page_is_not_offered_to_the_network() {
    let flags = Flags { kubeconfig: Some("x".into()), ..Flags::default() };
    let (settings, _) = Settings::read(&flags, &BTreeMap::new()).unwrap();
    assert_eq!(settings.listen.value.to_string(), "127.0.0.1:8080");
}

#[test]
fn a_value_that_cannot_be_understood_names_itself_and_what_to_write() {
    for (name, value, advice) in [
        ("PORT", "http", "0 to 65535"),
        ("POLL_INTERVAL_SEC", "0", "43200"),
        ("CHECK_VERSIONS", "maybe", "true or false"),
        ("DEIS_NAMESPACE", "../x", "a–z"),
        ("TRAIN", "Stable!", "such as stable"),
    ] {
        let error = try_read(&[(name, value)]).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(value) && error.contains(advice), "{error}");
    }
}

#[test]
fn an_unknown_name_of_ours_is_a_warning_and_a_name_of_kubernetes_is_not() {
    let (_, warnings) = try_read(&[
        ("WORKFLOW_MANAGER_SHARE_USAGE", "true"),
        ("WORKFLOW_MANAGER_SERVICE_HOST", "10.0.0.1"),
        ("WORKFLOW_MANAGER_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("WORKFLOW_MANAGER_PORT", "tcp://10.0.0.1:80"),
    ])
    .unwrap();
    assert_eq!(warnings, ["WORKFLOW_MANAGER_SHARE_USAGE is no setting of this agent; it has no effect"]);
}

mod every;
mod file;
