//! What a cluster reports without its id, and the weekly counters of what all of them report: in words that an anonymizer
//! could have written.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use wfm_core::cluster::Cohort;
use wfm_core::facets::{
    Architecture, Bytes, Cores, FacetCount, FacetValue, Minor, Nodes, Os, OsFamily, OtherWorkloads, Part, Runtime,
    RuntimeName, Vendor, Week,
};
use wfm_core::fleet::Day;

use super::DAY;
use super::calendar::Calendar;
use super::dice::Dice;
use super::life::Life;

const WEEK: i64 = 7 * DAY;
const GIB: u64 = 1 << 30;
/// Kubernetes 1.34 came out on 2025-08-27; the ones before and after it come this often.
const MINOR: (i64, i64) = (34, 1_756_252_800);
const EVERY: i64 = 135 * DAY;
/// Reports know no later one.
const LAST_MINOR: i64 = 99;

/// What a cluster runs on: all of it stays as it is, but Kubernetes and the runtime that comes with it.
struct Environment {
    /// How long after a minor came out it is installed here.
    behind: i64,
    runtime: RuntimeName,
    /// What never changes.
    fixed: Vec<FacetValue>,
}

impl Environment {
    fn of(life: &Life, dice: &mut Dice) -> Self {
        let vendor = dice.pick(&[
            (320, Vendor::Eks),
            (160, Vendor::Gke),
            (140, Vendor::Aks),
            (90, Vendor::K3s),
            (80, Vendor::Rke2),
            (30, Vendor::Other),
            (180, Vendor::None),
        ]);
        let (os, kernel) = system(vendor, dice);
        let architecture =
            dice.pick(&[(900, Architecture::Amd64), (95, Architecture::Arm64), (5, Architecture::S390x)]);
        let runtime = dice.pick(&[(900, RuntimeName::Containerd), (90, RuntimeName::CriO), (10, RuntimeName::Other)]);
        let most = dice.pick(&[(150, 1..2), (350, 2..6), (300, 6..21), (150, 21..101), (45, 101..501), (5, 501..2001)]);
        let nodes = dice.within(most).unsigned_abs();
        let cores = nodes * dice.pick(&[(200, 2u64), (350, 4), (250, 8), (150, 16), (50, 32)]);
        let memory = cores * dice.pick(&[(250, 2 * GIB), (550, 4 * GIB), (200, 8 * GIB)]);
        let disk = nodes * dice.pick(&[(200, 40 * GIB), (350, 100 * GIB), (300, 200 * GIB), (150, 500 * GIB)]);
        let workloads = dice.pick(&[(500, 0), (150, 1), (100, 2), (70, 3), (80, 4), (60, 6), (40, 11)]);
        // A cluster is older than its first check-in if it was there before the fleet's first day.
        let older = if life.settled { dice.within(8 * DAY..1000 * DAY) } else { 0 };
        let created = Timestamp::from_second(life.born - older).ok().and_then(Week::of);
        let mut fixed = vec![
            FacetValue::Vendor(vendor),
            FacetValue::Os(os),
            FacetValue::Architecture(architecture),
            FacetValue::OtherWorkloads(OtherWorkloads::of(workloads)),
        ];
        fixed.extend(created.map(FacetValue::Creation));
        let reported = |part: &&Part| **part != Part::Creation || created.is_some();
        fixed.extend(Part::ALL.iter().filter(reported).copied().map(FacetValue::Part));
        fixed.extend(Minor::new(kernel.0, kernel.1).map(FacetValue::Kernel));
        fixed.extend(Nodes::of(nodes).map(FacetValue::Nodes));
        fixed.extend(Cores::of(cores).map(FacetValue::Cpu));
        fixed.extend(Bytes::of(memory).map(FacetValue::Memory));
        fixed.extend(Bytes::of(disk).map(FacetValue::Disk));
        Self { behind: dice.within(60 * DAY..540 * DAY), runtime, fixed }
    }

    /// The minor of Kubernetes at a moment.
    fn minor(&self, at: i64) -> u16 {
        let (minor, released) = MINOR;
        let minor = minor + (at - released - self.behind).div_euclid(EVERY);
        u16::try_from(minor.clamp(1, LAST_MINOR)).expect("it is 99 at most")
    }

    fn kubernetes(&self, at: i64) -> Option<FacetValue> {
        Minor::new(1, self.minor(at)).map(FacetValue::Kubernetes)
    }

    fn runtime(&self, at: i64) -> Option<FacetValue> {
        let minor = self.minor(at);
        let runtime = match self.runtime {
            RuntimeName::Containerd => {
                let (major, minor) = [(27, (1, 6)), (32, (1, 7)), (34, (2, 0)), (u16::MAX, (2, 1))]
                    .into_iter()
                    .find_map(|(last, version)| (minor <= last).then_some(version))?;
                Runtime::versioned(RuntimeName::Containerd, major, Some(minor))
            }
            // It counts as Kubernetes does.
            RuntimeName::CriO => Runtime::versioned(RuntimeName::CriO, 1, Some(minor)),
            name => Some(Runtime::unversioned(name)),
        };
        runtime.map(FacetValue::Runtime)
    }
}

/// An operating system and its kernel, as they are found where a vendor's Kubernetes runs.
fn system(vendor: Vendor, dice: &mut Dice) -> (Os, (u16, u16)) {
    let versioned = |family, major, minor| Os::versioned(family, major, minor).unwrap_or(Os::unversioned(family));
    let jammy = (versioned(OsFamily::Ubuntu, 22, Some(4)), (5, 15));
    let noble = (versioned(OsFamily::Ubuntu, 24, Some(4)), (6, 8));
    match vendor {
        Vendor::Eks => dice.pick(&[
            (550, (versioned(OsFamily::Amazon, 2023, None), (6, 1))),
            (250, (versioned(OsFamily::Amazon, 2, None), (5, 10))),
            (200, (versioned(OsFamily::Bottlerocket, 1, None), (6, 1))),
        ]),
        Vendor::Gke => dice.pick(&[(850, (Os::unversioned(OsFamily::Cos), (6, 6))), (150, jammy)]),
        Vendor::Aks => dice.pick(&[(900, jammy), (100, noble)]),
        _ => dice.pick(&[
            (350, jammy),
            (220, noble),
            (150, (versioned(OsFamily::Debian, 12, None), (6, 1))),
            (80, (versioned(OsFamily::Rhel, 9, None), (5, 14))),
            (80, (versioned(OsFamily::Rocky, 9, None), (5, 14))),
            (60, (Os::unversioned(OsFamily::Flatcar), (6, 1))),
            (60, (versioned(OsFamily::Talos, 1, None), (6, 6))),
        ]),
    }
}

/// The counters, of every week in which the fleet lives.
pub(super) struct Reports {
    /// The Monday before its first day.
    first: Day,
    weeks: usize,
    /// How many reports said something, week by week: as many rows as there are different things to say.
    counts: HashMap<(Cohort, FacetValue), Vec<u64>>,
}

impl Reports {
    pub(super) fn of(calendar: &Calendar) -> Self {
        let (first, last) = (Day::of(calendar.start).monday(), Day::of(calendar.end).monday());
        let weeks = usize::try_from((last.number() - first.number()) / 7 + 1).unwrap_or(0);
        Self { first, weeks, counts: HashMap::new() }
    }

    /// Counts the reports of a cluster: one a week, at its own moment, unless it is silent then.
    pub(super) fn count(&mut self, life: &Life, calendar: &Calendar, dice: &mut Dice) {
        let environment = Environment::of(life, dice);
        let slot = self.first.first_second() + dice.within(0..WEEK);
        let at = |week: usize| slot.saturating_add(WEEK.saturating_mul(week.cast_signed() as i64));
        let awake = |at: i64| {
            (life.born..life.until.min(calendar.end + 1)).contains(&at)
                && !life.silences.iter().any(|silence| silence.contains(&at))
        };
        let told: Vec<usize> = (0..self.weeks).filter(|week| awake(at(*week))).collect();
        // They carry no id, so no decision about the cluster can reach them.
        let cohort = life.declared.unwrap_or_default();
        for value in &environment.fixed {
            self.add(cohort, *value, &told);
        }
        for same in told.chunk_by(|one, next| environment.minor(at(*one)) == environment.minor(at(*next))) {
            let from = same.first().map_or(slot, |week| at(*week));
            for value in environment.kubernetes(from).into_iter().chain(environment.runtime(from)) {
                self.add(cohort, value, same);
            }
        }
    }

    fn add(&mut self, cohort: Cohort, value: FacetValue, weeks: &[usize]) {
        if weeks.is_empty() {
            return;
        }
        let length = self.weeks;
        let counts = self.counts.entry((cohort, value)).or_insert_with(|| vec![0; length]);
        for week in weeks {
            counts[*week] += 1;
        }
    }

    /// Every counter that is not zero, by week, cohort and value.
    pub(super) fn counts(&self) -> Vec<FacetCount> {
        let week = |number: usize| -> Date { self.first.plus(7 * number.cast_signed() as i64).date() };
        let mut all: Vec<FacetCount> = Vec::new();
        for ((cohort, value), counts) in &self.counts {
            let told = counts.iter().enumerate().filter(|(_, reports)| **reports > 0);
            all.extend(told.map(|(number, reports)| FacetCount {
                week: week(number),
                cohort: *cohort,
                value: *value,
                reports: *reports,
            }));
        }
        all.sort_unstable();
        all
    }
}
