//! A workload's name becomes the vocabulary's own copy of it, or none.

use crate::anonymizer::Vocabulary;
use crate::collector::Workload;
use crate::component::ComponentName;

/// The name of the catalog that is the workload's name, byte for byte: `deis-router-globex` is none.
pub(in crate::anonymizer) fn normalise<'a>(
    workload: &Workload,
    vocabulary: Vocabulary<'a>,
) -> Option<&'a ComponentName> {
    vocabulary.component(&workload.name)
}
