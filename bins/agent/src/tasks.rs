//! What is due when. Pure: [`loops`](crate::loops) waits and acts.

use jiff::Timestamp;
use wfm_core::anonymizer::EnvelopeKind;

/// Something to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    /// Ask for the published releases.
    CheckUpdates,
    /// Send an envelope: its kind, and which attempt this is, from 1 on.
    Send(EnvelopeKind, u32),
}

/// The tasks that wait, each kind once.
#[derive(Debug, Default)]
pub(crate) struct TaskQueue(Vec<(Timestamp, Task)>);

impl TaskQueue {
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
        (Task::Send(one, _), Task::Send(other, _)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_each_kind_waits_once() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut tasks = TaskQueue::default();
        tasks.put(at(9), Task::CheckUpdates);
        tasks.put(at(5), Task::Send(EnvelopeKind::CheckIn, 1));
        tasks.put(at(7), Task::Send(EnvelopeKind::Software, 1));
        tasks.put(at(8), Task::Send(EnvelopeKind::CheckIn, 2));
        assert_eq!(tasks.take(), Some((at(7), Task::Send(EnvelopeKind::Software, 1))));
        assert_eq!(tasks.take(), Some((at(8), Task::Send(EnvelopeKind::CheckIn, 2))));
        assert_eq!(tasks.take(), Some((at(9), Task::CheckUpdates)));
        assert_eq!(tasks.take(), None);
    }
}
