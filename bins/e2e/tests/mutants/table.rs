//! Which normaliser is mutated, and how.

/// A change of the source that turns a normaliser as far into nothing as its types let it.
pub(crate) struct Mutation {
    /// The normaliser.
    pub(crate) of: &'static str,
    /// What it does then.
    pub(crate) what: &'static str,
    pub(crate) file: &'static str,
    /// What stands there once, and what is put in its place.
    pub(crate) text: &'static str,
    pub(crate) replacement: &'static str,
}

macro_rules! mutations {
    ($(($of:literal, $what:literal, $file:literal, $text:literal, $replacement:literal),)*) => {
        &[$(Mutation {
            of: $of,
            what: $what,
            file: concat!("wfm-core/src/", $file),
            text: $text,
            replacement: $replacement,
        }),*]
    };
}

pub(crate) const MUTATIONS: &[Mutation] = mutations![
    (
        "component",
        "any valid name is said",
        "anonymizer/normalise/component.rs",
        "    vocabulary.component(&workload.name)",
        "    let _ = vocabulary;\n    Some(&*Box::leak(Box::new(workload.name.parse().ok()?)))"
    ),
    (
        "component",
        "a known beginning is enough",
        "anonymizer/normalise/component.rs",
        "vocabulary.component(&workload.name)",
        "vocabulary.names().find(|name| workload.name.starts_with(name.as_str()))"
    ),
    (
        "version",
        "any version is said",
        "anonymizer/normalise/version.rs",
        "vocabulary.version(component, &found.version)",
        "{ let _ = (vocabulary, component); ReportedVersion::Listed(found.version) }"
    ),
    (
        "version",
        "the cluster's own spelling is kept",
        "anonymizer/vocabulary.rs",
        "ReportedVersion::Listed(release.version().clone())",
        "{ let _ = release; ReportedVersion::Listed(version.clone()) }"
    ),
    (
        "kubernetes",
        "any numbers are said",
        "anonymizer/normalise/kubernetes.rs",
        "Some((1, minor)) if MINORS.contains(&minor) => Minor::new(1, minor)",
        "Some((major, minor)) => Minor::new(major, minor)"
    ),
    (
        "vendor",
        "a tail anywhere is enough",
        "anonymizer/normalise/vendor.rs",
        "found.rest.starts_with(tail)",
        "found.rest.contains(tail.trim_end_matches(['-', '.']))"
    ),
    (
        "vendor",
        "an unknown tail is said to be none",
        "anonymizer/normalise/vendor.rs",
        "None => Vendor::Other,",
        "None => Vendor::None,"
    ),
    (
        "os",
        "any major and minor is said",
        "anonymizer/normalise/os.rs",
        "Majors(_) | YearMonth(_) => None,",
        "Majors(_) | YearMonth(_) => Os::versioned(family, major, minor),"
    ),
    (
        "os",
        "a minor is said, too",
        "anonymizer/normalise/os.rs",
        "=> Os::versioned(family, major, None),",
        "=> Os::versioned(family, major, minor),"
    ),
    (
        "kernel",
        "any numbers are said",
        "anonymizer/normalise/kernel.rs",
        "LINES.iter().any(|(m, minors)| m == major && minors.contains(minor))",
        "{ let _ = (major, minor); !LINES.is_empty() }"
    ),
    (
        "runtime",
        "any numbers are said",
        "anonymizer/normalise/runtime.rs",
        "LINES.iter().any(|(line, m, minors)| line == name && m == major && minors.contains(minor))",
        "{ let _ = (major, minor); !LINES.is_empty() }"
    ),
    (
        "architecture",
        "any text is said",
        "anonymizer/normalise/architecture.rs",
        "architecture.parse().unwrap_or(Architecture::Other)",
        "architecture.to_owned()"
    ),
    (
        "majority",
        "the first node decides",
        "anonymizer/normalise/majority.rs",
        "    values.sort_unstable();\n",
        "    values.truncate(1);\n"
    ),
    (
        "majority",
        "the order of the nodes decides",
        "anonymizer/normalise/majority.rs",
        "    values.sort_unstable();\n",
        "    values.reverse();\n"
    ),
    (
        "capacity: nodes",
        "the exact number is said",
        "anonymizer/facets.rs",
        "FacetValue::Nodes(nodes) => Some(nodes.first()),",
        "FacetValue::Nodes(nodes) => Some(nodes),"
    ),
    (
        "capacity: nodes",
        "every number is a bucket",
        "facets/nodes.rs",
        "FIRST.get(usize::from(self.0)).copied().unwrap_or_default()",
        "u64::from(self.0) + 1"
    ),
    (
        "capacity: cpu",
        "thousandths are said",
        "anonymizer/normalise/capacity.rs",
        ".whole().max(1))",
        ".whole().max(1) * 1000)"
    ),
    (
        "capacity: cpu, memory, disk",
        "buckets of another width",
        "facets/sizes.rs",
        "u128::from(number).pow(4).checked_ilog2()",
        "u128::from(number).pow(3).checked_ilog2()"
    ),
    (
        "capacity: memory",
        "small ones are told apart",
        "facets/sizes.rs",
        "Some(Self(((bucket + MIB) / STEP * STEP).max(Self::FIRST)))",
        "Some(Self((bucket + MIB) / STEP * STEP))"
    ),
    (
        "capacity: disk",
        "the first node's disk is said",
        "anonymizer/normalise/capacity.rs",
        "totals::ephemeral_storage(nodes)?",
        "totals::ephemeral_storage(&nodes[..1])?"
    ),
    (
        "capacity: memory",
        "what is malformed is left out of the sum",
        "collector/totals.rs",
        "quantity(node)?.parse().ok()?",
        "quantity(node).and_then(|text| text.parse().ok()).unwrap_or_default()"
    ),
    (
        "other workloads",
        "the exact number is said",
        "facets/workloads.rs",
        "        let first = FIRST.into_iter().rev().find(|first| usize::from(*first) <= count);\n        Self(first.unwrap_or_default())",
        "        Self(u8::try_from(count).unwrap_or(u8::MAX))"
    ),
    (
        "week",
        "the days of a week are told apart",
        "facets/week.rs",
        "Self { year: date.year(), week: date.week() }",
        "Self { year: date.year(), week: date.weekday().to_monday_one_offset() }"
    ),
    ("week", "any year is said", "facets/week.rs", "YEARS.contains(&date.year()).then(", "true.then("),
    (
        "other workloads",
        "the product's own are counted, too",
        "anonymizer/facets.rs",
        "filter(|workload| normalise::component::normalise(workload, vocabulary).is_none())",
        "filter(|workload| normalise::component::normalise(workload, vocabulary).is_none() || true)"
    ),
    (
        "other workloads",
        "those that could be read are enough",
        "anonymizer/facets.rs",
        "all_read.then(|| ",
        "(all_read || true).then(|| "
    ),
    (
        "schema filter",
        "members of later schemas are sent",
        "anonymizer/envelope.rs",
        "if field.since > self.accepted {",
        "if field.since > SchemaVersion::new(9).unwrap_or(self.accepted) {"
    ),
    (
        "id check",
        "any UUID is taken",
        "anonymizer/accept.rs",
        "read.is_random() && read.to_string() == id",
        "read.to_string() == id"
    ),
    (
        "id check",
        "any spelling of a UUID is taken",
        "anonymizer/accept.rs",
        "read.is_random() && read.to_string() == id",
        "read.is_random()"
    ),
    (
        "arrival",
        "an unknown member is passed over",
        "anonymizer/accept.rs",
        "return Err(NotTaken::Unknown(members.place(name)));",
        "continue;"
    ),
];
