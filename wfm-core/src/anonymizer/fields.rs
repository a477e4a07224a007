//! The members of every envelope: what each may say, why it is asked, and since which schema.
//!
//! docs/PRIVACY.md and the published JSON Schemas are made of this.

use serde_json::{Value, json};

use super::schema;
use super::{SchemaVersion, Vocabulary};
use crate::cluster::Cohort;
use crate::facets::{Facet, Part};

/// A member of an envelope.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The first schema that has it.
    pub since: SchemaVersion,
    /// Whether every envelope of its kind has it.
    pub required: bool,
    /// What it may say, for people.
    pub vocabulary: &'static str,
    /// Why it is asked, for people.
    pub why: &'static str,
    /// The members that it has itself.
    pub members: &'static [Field],
    pub(super) schema: fn(Vocabulary<'_>) -> Value,
}

const V1: SchemaVersion = SchemaVersion::FIRST;

/// Members of a check-in.
pub(super) const CHECK_IN: &[&Field] = &[&SCHEMA, &ID, &COHORT, &COMPONENTS];
/// Members of a software envelope.
pub(super) const SOFTWARE: &[&Field] =
    &[&SCHEMA, &PART_SOFTWARE, &COHORT, &KUBERNETES, &VENDOR, &OS, &KERNEL, &RUNTIME, &ARCHITECTURE];
/// Members of a capacity envelope.
pub(super) const CAPACITY: &[&Field] = &[&SCHEMA, &PART_CAPACITY, &COHORT, &NODES, &CPU, &MEMORY, &DISK];

/// Members of a creation envelope.
pub(super) const CREATION: &[&Field] = &[&SCHEMA, &PART_CREATION, &COHORT, &CREATED];
/// Members of an envelope of other workloads.
pub(super) const OTHER_WORKLOADS: &[&Field] = &[&SCHEMA, &PART_OTHER_WORKLOADS, &COHORT, &WORKLOADS];

/// How many members the schemas up to each one have, over all envelopes. A number here never changes: whoever adds a
/// member adds a line, and raises [`SchemaVersion::CURRENT`] with it.
const PUBLISHED: [usize; 1] = [32];

const _: () = {
    assert!(PUBLISHED.len() == SchemaVersion::CURRENT.number() as usize, "a new schema needs a line in PUBLISHED");
    let mut version = 1;
    while version <= PUBLISHED.len() {
        let until = version as u32;
        let members = count(CHECK_IN, until)
            + count(SOFTWARE, until)
            + count(CAPACITY, until)
            + count(CREATION, until)
            + count(OTHER_WORKLOADS, until);
        assert!(members == PUBLISHED[version - 1], "a published schema got another member: give it a later `since`");
        version += 1;
    }
};

/// How many of these members a schema has, the members of members with them.
const fn count(fields: &[&Field], schema: u32) -> usize {
    let (mut index, mut sum) = (0, 0);
    while index < fields.len() {
        let field = fields[index];
        if field.since.number() <= schema {
            sum += 1;
        }
        let mut inner = 0;
        while inner < field.members.len() {
            if field.members[inner].since.number() <= schema {
                sum += 1;
            }
            inner += 1;
        }
        index += 1;
    }
    sum
}

pub(super) const SCHEMA: Field = Field {
    name: "schema",
    since: V1,
    required: true,
    vocabulary: "the number of the schema that the operator accepted",
    why: "so that an envelope is read as it was meant",
    members: &[],
    schema: |_| json!({"type": "integer", "minimum": 1, "maximum": SchemaVersion::CURRENT}),
};

pub(super) const ID: Field = Field {
    name: "id",
    since: V1,
    required: true,
    vocabulary: "a random UUID (version 4), drawn for this installation and kept in its Secret; it can be drawn anew",
    why: "to count installations and not messages",
    members: &[],
    schema: |_| json!({"type": "string", "format": "uuid", "pattern": schema::RANDOM_UUID}),
};

pub(super) const COHORT: Field = Field {
    name: "cohort",
    since: V1,
    required: false,
    vocabulary: "`customer`, `staff`, `ci` or `test`, where the operator sets COHORT",
    why: "to leave the maker's own clusters and those of tests out of the numbers",
    members: &[],
    schema: |_| json!({"enum": Cohort::ALL}),
};

pub(super) const CREATED: Field = Field {
    name: "created",
    since: V1,
    required: true,
    vocabulary: "the ISO week in which the namespace kube-system was created, of 2014 to 2100",
    why: "to know how old installations are",
    members: &[
        Field {
            name: "year",
            since: V1,
            required: true,
            vocabulary: "2014 to 2100",
            why: "the week's year",
            members: &[],
            schema: |_| json!({"type": "integer", "minimum": 2014, "maximum": 2100}),
        },
        Field {
            name: "week",
            since: V1,
            required: true,
            vocabulary: "1 to 53",
            why: "the week's number",
            members: &[],
            schema: |_| json!({"type": "integer", "minimum": 1, "maximum": 53}),
        },
    ],
    schema: |vocabulary| schema::object(CREATED.members, vocabulary),
};

pub(super) const COMPONENTS: Field = Field {
    name: "components",
    since: V1,
    required: true,
    vocabulary: "the components that run, by name, each once; of two versions at once the lower",
    why: "which components run, and which versions of them",
    members: &[
        Field {
            name: "name",
            since: V1,
            required: true,
            vocabulary: "a name of the product's catalog or of its published releases, exactly",
            why: "which components run",
            members: &[],
            schema: |vocabulary| json!({"enum": vocabulary.names().collect::<Vec<_>>()}),
        },
        Field {
            name: "version",
            since: V1,
            required: true,
            vocabulary: "a published version of that component, in its published spelling, or `custom`",
            why: "which versions run",
            members: &[],
            schema: schema::any_version,
        },
    ],
    schema: schema::components,
};

const PART_SOFTWARE: Field = part(|_| json!({"const": Part::Software.as_str()}));
const PART_CAPACITY: Field = part(|_| json!({"const": Part::Capacity.as_str()}));
const PART_CREATION: Field = part(|_| json!({"const": Part::Creation.as_str()}));
const PART_OTHER_WORKLOADS: Field = part(|_| json!({"const": Part::OtherWorkloads.as_str()}));

const fn part(schema: fn(Vocabulary<'_>) -> Value) -> Field {
    Field {
        name: "part",
        since: V1,
        required: true,
        vocabulary: "`software`, `capacity`, `creation` or `other-workloads`",
        why: "to know what the envelope is about",
        members: &[],
        schema,
    }
}

const KUBERNETES: Field = facet(
    "kubernetes",
    "the API server's major and minor, 1.0 to 1.99, or `other`",
    "which versions of Kubernetes must be supported",
    |_| schema::facet(Facet::Kubernetes),
);
const VENDOR: Field = facet(
    "vendor",
    "`eks`, `gke`, `aks`, `k3s`, `rke2`, `other`, or `none`: by the tail of a version, else by the scheme of the nodes' provider",
    "which vendors' clusters must be tested on",
    |_| schema::facet(Facet::Vendor),
);
const OS: Field = facet(
    "os",
    "the family of most nodes' operating system and its major version, from a table, or `other`",
    "which systems must be tested on",
    |_| schema::facet(Facet::Os),
);
const KERNEL: Field =
    facet("kernel", "most nodes' major and minor, from a table, or `other`", "which kernels must be supported", |_| {
        schema::facet(Facet::Kernel)
    });
const RUNTIME: Field = facet(
    "runtime",
    "`containerd`, `docker` or `cri-o` with major and minor from a table, or `other`, as most nodes have it",
    "which runtimes must be supported",
    |_| schema::facet(Facet::Runtime),
);
const ARCHITECTURE: Field = facet(
    "architecture",
    "`amd64`, `arm64`, `arm`, `s390x`, `ppc64le` or `other`, as most nodes have it",
    "which processors images must be built for",
    |_| schema::facet(Facet::Architecture),
);
const NODES: Field = facet(
    "nodes",
    "how many nodes there are: 1, 2, 3, 4 (and 5), 6 (to 10), 11 (to 20), 21, 51, 101, 201, 501, 1001 (and more)",
    "how large installations are",
    |_| schema::facet(Facet::Nodes),
);
const CPU: Field = facet(
    "cpu",
    "cores of all nodes: the first whole number of half an octave, up to 1048576",
    "how large installations are",
    |_| schema::facet(Facet::Cpu),
);
const MEMORY: Field = facet(
    "memoryMiB",
    "memory of all nodes: the first whole MiB of half an octave from 1024 on, 1 for less, up to 1073741824",
    "how large installations are",
    |_| schema::facet(Facet::Memory),
);
const DISK: Field = facet("diskMiB", "local disk of all nodes, as memoryMiB", "how large installations are", |_| {
    schema::facet(Facet::Disk)
});
const WORKLOADS: Field = Field {
    required: true,
    ..facet(
        "workloads",
        "how many workloads of the namespace have no name of the catalog: 0, 1, 2, 3, 4 (and 5), 6 (to 10), 11 (and more)",
        "to know whether the catalog misses components",
        |_| schema::facet(Facet::OtherWorkloads),
    )
};

const fn facet(
    name: &'static str,
    vocabulary: &'static str,
    why: &'static str,
    schema: fn(Vocabulary<'_>) -> Value,
) -> Field {
    Field { name, since: V1, required: false, vocabulary, why, members: &[], schema }
}

/// Where an envelope says which part it is about.
pub(super) fn of_part(part: Part) -> &'static Field {
    match part {
        Part::Software => &PART_SOFTWARE,
        Part::Capacity => &PART_CAPACITY,
        Part::Creation => &PART_CREATION,
        Part::OtherWorkloads => &PART_OTHER_WORKLOADS,
    }
}

/// The member that says a facet.
pub(super) fn of(facet: Facet) -> Option<&'static Field> {
    Some(match facet {
        Facet::Kubernetes => &KUBERNETES,
        Facet::Vendor => &VENDOR,
        Facet::Os => &OS,
        Facet::Kernel => &KERNEL,
        Facet::Runtime => &RUNTIME,
        Facet::Architecture => &ARCHITECTURE,
        Facet::Nodes => &NODES,
        Facet::Cpu => &CPU,
        Facet::Memory => &MEMORY,
        Facet::Disk => &DISK,
        Facet::Creation => &CREATED,
        Facet::OtherWorkloads => &WORKLOADS,
        Facet::Part => return None,
    })
}
