//! The API that agents of 2016–2020 speak, names and all.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::anonymizer::ReportedVersion;
use crate::cluster::ClusterId;
use crate::component::ComponentName;
use crate::release::{Notes, Release, Yank};
use crate::store::{Attendance, DoctorReport, whole_second};

/// A list in the envelope that old agents expect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Data<T> {
    /// The entries.
    pub data: Vec<T>,
}

/// A component at a version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComponentVersion {
    /// The component.
    #[serde(default)]
    pub component: Component,
    /// Its version.
    #[serde(default)]
    pub version: Version,
    /// The version that could be installed instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_available: Option<String>,
}

/// A component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Component {
    /// Its name; required, empty only in a body that will be refused.
    #[serde(default)]
    pub name: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `Deployment`, `Daemon Set`, `Stateful Set` or `Replication Controller`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub workload_type: Option<String>,
}

/// A version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = VersionFacts))]
pub struct Version {
    /// The release train.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<String>,
    /// The version's text; left out where it is empty, as the old description asks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// When it was published, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<VersionData>,
    /// That it was withdrawn, if it was; old agents do not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<Yank>,
}

/// More about a version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionData {
    /// What the release brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it repairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixes: Option<String>,
    /// The image it is published as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The lowest version from which it can be upgraded to; old agents do not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<String>,
}

/// A cluster and what runs in it: a check-in's body, and the answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cluster {
    /// The cluster's random id.
    pub id: String,
    /// Its components.
    #[serde(default)]
    pub components: Vec<ComponentVersion>,
    /// When the service first saw it; ignored in a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    /// When the service last saw it; ignored in a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
}

impl Cluster {
    /// A cluster's components by name, without times: the form in which it is sent and kept.
    #[must_use]
    pub fn outgoing(id: ClusterId, components: &BTreeMap<ComponentName, ReportedVersion>) -> Self {
        let components = components.iter().map(|(name, version)| ComponentVersion {
            component: Component { name: name.to_string(), ..Component::default() },
            version: Version { version: version.to_string(), ..Version::default() },
            update_available: None,
        });
        Self { id: id.to_string(), components: components.collect(), first_seen: None, last_seen: None }
    }
}

impl From<&Release> for ComponentVersion {
    fn from(release: &Release) -> Self {
        let notes = release.notes();
        Self {
            component: Component { name: release.component().to_string(), ..Component::default() },
            version: Version {
                train: Some(release.train().to_string()),
                version: release.version().to_string(),
                released: Some(release.released().to_string()),
                data: (!notes.is_empty() || release.minimum().is_some()).then(|| VersionData {
                    description: notes.description.clone(),
                    fixes: notes.fixes.clone(),
                    image: notes.image.clone(),
                    minimum: release.minimum().map(ToString::to_string),
                }),
                yanked: release.yanked().cloned(),
            },
            update_available: None,
        }
    }
}

/// A doctor report as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DoctorInfo {
    /// What runs in the cluster; its id is the report's, and its times are when the report arrived.
    pub workflow: Cluster,
    /// Always empty: nothing of nodes is kept. Old clients require the member.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, max_items = 0))]
    pub nodes: [(); 0],
    /// Always empty, as `nodes`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, max_items = 0))]
    pub namespaces: [(); 0],
}

impl From<&DoctorReport> for DoctorInfo {
    fn from(report: &DoctorReport) -> Self {
        let id = ClusterId::new(uuid::Uuid::from_bytes(*report.id.as_bytes()));
        let seen = Some(whole_second(report.at));
        let cluster = Cluster::outgoing(id, report.facts.components());
        Self { workflow: Cluster { first_seen: seen, last_seen: seen, ..cluster }, nodes: [], namespaces: [] }
    }
}

/// Answer to the questions about check-ins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterCheckins {
    /// How many entries there are.
    pub count: u64,
    /// The entries.
    pub data: Vec<ClusterCheckin>,
}

/// How often and how long a cluster has checked in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterCheckin {
    /// The cluster's random id.
    #[serde(rename = "clusterID")]
    pub cluster_id: ClusterId,
    /// Its first check-in.
    pub first_seen: Timestamp,
    /// Its last check-in, up to the moment that was asked about.
    pub last_seen: Timestamp,
    /// The time from the first to the last, such as `30 days 02:15:00`.
    pub cluster_age: String,
    /// The time from the last to the moment that was asked about, in the same form.
    pub last_checkin: String,
    /// How many there were.
    pub checkins: u64,
}

impl ClusterCheckin {
    /// What old agents' makers read of `attendance`, asked about the moment `at`.
    #[must_use]
    pub fn of(attendance: &Attendance, at: Timestamp) -> Self {
        let Attendance { cluster, first, last, check_ins } = *attendance;
        Self {
            cluster_id: cluster,
            first_seen: first,
            last_seen: last,
            cluster_age: elapsed(first, last),
            last_checkin: elapsed(last, at),
            checkins: check_ins,
        }
    }
}

/// Days, hours, minutes and seconds, as PostgreSQL's `age` wrote them within a month; nothing is negative.
fn elapsed(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.duration_since(from).as_secs().max(0);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    format!("{days} days {:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
}

/// An entry that is no release: which field, and what to write there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct NotARelease {
    /// The field, such as `version.released`.
    pub field: &'static str,
    /// What is wrong with it and what to write.
    pub problem: String,
}

impl TryFrom<&ComponentVersion> for Release {
    type Error = NotARelease;

    fn try_from(entry: &ComponentVersion) -> Result<Self, NotARelease> {
        let refuse = |field, problem: String| NotARelease { field, problem };
        let name = entry.component.name.parse().map_err(|e| refuse("component.name", format!("{e}")))?;
        let train = entry.version.train.as_deref().unwrap_or_default();
        let train = train.parse().map_err(|e| refuse("version.train", format!("{e}")))?;
        let version = entry.version.version.parse().map_err(|e| refuse("version.version", format!("{e}")))?;
        let released = entry.version.released.as_deref().ok_or_else(|| {
            refuse("version.released", "write when it was published, such as 2020-10-08T20:29:47Z".into())
        })?;
        let released = released.parse().map_err(|_| {
            let shown: String = released.chars().take(40).collect();
            refuse("version.released", format!("“{shown}” is not a time such as 2020-10-08T20:29:47Z"))
        })?;
        let data = entry.version.data.clone().unwrap_or_default();
        let minimum = data.minimum.map(|text| text.parse()).transpose();
        let minimum = minimum.map_err(|e| refuse("version.data.minimum", format!("{e}")))?;
        let notes = Notes { description: data.description, fixes: data.fixes, image: data.image };
        let release = Release::new(name, train, version, released).with_notes(notes).with_minimum(minimum);
        Ok(release.with_yank(entry.version.yanked.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_reads_back_as_it_was_written() {
        let release = Release::new(
            "deis-router".parse().unwrap(),
            "stable".parse().unwrap(),
            "v2.19.0".parse().unwrap(),
            "2021-04-19T01:08:22Z".parse().unwrap(),
        )
        .with_notes(Notes { fixes: Some("CVE".into()), ..Notes::default() });
        let wire = ComponentVersion::from(&release);
        let text = serde_json::to_string(&wire).unwrap();
        assert_eq!(
            text,
            r#"{"component":{"name":"deis-router"},"version":{"train":"stable","version":"v2.19.0","released":"2021-04-19T01:08:22Z","data":{"fixes":"CVE"}}}"#
        );
        let read: ComponentVersion = serde_json::from_str(&text).unwrap();
        assert_eq!(Release::try_from(&read).unwrap(), release);
    }

    #[test]
    fn attendance_is_told_in_days_and_hours() {
        let attendance = Attendance {
            cluster: ClusterId::new(uuid::Uuid::from_u128(7)),
            first: "2026-01-01T00:00:00Z".parse().unwrap(),
            last: "2026-01-31T02:15:00Z".parse().unwrap(),
            check_ins: 60,
        };
        let said = ClusterCheckin::of(&attendance, "2026-01-31T02:15:09Z".parse().unwrap());
        assert_eq!(
            serde_json::to_string(&said).unwrap(),
            r#"{"clusterID":"00000000-0000-0000-0000-000000000007","firstSeen":"2026-01-01T00:00:00Z","lastSeen":"2026-01-31T02:15:00Z","clusterAge":"30 days 02:15:00","lastCheckin":"0 days 00:00:09","checkins":60}"#
        );
    }

    #[test]
    fn an_empty_entry_names_the_field_to_fill() {
        let entry: ComponentVersion = serde_json::from_str("{}").unwrap();
        assert_eq!(Release::try_from(&entry).unwrap_err().field, "component.name");
    }
}
