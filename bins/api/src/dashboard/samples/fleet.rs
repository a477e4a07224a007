//! A fleet made by hand: the same numbers every time.

use jiff::ToSpan;
use jiff::civil::Date;
use wfm_core::anonymizer::ReportedVersion;
use wfm_core::wire::insights::*;

use wfm_core::component::ComponentName;

use super::super::asked::today;
use super::super::*;
use super::{about, at, name};

/// A wave that needs no randomness: around a line that rises, with a dip at weekends.
fn wave(day: u64, size: u64) -> u64 {
    size * (60 + day / 9) / 100 + (day * 7919 % 13) - if day % 7 > 4 { size / 25 } else { 0 }
}

/// Some days of a fleet, the last of them today.
pub(super) struct Fleet {
    pub(super) days: u64,
    /// About how many clusters are active.
    pub(super) size: u64,
    /// The days that nobody counted.
    pub(super) gap: std::ops::Range<u64>,
    /// How a number is told.
    pub(super) tell: fn(u64) -> Count,
}

impl Fleet {
    fn about(&self) -> About {
        let rounded_to = ((self.tell)(1) == Count::Few).then_some(10);
        About { rounded_to, ..about((self.tell)(self.size), 41) }
    }

    fn count(&self, day: u64) -> Option<u64> {
        let number = if self.size < 20 { self.size } else { wave(day, self.size) };
        (!self.gap.contains(&day)).then_some(number)
    }

    fn date(&self, day: u64) -> Date {
        today(at()) - (self.days as i64 - 1 - day as i64).days()
    }

    pub(super) fn series(&self, interval: Interval, divided: u64) -> Series {
        let about = self.about();
        let step = if interval == Interval::Week { 7 } else { 1 };
        let bucket = |day: u64| Bucket {
            from: self.date(day),
            to: self.date(day) + (step as i64 - 1).days(),
            complete: day + step < self.days,
            clusters: self
                .count(day)
                .map(|number| (self.tell)(number.div_ceil(divided) + day * 31 % 5 % self.size.min(5))),
        };
        Series { about, interval, buckets: (0..self.days).step_by(step as usize).map(bucket).collect() }
    }

    fn installed(&self, day: u64, active: u64) -> Installed {
        let mut versions = std::collections::BTreeMap::new();
        let mut left = active;
        for minor in (10..20_u64).rev() {
            let released = (minor - 10) * self.days / 10;
            let part = (left * (day.saturating_sub(released) * 4).min(70) / 100).min(left);
            if part > 0 {
                versions.insert(format!("v2.{minor}.0").into(), (self.tell)(part));
                left -= part;
            }
        }
        let custom = left / 2;
        versions.insert(ReportedVersion::Custom, (self.tell)(custom));
        Installed { active: (self.tell)(active), none: (self.tell)(left - custom), versions }
    }

    fn adoption(&self) -> Adoption {
        let day = |day: u64| AdoptionDay {
            day: self.date(day),
            complete: day + 1 < self.days,
            installed: self.count(day).map(|active| self.installed(day, active)),
        };
        let now = self.installed(self.days, self.count(self.days).unwrap());
        let about = self.about();
        Adoption { about, component: name("deis-router"), now, days: (0..self.days).map(day).collect() }
    }

    pub(super) fn insights(&self) -> Insights {
        let about = self.about();
        let windows = |week, month, quarter| {
            Some(Windows { week: (self.tell)(week), month: (self.tell)(month), quarter: (self.tell)(quarter) })
        };
        let (few, some, many) = (self.size / 60, self.size / 15, self.size / 5);
        let active = self.count(self.days).unwrap();
        let age = |day: u64| Ages { mean_seconds: day as i64 * 52_000 + 30_000, median_seconds: day as i64 * 43_200 };
        let summary = Summary {
            about: about.clone(),
            known: (self.tell)(self.size + self.size / 3),
            active: (self.tell)(active),
            appeared: windows(few, some, many),
            appeared_before: windows(few + 3, some - some / 8, many),
            disappeared: windows(few / 2, some / 2, many / 3),
            disappeared_before: windows(few, some / 3, many / 3),
            bounced: windows(0, few / 4, few),
            returned: windows(few / 2, few, some),
            age: Some(age(self.days)),
        };
        let age_bucket = |day: u64| AgeBucket {
            from: self.date(day),
            to: self.date(day),
            complete: day + 1 < self.days,
            age: self.count(day).map(|_| age(day)),
        };
        let ages = AgeSeries {
            about: about.clone(),
            interval: Interval::Day,
            buckets: (0..self.days).map(age_bucket).collect(),
        };
        let components: Vec<ComponentName> = ["deis-builder", "deis-controller", "deis-router"].map(name).into();
        let now = self.installed(self.days, active);
        let in_use = |component: &ComponentName| {
            let now = now.clone();
            let component = component.clone();
            (10..20_u64).rev().map(move |minor| ReleaseInUse {
                component: component.clone(),
                version: format!("v2.{minor}.0").parse().unwrap(),
                trains: vec![Train::beta(), Train::stable()],
                released: at() - ((20 - minor as i64) * 24 * 36).hours(),
                yanked: minor == 13,
                clusters: now.versions.get(&format!("v2.{minor}.0").into()).copied().unwrap_or((self.tell)(0)),
            })
        };
        let lag = |minor: u64| ReleaseLag {
            version: format!("v2.{minor}.0").parse().unwrap(),
            released: at() - ((20 - minor as i64) * 24 * 36).hours(),
            days_to_half: (minor < 19).then_some(minor as u32 + 3),
            days_to_nine_tenths: (minor < 17).then_some(minor as u32 * 4),
        };
        Insights {
            at: at(),
            summary,
            active: self.series(Interval::Day, 1),
            lives: Some(Lives {
                appeared: self.series(Interval::Week, 28),
                disappeared: self.series(Interval::Week, 40),
                ages,
            }),
            component: Some(OfComponent {
                adoption: self.adoption(),
                day: None,
                lag: Some(Lag {
                    about: about.clone(),
                    component: name("deis-router"),
                    releases: (10..20).rev().map(lag).collect(),
                }),
            }),
            distributions: Some(self.distributions(&about)),
            releases: ReleasesInUse {
                about,
                active: (self.tell)(active),
                releases: components.iter().flat_map(in_use).collect(),
            },
            components,
        }
    }

    fn distributions(&self, about: &About) -> Distributions {
        let one = |name: &str, values: &[(&str, u64)], rest: u64| Distribution {
            name: name.into(),
            values: values
                .iter()
                .map(|(value, clusters)| DistributionValue {
                    value: (*value).into(),
                    clusters: (self.tell)(*clusters * self.size / 100),
                })
                .filter(|value| value.clusters > Count::Told(4) || value.clusters == Count::Few)
                .collect(),
            rest: if rest == 0 { Count::Told(0) } else { (self.tell)(rest) },
        };
        let distributions = vec![
            one("kubernetes", &[("1.29", 8), ("1.30", 14), ("1.31", 30), ("1.32", 21), ("1.33", 4)], 7),
            one("os", &[("ubuntu", 44), ("flatcar", 21), ("amazon-linux", 12)], 0),
            one("runtime", &[("containerd", 70), ("cri-o", 7)], 3),
            one("nodes", &[("1", 9), ("2–3", 30), ("4–5", 21), ("6–10", 14), ("11–20", 3)], 0),
            one("cpu", &[("1–4", 21), ("5–16", 33), ("17–64", 20)], 3),
            one("memory", &[("under 8 GiB", 12), ("8–32 GiB", 41), ("33–128 GiB", 20)], 3),
        ];
        Distributions { about: about.clone(), week: "2026-03-02".parse().unwrap(), distributions }
    }
}
