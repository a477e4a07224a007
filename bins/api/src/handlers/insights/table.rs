//! The answers as tables: one line for each number, under a line that names the columns.

use wfm_core::wire::insights::{
    Adoption, AgeSeries, Count, Distributions, Lag, ReleasesInUse, Series, Summary, Windows,
};

/// An answer that has a table.
pub(super) trait Table {
    /// The names of the columns.
    const COLUMNS: &'static [&'static str];

    /// The lines, with a cell for each column.
    fn lines(&self) -> Vec<Vec<String>>;
}

/// The table as CSV, [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180).
pub(super) fn csv<T: Table>(answer: &T) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
    let lines = std::iter::once(T::COLUMNS.iter().map(ToString::to_string).collect()).chain(answer.lines());
    for line in lines {
        writer.write_record(&line).expect("memory takes every line, and lines may have any number of cells");
    }
    writer.into_inner().expect("memory takes everything that was written")
}

fn or_nothing<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

impl Table for Summary {
    const COLUMNS: &'static [&'static str] = &["question", "window", "clusters", "seconds"];

    fn lines(&self) -> Vec<Vec<String>> {
        let line = |question: &str, window: &str, clusters: Option<Count>, seconds: Option<i64>| {
            vec![question.to_owned(), window.to_owned(), or_nothing(clusters), or_nothing(seconds)]
        };
        let count = |question, window, clusters| line(question, window, Some(clusters), None);
        let windows = |question, said: Option<Windows>| {
            let windows = said.map(|said| [("7d", said.week), ("30d", said.month), ("90d", said.quarter)]);
            windows.into_iter().flatten().map(move |(window, clusters)| count(question, window, clusters))
        };
        let mut lines = vec![
            count("included", "", self.about.included),
            count("excluded", "", self.about.excluded),
            count("known", "", self.known),
            count("active", if self.about.rounded_to.is_some() { "14d" } else { "24h" }, self.active),
        ];
        lines.extend(windows("appeared", self.appeared));
        lines.extend(windows("appeared_before", self.appeared_before));
        lines.extend(windows("disappeared", self.disappeared));
        lines.extend(windows("disappeared_before", self.disappeared_before));
        lines.extend(windows("bounced", self.bounced));
        lines.extend(windows("returned", self.returned));
        if let Some(age) = self.age {
            lines.push(line("age_mean", "", None, Some(age.mean_seconds)));
            lines.push(line("age_median", "", None, Some(age.median_seconds)));
        }
        lines
    }
}

impl Table for Series {
    const COLUMNS: &'static [&'static str] = &["from", "to", "complete", "clusters"];

    fn lines(&self) -> Vec<Vec<String>> {
        let buckets = self.buckets.iter();
        buckets
            .map(|one| {
                vec![one.from.to_string(), one.to.to_string(), one.complete.to_string(), or_nothing(one.clusters)]
            })
            .collect()
    }
}

impl Table for AgeSeries {
    const COLUMNS: &'static [&'static str] = &["from", "to", "complete", "mean_seconds", "median_seconds"];

    fn lines(&self) -> Vec<Vec<String>> {
        let buckets = self.buckets.iter();
        buckets
            .map(|one| {
                let mut line = vec![one.from.to_string(), one.to.to_string(), one.complete.to_string()];
                line.push(or_nothing(one.age.map(|age| age.mean_seconds)));
                line.push(or_nothing(one.age.map(|age| age.median_seconds)));
                line
            })
            .collect()
    }
}

impl Table for Adoption {
    const COLUMNS: &'static [&'static str] = &["day", "complete", "active", "version", "clusters"];

    fn lines(&self) -> Vec<Vec<String>> {
        let mut lines = Vec::new();
        for (day, installed) in self.days.iter().filter_map(|day| Some((day, day.installed.as_ref()?))) {
            let line = |version: String, clusters: Count| {
                let (day, complete) = (day.day.to_string(), day.complete.to_string());
                vec![day, complete, installed.active.to_string(), version, clusters.to_string()]
            };
            lines.push(line("none".into(), installed.none));
            lines.extend(installed.versions.iter().map(|(version, clusters)| line(version.to_string(), *clusters)));
        }
        lines
    }
}

impl Table for Lag {
    const COLUMNS: &'static [&'static str] = &["version", "released", "days_to_half", "days_to_nine_tenths"];

    fn lines(&self) -> Vec<Vec<String>> {
        let releases = self.releases.iter();
        releases
            .map(|one| {
                let (half, most) = (or_nothing(one.days_to_half), or_nothing(one.days_to_nine_tenths));
                vec![one.version.to_string(), one.released.to_string(), half, most]
            })
            .collect()
    }
}

impl Table for ReleasesInUse {
    const COLUMNS: &'static [&'static str] = &["component", "version", "trains", "released", "yanked", "clusters"];

    fn lines(&self) -> Vec<Vec<String>> {
        let releases = self.releases.iter();
        releases
            .map(|one| {
                let trains: Vec<&str> = one.trains.iter().map(|train| train.as_str()).collect();
                vec![
                    one.component.to_string(),
                    one.version.to_string(),
                    trains.join(" "),
                    one.released.to_string(),
                    one.yanked.to_string(),
                    one.clusters.to_string(),
                ]
            })
            .collect()
    }
}

impl Table for Distributions {
    const COLUMNS: &'static [&'static str] = &["week", "name", "value", "clusters"];

    fn lines(&self) -> Vec<Vec<String>> {
        let mut lines = Vec::new();
        for one in &self.distributions {
            let line = |value: &str, clusters: Count| {
                vec![self.week.to_string(), one.name.clone(), value.to_owned(), clusters.to_string()]
            };
            lines.extend(one.values.iter().map(|value| line(&value.value, value.clusters)));
            lines.push(line("rest", one.rest));
        }
        lines
    }
}
