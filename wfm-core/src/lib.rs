//! Domain and ports of Workflow Manager. No I/O happens here: no Kubernetes, no HTTP, no disk, no runtime.
//!
//! The whole product in one sentence: a [`Collector`](collector::Collector) sees a cluster, a
//! [`VersionDiff`](diff::VersionDiff) compares it with the published [`Releases`](release::Releases), a
//! [`ClusterReport`](report::ClusterReport) is assembled, the [`Anonymizer`](anonymizer::Anonymizer) turns it into the
//! only type that may leave, and a [`ReportSink`](report::ReportSink) sends it; on the other side the versions service
//! keeps releases and check-ins behind a [`Store`](store::Store).
//!
//! | port | answers | adapters |
//! |---|---|---|
//! | [`Collector`](collector::Collector) | what runs in this cluster? | `wfm-k8s` |
//! | [`VersionDiff`](diff::VersionDiff) | how does it compare with what is published? | [`TrainDiff`](diff::TrainDiff) |
//! | [`VersionSource`](source::VersionSource) | what is published? | `wfm-client` |
//! | [`Report`](report::Report) | the last picture of the cluster, for whoever asks | `wfm-agent` |
//! | [`ReportSink`](report::ReportSink) | where does a check-in go? | `wfm-client` |
//! | [`Anonymizer`](anonymizer::Anonymizer) | what of it may leave? | [`AllowList`](anonymizer::AllowList) |
//! | [`Store`](store::Store) | releases and check-ins, kept | [`MemoryStore`](store::MemoryStore), sled in `wfm-api` |
//! | [`Clock`](clock::Clock) | what time is it? | [`SystemClock`](clock::SystemClock) |

pub mod anonymizer;
pub mod catalog;
pub mod clock;
pub mod cluster;
pub mod collector;
pub mod component;
pub mod diff;
pub mod events;
pub mod facets;
pub mod fleet;
pub mod health;
pub mod image;
pub mod installed;
pub mod quantity;
pub mod release;
pub mod report;
pub mod rollout;
pub mod running;
pub mod source;
pub mod store;
pub mod text;
pub mod version;
pub mod wire;
pub mod words;
