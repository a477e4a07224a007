use serde::Deserialize;
use wfm_core::collector::{Event, InvolvedObject};

use super::{count, shortened, timestamp};

/// An event. Its time and count stand in one place or another, depending on who wrote it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct EventObject {
    metadata: Option<Meta>,
    involved_object: Option<Involved>,
    #[serde(rename = "type")]
    kind: Option<String>,
    reason: Option<String>,
    message: Option<String>,
    count: Option<i64>,
    last_timestamp: Option<String>,
    event_time: Option<String>,
    series: Option<Series>,
}

impl EventObject {
    /// `None` where it is no warning: a server may pass over the selector of a list.
    pub(crate) fn slim(self) -> Option<Event> {
        if self.kind.as_deref() != Some("Warning") {
            return None;
        }
        let involved = self.involved_object.unwrap_or_default();
        let series = self.series.unwrap_or_default();
        let created = self.metadata.and_then(|meta| meta.creation_timestamp);
        let times = [series.last_observed_time, self.last_timestamp, self.event_time, created];
        Some(Event {
            involved_object: InvolvedObject {
                kind: involved.kind.unwrap_or_default(),
                name: involved.name.unwrap_or_default(),
            },
            reason: self.reason.unwrap_or_default(),
            message: shortened(self.message.as_deref().unwrap_or_default()).into_owned(),
            count: count(series.count.or(self.count), 1).max(1),
            last_seen: times.iter().find_map(|time| timestamp(time.as_deref())),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    creation_timestamp: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Involved {
    kind: Option<String>,
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Series {
    count: Option<i64>,
    last_observed_time: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn slim(object: Value) -> Option<Event> {
        serde_json::from_value::<EventObject>(object).unwrap().slim()
    }

    #[test]
    fn time_and_count_are_found_wherever_they_stand() {
        let old =
            slim(json!({"type": "Warning", "count": 7, "lastTimestamp": "2026-01-01T00:00:07Z", "eventTime": null}));
        let new = slim(json!({"type": "Warning", "count": null, "lastTimestamp": null,
            "eventTime": "2026-01-01T00:00:01.5Z",
            "series": {"count": 9, "lastObservedTime": "2026-01-01T00:00:09.25Z"}}));
        let once = slim(json!({"type": "Warning", "eventTime": "2026-01-01T00:00:01.5Z"}));
        let bare = slim(json!({"type": "Warning", "metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"}}));
        let told = |event: Option<Event>| {
            let event = event.unwrap();
            (event.count, event.last_seen.unwrap().to_string())
        };
        assert_eq!(told(old), (7, "2026-01-01T00:00:07Z".to_owned()));
        assert_eq!(told(new), (9, "2026-01-01T00:00:09.25Z".to_owned()));
        assert_eq!(told(once), (1, "2026-01-01T00:00:01.5Z".to_owned()));
        assert_eq!(told(bare), (1, "2026-01-01T00:00:00Z".to_owned()));
    }

    #[test]
    fn what_is_no_warning_is_passed_over() {
        assert_eq!((slim(json!({"type": "Normal"})), slim(json!({}))), (None, None));
    }

    #[test]
    fn a_long_message_is_shortened() {
        let event = slim(json!({"type": "Warning", "message": "é".repeat(5000)})).unwrap();
        assert_eq!(event.message.chars().count(), super::super::MESSAGE_CHARS + 1);
    }
}
