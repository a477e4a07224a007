//! Every setting from every place, and which place goes first.

use clap::Parser;

use super::*;
use crate::Cli;

/// A setting as it is written as a flag, in the environment and in a file, and what is shown of each.
struct Case {
    name: &'static str,
    /// Its names in the environment; all of them work bare and with the prefix.
    env: &'static [&'static str],
    flag: (&'static str, &'static str),
    variable: (&'static str, &'static str),
    file: (&'static str, &'static str),
    default: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "listen",
        env: &["PORT"],
        flag: ("127.0.0.1:1", "127.0.0.1:1"),
        variable: ("2", "0.0.0.0:2"),
        file: ("'127.0.0.1:3'", "127.0.0.1:3"),
        default: "0.0.0.0:8080",
    },
    Case {
        name: "host",
        env: &["ALLOWED_HOSTS"],
        flag: ("a.example.com", "a.example.com"),
        variable: ("b.example.com, c.example.com", "b.example.com, c.example.com"),
        file: ("['d.example.com']", "d.example.com"),
        default: "(none)",
    },
    Case {
        name: "namespace",
        env: &["DEIS_NAMESPACE"],
        flag: ("a", "a"),
        variable: ("b", "b"),
        file: ("'c'", "c"),
        default: "deis",
    },
    Case {
        name: "kubeconfig",
        env: &[],
        flag: ("/a", "/a"),
        variable: ("", ""),
        file: ("'/c'", "/c"),
        default: "(none)",
    },
    Case {
        name: "catalog",
        env: &["CATALOG_FILE"],
        flag: ("DIR/a.toml", "DIR/a.toml"),
        variable: ("DIR/b.toml", "DIR/b.toml"),
        file: ("'DIR/c.toml'", "DIR/c.toml"),
        default: "(none)",
    },
    Case {
        name: "versions-url",
        env: &["VERSIONS_API_URL"],
        flag: ("http://a", "http://a"),
        variable: ("http://b", "http://b"),
        file: ("'http://c'", "http://c"),
        default: "(none)",
    },
    Case {
        name: "releases",
        env: &["RELEASES_FILE"],
        flag: ("/a", "/a"),
        variable: ("/b", "/b"),
        file: ("'/c'", "/c"),
        default: "(none)",
    },
    Case {
        name: "train",
        env: &["TRAIN"],
        flag: ("a", "a"),
        variable: ("b", "b"),
        file: ("'c'", "c"),
        default: "stable",
    },
    Case {
        name: "pin",
        env: &["PIN"],
        flag: ("*=1", "*=1"),
        variable: ("*=2,deis-router=2.18", "*=2, deis-router=2.18"),
        file: ("['*=3', 'deis-router=>=2.18,<2.20']", "*=3, deis-router=>=2.18,<2.20"),
        default: "(none)",
    },
    Case {
        name: "ignore",
        env: &["IGNORE"],
        flag: ("deis-router", "deis-router"),
        variable: ("deis-minio deis-nsqd", "deis-minio, deis-nsqd"),
        file: ("['deis-logger']", "deis-logger"),
        default: "(none)",
    },
    Case {
        name: "absent",
        env: &["ABSENT"],
        flag: ("deis-minio", "deis-minio"),
        variable: ("deis-minio deis-database", "deis-minio, deis-database"),
        file: ("['deis-router']", "deis-router"),
        default: "(none)",
    },
    Case {
        name: "check-versions",
        env: &["CHECK_VERSIONS", "CHECKVERSIONS"],
        flag: ("false", "false"),
        variable: ("0", "false"),
        file: ("false", "false"),
        default: "true",
    },
    Case {
        name: "poll-interval",
        env: &["POLL_INTERVAL_SEC"],
        flag: ("1", "1 s"),
        variable: ("2", "2 s"),
        file: ("3", "3 s"),
        default: "43200 s",
    },
    Case {
        name: "share-usage-data",
        env: &["SHARE_USAGE_DATA"],
        flag: ("true", "true"),
        variable: ("1", "true"),
        file: ("true", "true"),
        default: "false",
    },
    Case {
        name: "share-schema",
        env: &["SHARE_SCHEMA"],
        flag: ("2", "2"),
        variable: ("2", "2"),
        file: ("2", "2"),
        default: "1",
    },
    Case {
        name: "cohort",
        env: &["COHORT"],
        flag: ("staff", "staff"),
        variable: ("ci", "ci"),
        file: ("'test'", "test"),
        default: "(none)",
    },
    Case {
        name: "state-dir",
        env: &["STATE_DIR"],
        flag: ("/a", "/a"),
        variable: ("/b", "/b"),
        file: ("'/c'", "/c"),
        default: "(none)",
    },
];

/// A folder with catalogs and a file of settings.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            let catalog = format!("product = '{name}'\n[components.deis-router]\nkind = 'Deployment'\n");
            std::fs::write(folder.path().join(format!("{name}.toml")), catalog).unwrap();
        }
        Self(folder)
    }

    fn here(&self, text: &str) -> String {
        text.replace("DIR", self.0.path().to_str().unwrap())
    }

    /// Value and source of a setting, as `config show` has them.
    fn shown(&self, name: &str, flag: Option<&str>, env: Option<(&str, &str)>, file: Option<&str>) -> (String, String) {
        let mut args = vec!["wfm-agent".to_owned()];
        if let Some(value) = file {
            let path = self.0.path().join("settings.toml");
            std::fs::write(&path, self.here(&format!("# the second line\n{name} = {value}\n"))).unwrap();
            args.push(format!("--config={}", path.display()));
        }
        args.extend(flag.map(|value| self.here(&format!("--{name}={value}"))));
        let env = env.map(|(name, value)| (name.to_owned(), self.here(value))).into_iter().collect();
        let (settings, _) = Settings::read(&Cli::try_parse_from(args).unwrap().flags, &env).unwrap();
        let row = settings.table().into_iter().find(|row| row.name == name).unwrap();
        (row.text(), row.source.to_string())
    }
}

#[test]
fn every_setting_is_read_from_every_place_and_names_it() {
    let folder = Folder::new();
    let here = |(value, shown): (&'static str, &'static str)| (value, folder.here(shown));
    for Case { name, env, flag, variable, file, default } in CASES {
        assert_eq!(folder.shown(name, None, None, None), ((*default).to_owned(), "default".to_owned()), "{name}");
        let (value, said) = here(*flag);
        assert_eq!(folder.shown(name, Some(value), None, None), (said, "flag".to_owned()), "{name}");
        let (value, said) = here(*file);
        let source = folder.here("file DIR/settings.toml line 2");
        assert_eq!(folder.shown(name, None, None, Some(value)), (said, source), "{name}");
        for bare in *env {
            for variable_name in [(*bare).to_owned(), format!("{PREFIX}{bare}")] {
                let (value, said) = here(*variable);
                let shown = folder.shown(name, None, Some((&variable_name, value)), None);
                assert_eq!(shown, (said, format!("environment {variable_name}")), "{name}");
            }
        }
    }
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let folder = Folder::new();
    for Case { name, env, flag, variable, file, .. } in CASES {
        let variable = env.first().map(|name| (*name, variable.0));
        let (_, source) = folder.shown(name, Some(flag.0), variable, Some(file.0));
        assert_eq!(source, "flag", "{name}");
        if let Some((variable_name, _)) = variable {
            let (_, source) = folder.shown(name, None, variable, Some(file.0));
            assert_eq!(source, format!("environment {variable_name}"), "{name}");
        }
    }
}

#[test]
fn every_setting_that_is_shown_is_a_case_and_a_key_of_the_file() {
    let shown: Vec<&str> = read(&[]).table().into_iter().map(|row| row.name).filter(|name| *name != "config").collect();
    let mut cases: Vec<&str> = CASES.iter().map(|case| case.name).collect();
    let mut keys = super::super::file::KEYS.to_vec();
    let mut sorted = shown.clone();
    for names in [&mut cases, &mut keys, &mut sorted] {
        names.sort_unstable();
    }
    assert_eq!((&sorted, &sorted), (&cases, &keys));
}
