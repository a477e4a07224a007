//! What is due when. Pure: whoever waits and acts is [`loops`](crate::loops).

use jiff::Timestamp;
use wfm_core::anonymizer::EnvelopeKind;

/// Something to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    /// Ask for the published releases.
    CheckUpdates,
    /// Tell, for the so-manieth time since its slot.
    Tell(EnvelopeKind, u32),
}

/// The tasks that wait, each kind once.
#[derive(Debug, Default)]
pub(crate) struct Schedule(Vec<(Timestamp, Task)>);

impl Schedule {
    /// Plans a task, in place of any other of its kind.
    pub(crate) fn put(&mut self, at: Timestamp, task: Task) {
        self.0.retain(|(_, waiting)| !same_kind(*waiting, task));
        self.0.push((at, task));
        self.0.sort_unstable();
    }

    /// Takes the task that is due first.
    pub(crate) fn take(&mut self) -> Option<(Timestamp, Task)> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }
}

fn same_kind(one: Task, other: Task) -> bool {
    match (one, other) {
        (Task::CheckUpdates, Task::CheckUpdates) => true,
        (Task::Tell(one, _), Task::Tell(other, _)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_each_kind_waits_once() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut schedule = Schedule::default();
        schedule.put(at(9), Task::CheckUpdates);
        schedule.put(at(5), Task::Tell(EnvelopeKind::CheckIn, 1));
        schedule.put(at(7), Task::Tell(EnvelopeKind::Software, 1));
        schedule.put(at(8), Task::Tell(EnvelopeKind::CheckIn, 2));
        assert_eq!(schedule.take(), Some((at(7), Task::Tell(EnvelopeKind::Software, 1))));
        assert_eq!(schedule.take(), Some((at(8), Task::Tell(EnvelopeKind::CheckIn, 2))));
        assert_eq!(schedule.take(), Some((at(9), Task::CheckUpdates)));
        assert_eq!(schedule.take(), None);
    }
}
