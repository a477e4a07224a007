//! A workload's version becomes a published one in canonical form, or `custom`.

use crate::anonymizer::{ReportedVersion, Vocabulary};
use crate::catalog::AnnotationKey;
use crate::collector::Workload;
use crate::component::ComponentName;
use crate::installed::installed;

/// What the annotation says, else the image's tag, if that is a published version of the component in canonical form.
pub(in crate::anonymizer) fn normalise(
    workload: &Workload,
    component: &ComponentName,
    vocabulary: Vocabulary<'_>,
) -> ReportedVersion {
    installed(workload, &AnnotationKey::default())
        .map_or(ReportedVersion::Custom, |found| vocabulary.version(component, &found.version))
}
