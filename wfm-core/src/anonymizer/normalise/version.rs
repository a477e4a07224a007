//! The version that a component's pods run becomes a published one in canonical form, or `custom`.

use crate::anonymizer::{ReportedVersion, Vocabulary};
use crate::collector::{Pod, Unreadable, Workload};
use crate::component::ComponentName;
use crate::running::running;

/// The version that [`running`] finds, if that is a published version of the component in canonical form.
pub(in crate::anonymizer) fn normalise(
    workload: &Workload,
    pods: Result<&[&Pod], &Unreadable>,
    component: &ComponentName,
    vocabulary: Vocabulary<'_>,
) -> ReportedVersion {
    let is_published = |version: &_| vocabulary.is_published(component, version);
    let running = running(workload, pods, vocabulary.catalog(), &is_published);
    running.version.map_or(ReportedVersion::Custom, |found| vocabulary.version(component, &found.version))
}
