//! Every check-in as a line of its own, for whoever counts a fleet again without a store.

use std::collections::HashMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::store::{ClusterFacts, Record, Run};

/// Writes each check-in of the clusters that are shown to it:
/// `{"id":"…","at":"2026-01-05T10:00:00Z","cohort":"customer","components":{"deis-router":"v2.19.0"}}`.
///
/// `cohort` is the cluster's in the end, the same in all its lines; `components` is what that check-in said.
#[derive(Debug)]
pub struct Raw<W> {
    out: W,
    /// What was said, by its number: the components as JSON, and the cohort.
    facts: HashMap<u64, (Box<RawValue>, Option<Cohort>)>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: ClusterId,
    at: Timestamp,
    cohort: Cohort,
    components: &'a RawValue,
}

impl<W: Write> Raw<W> {
    /// Writes to `out`, in small pieces.
    pub fn new(out: W) -> Self {
        Self { out, facts: HashMap::new() }
    }

    /// Takes note of facts, writes the check-ins of a cluster, and leaves out any other record.
    ///
    /// # Errors
    /// Where `out` cannot be written, or a cluster names facts that were not shown before it.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        match record {
            Record::Facts { number, facts: ClusterFacts { components, cohort } } => {
                let components = serde_json::value::to_raw_value(components)?;
                self.facts.insert(*number, (components, *cohort));
                Ok(())
            }
            Record::Cluster { id, ruled, decided, runs } => {
                let unknown = || io::Error::other("a cluster names facts that stand nowhere");
                let Some(last) = runs.last() else { return Ok(()) };
                let (_, declared) = self.facts.get(&last.said).ok_or_else(unknown)?;
                // As `ClusterRecord::cohort` has it.
                let cohort = decided.or(*ruled).or(*declared).unwrap_or_default();
                for Run { said, instants, .. } in runs {
                    let (components, _) = self.facts.get(said).ok_or_else(unknown)?;
                    for &instant in instants {
                        let at = Timestamp::from_second(instant).map_err(io::Error::other)?;
                        let line = Line { id: *id, at, cohort, components };
                        serde_json::to_writer(&mut self.out, &line)?;
                        self.out.write_all(b"\n")?;
                    }
                }
                Ok(())
            }
            Record::Release(_)
            | Record::Notice(_)
            | Record::Audit(_)
            | Record::Doctor(_)
            | Record::Rule { .. }
            | Record::Facets(_)
            | Record::PublicDay(_)
            | Record::Steps(_) => Ok(()),
        }
    }

    /// Writes what is still on its way.
    ///
    /// # Errors
    /// Where `out` cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}
