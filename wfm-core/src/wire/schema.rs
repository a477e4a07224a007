//! Schemas of the values that are text on the wire.

use std::borrow::Cow;

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use crate::anonymizer::{EnvelopeKind, ReportedVersion};
use crate::cluster::{ClusterId, Cohort};
use crate::component::ComponentName;
use crate::fleet::Cohorts;
use crate::release::{NoticeId, PlainText};
use crate::store::VersionQuery;
use crate::version::{Train, Version, VersionRange};
use crate::wire::insights::{Count, FEW};

/// A value that is text of this pattern.
macro_rules! text {
    ($type:ty, $name:literal, $pattern:expr, $longest:literal, $example:literal) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some($pattern));
                text.max_length(Some($longest)).examples([$example]).into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                $name.into()
            }
        }
    };
}

text!(Train, "Train", "^[a-z][a-z0-9-]{0,31}$", 32, "stable");
text!(ComponentName, "ComponentName", "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", 253, "deis-router");
text!(
    Version,
    "Version",
    // Semantic Versioning's own, with numbers that fit into 64 bits.
    "^v?(0|[1-9][0-9]{0,17})\\.(0|[1-9][0-9]{0,17})\\.(0|[1-9][0-9]{0,17})(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$",
    128,
    "v2.19.0"
);

/// A range, without the ends of a pattern.
macro_rules! range {
    () => {
        "(\\*|((=|>|>=|<|<=|~|\\^)?v?(0|[1-9][0-9]{0,17})(\\.(0|[1-9][0-9]{0,17})(\\.(0|[1-9][0-9]{0,17})(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?)?)?|(0|[1-9][0-9]{0,17})(\\.(0|[1-9][0-9]{0,17}))?\\.\\*)(, ?((=|>|>=|<|<=|~|\\^)?v?(0|[1-9][0-9]{0,17})(\\.(0|[1-9][0-9]{0,17})(\\.(0|[1-9][0-9]{0,17})(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?)?)?|(0|[1-9][0-9]{0,17})(\\.(0|[1-9][0-9]{0,17}))?\\.\\*)){0,7})"
    };
}

text!(VersionRange, "VersionRange", concat!("^", range!(), "$"), 256, ">=2.18,<2.19");
text!(VersionQuery, "VersionQuery", concat!("^(custom|", range!(), ")$"), 256, ">=2.18,<2.19");
text!(NoticeId, "NoticeId", "^[a-z][a-z0-9-]{0,63}$", 64, "end-of-v2");
text!(
    ReportedVersion,
    "ReportedVersion",
    "^(custom|v[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}(-(alpha|beta|rc)(\\.?[0-9]{1,2})?)?)$",
    18,
    "v2.19.0"
);
text!(
    PlainText,
    "PlainText",
    "^[^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]*[^\\s\\x00-\\x1f\\x7f-\\x9f][^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]*$",
    2000,
    "Version 2 is not repaired any more."
);

impl PartialSchema for Count {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
        let few = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([FEW]));
        OneOfBuilder::new().item(number).item(few).into()
    }
}

impl ToSchema for Count {
    fn name() -> Cow<'static, str> {
        "Count".into()
    }
}

impl PartialSchema for EnvelopeKind {
    fn schema() -> RefOr<Schema> {
        let words = EnvelopeKind::ALL.map(EnvelopeKind::as_str);
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
    }
}

impl ToSchema for EnvelopeKind {
    fn name() -> Cow<'static, str> {
        "EnvelopeKind".into()
    }
}

impl PartialSchema for Cohorts {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(Cohort::schema()).min_items(Some(1)).unique_items(true).into()
    }
}

impl ToSchema for Cohorts {
    fn name() -> Cow<'static, str> {
        "Cohorts".into()
    }
}

impl PartialSchema for ClusterId {
    fn schema() -> RefOr<Schema> {
        let text =
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
        text.examples(["8c6da034-c8b1-489a-a55d-a2215d93f934"]).into()
    }
}

impl ToSchema for ClusterId {
    fn name() -> Cow<'static, str> {
        "ClusterId".into()
    }
}
