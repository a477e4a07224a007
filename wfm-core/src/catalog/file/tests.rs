use proptest::prelude::*;

use super::*;
use crate::catalog::{CatalogEntry, Presence};
use crate::component::WorkloadKind;

/// Line, column and message of every mistake.
fn mistakes(text: &str, format: Format) -> Vec<(usize, usize, String)> {
    read(text, format).unwrap_err().0.into_iter().map(|m| (m.line, m.column, m.message)).collect()
}

/// That this text has one mistake there, which is said with these words.
fn one(text: &str, format: Format, place: (usize, usize), words: &str) {
    let all = mistakes(text, format);
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    assert_eq!((all[0].0, all[0].1), place, "{text}: {all:?}");
    assert!(all[0].2.contains(words), "{text}: {all:?}");
}

#[test]
fn a_catalog_in_both_syntaxes_is_the_same() {
    let toml = "product = 'Shop'\nnamespace = 'shop'\nselector = 'app=shop'\nversion-annotation = 'shop/version'\n\
                release-component = 'shop-api'\n[components.shop-api]\nkind = 'Deployment'\n\
                [components.shop-db]\nkind = 'StatefulSet'\ndescription = 'Orders'\nsince = 'v1.2.0'\nuntil = '2.0.0'\n\
                [components.shop-job]\nkind = 'Deployment'\npresence = 'on-demand'\n";
    let yaml = "product: Shop\nnamespace: shop\nselector: app=shop\nversion-annotation: shop/version\n\
                release-component: shop-api\ncomponents:\n  shop-api:\n    kind: Deployment\n\
                \x20 shop-db: {kind: StatefulSet, description: Orders, since: v1.2.0, until: 2.0.0}\n\
                \x20 shop-job:\n    kind: Deployment\n    presence: on-demand\n";
    let catalog = read(toml, Format::Toml).unwrap();
    assert_eq!(read(yaml, Format::Yaml).unwrap(), catalog);
    let db = catalog.get("shop-db").unwrap();
    assert_eq!((db.kind(), db.presence(), db.description()), (WorkloadKind::StatefulSet, Presence::Expected, "Orders"));
    assert_eq!(catalog.get("shop-job").unwrap().presence(), Presence::OnDemand);
    assert_eq!(catalog.version_annotation().as_str(), "shop/version");
}

#[test]
fn the_built_in_catalog_reads_back_as_it_is_written() {
    let catalog = Catalog::workflow();
    assert_eq!(read(&to_toml(&catalog), Format::Toml).unwrap(), catalog);
}

#[test]
fn a_mistake_in_toml_says_where_it_is_and_what_to_write() {
    let wrong = |text: &str, place, words| one(text, Format::Toml, place, words);
    wrong(
        "prodct = 'Shop'\n[components]",
        (1, 1),
        "“prodct” is no key of this table: write one of product, namespace,",
    );
    let within = |line: &str| format!("product = 'Shöp'\n[components.a]\nkind = 'Deployment'\n{line}\n");
    wrong(&within("kinds = 'x'"), (4, 1), "“kinds” is no key of this table: write one of kind, description,");
    wrong(
        &within("presence = 'always'"),
        (4, 12),
        "“always” is not known here: write one of expected, optional, on-demand",
    );
    wrong(&within("since = 'soon'"), (4, 9), "“soon” is not a semantic version such as v2.13.0");
    wrong(&within("since = 2.1"), (4, 9), "floating point 2.1: write a string");
    wrong(&within("kind = 'DaemonSet'"), (4, 1), "write each component and each key once");
    wrong(&within("[components.a]"), (4, 13), "write each component and each key once");
    wrong(
        &within("[components.b]\nkind = 'Pod'"),
        (5, 8),
        "“Pod” is not known here: write one of Deployment, DaemonSet,",
    );
    wrong(&within("[components.b]"), (4, 1), "the key kind is missing here");
    wrong(&within("[components.B_c]\nkind = 'Deployment'"), (4, 13), "“B_c” cannot name a component");
    wrong(&within("description = "), (4, 15), "");
    wrong(&within("with = ['service/b', 'C_d']"), (4, 8), "“C_d” names neither a component nor a Service: write one");
    wrong(&within("with = 'service/b'"), (4, 8), "this is a value of type string");
    wrong(
        "product = 'Shop'\nselector = 'a b'\n[components]",
        (2, 12),
        "is no label selector: write one as kubectl -l takes it",
    );
    wrong("product = 'Shop'\nversion-annotation = 'a b'\n[components]", (2, 22), "cannot be the key of an annotation");
    wrong("product = ''\n[components]", (1, 11), "write 1 to 2000 characters");
    wrong("", (1, 1), "the key product is missing");
    wrong("product = 'Shop'\ncomponents = ['a']", (2, 14), "this is a value of type sequence: write a map");
}

#[test]
fn a_mistake_in_yaml_says_where_it_is_and_what_to_write() {
    let wrong = |text: &str, place, words| one(text, Format::Yaml, place, words);
    wrong("prodct: Shop", (1, 1), "“prodct” is no key of this table: write one of product, namespace,");
    let within = |line: &str| format!("product: Shöp\ncomponents:\n  a:\n    kind: Deployment\n{line}\n");
    wrong(&within("    kinds: x"), (5, 5), "“kinds” is no key of this table: write one of kind, description,");
    wrong(
        &within("    presence: always"),
        (5, 15),
        "“always” is not known here: write one of expected, optional, on-demand",
    );
    wrong(&within("    since: soon"), (5, 12), "“soon” is not a semantic version such as v2.13.0");
    wrong(&within("    kind: DaemonSet"), (5, 5), "write each component and each key once");
    wrong(&within("  a: {kind: DaemonSet}"), (5, 3), "write each component and each key once");
    wrong(&within("  b: {kind: Pod}"), (5, 13), "“Pod” is not known here: write one of Deployment, DaemonSet,");
    wrong(&within("  b: {}"), (5, 6), "the key kind is missing here");
    wrong(&within("  B_c: {kind: Deployment}"), (5, 3), "“B_c” cannot name a component");
    wrong(&within("  b: {"), (5, 6), "unclosed bracket");
    wrong(&within("    with: [service/b, C_d]"), (5, 23), "“C_d” names neither a component nor a Service: write one");
    wrong("product: Shop\nselector: a b\n", (2, 11), "is no label selector");
    wrong("", (1, 1), "write product and components");
    wrong("product: Shop\ncomponents: [a]", (2, 13), "this is no table");
}

#[test]
fn every_contradiction_is_said_in_the_order_of_the_file() {
    let toml = "product = 'Shop'\nrelease-component = 'gone'\n[components.a]\nkind = 'Deployment'\n\
                since = 'v2.0.0'\nuntil = 'v1.0.0'\n[components.b]\nkind = 'Deployment'\npresence = 'on-demand'\nuntil = 'v1.0.0'\n";
    let said = mistakes(toml, Format::Toml);
    let places: Vec<_> = said.iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(places, [(2, 21), (6, 9), (10, 9)]);
    for (at, words) in
        ["“gone” is none of the components", "write a release after v2.0.0", "b runs on demand"].iter().enumerate()
    {
        assert!(said[at].2.contains(words), "{said:?}");
    }
    let yaml = "product: Shop\ncomponents:\n  a: {kind: Deployment, since: v2.0.0}\n";
    one(yaml, Format::Yaml, (3, 32), "write release-component at the top");
}

#[test]
fn a_neighbour_is_another_component_of_the_file_or_a_service() {
    let toml = "product = 'Shop'\n[components.a]\nkind = 'Deployment'\nwith = ['b', 'service/z', 'a', 'c']\n\
                without = ['d']\n[components.b]\nkind = 'Deployment'\npresence = 'optional'\nwithout = ['service/a']\n";
    let said = mistakes(toml, Format::Toml);
    let places: Vec<_> = said.iter().map(|(line, column, _)| (*line, *column)).collect();
    assert_eq!(places, [(4, 27), (4, 32), (5, 12), (9, 12)]);
    let words = [
        "a is its own neighbour",
        "“c” is none of the components: write one of them, or service/c for a Service",
        "“d” is none of the components",
        "b is optional, so it is never missing: drop since, until, with and without",
    ];
    for (at, words) in words.iter().enumerate() {
        assert!(said[at].2.contains(words), "{said:?}");
    }
    let yaml = "product: Shop\ncomponents:\n  a: {kind: Deployment, with: [service/z, c]}\n";
    one(yaml, Format::Yaml, (3, 43), "“c” is none of the components");
    let yaml = "product: Shop\ncomponents:\n  a: {kind: Deployment, with: [service/z], without: [b]}\n  b: {kind: Deployment}\n";
    let catalog = read(yaml, Format::Yaml).unwrap();
    let a = catalog.get("a").unwrap();
    assert_eq!((a.with()[0].to_string(), a.without()[0].to_string()), ("service/z".to_owned(), "b".to_owned()));
}

#[test]
fn more_than_a_config_map_holds_is_refused_unread() {
    one(&"#".repeat(LONGEST + 1), Format::Toml, (1, 1), "a catalog has at most");
}

prop_compose! {
    fn catalogs()(
        product in "[a-zA-Z\"'\\\\][a-zA-Z \"'\\\\]{0,20}",
        entries in proptest::collection::vec(("[a-z][a-z0-9.]{0,8}", 0usize..4, 0usize..3, "[^\\p{C}\\p{Zl}\\p{Zp}]{0,20}"), 0..6),
    ) -> Catalog {
        let kinds = [
            WorkloadKind::Deployment, WorkloadKind::DaemonSet, WorkloadKind::StatefulSet, WorkloadKind::ReplicationController,
        ];
        let entries = entries.into_iter().filter_map(|(name, kind, presence, description)| {
            let presence = [Presence::Expected, Presence::Optional, Presence::OnDemand][presence];
            let service = |prefix: &str| vec![format!("service/{prefix}{name}z").parse().unwrap()];
            let (with, without) = match presence {
                Presence::Expected => (service("a"), service("b")),
                _ => (Vec::new(), Vec::new()),
            };
            let entry = CatalogEntry::new(name.parse().ok()?, kinds[kind], presence, description.trim().to_owned());
            Some(entry.with_neighbours(with, without))
        });
        Catalog::new(product.trim(), entries).with_selector(Some("a in (b, c)".parse().unwrap()))
    }
}

proptest! {
    #[test]
    fn any_catalog_reads_back_as_it_is_written(catalog in catalogs()) {
        prop_assert_eq!(read(&to_toml(&catalog), Format::Toml).unwrap(), catalog);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[a-z:={}\\[\\]'\" \\n.-]{0,60}") {
        let _ = (read(&text, Format::Toml), read(&text, Format::Yaml));
    }
}
