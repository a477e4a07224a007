//! Turns at the processor.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::yield_now;

/// A step this long lets others go first before the next one of its kind.
const LONG: Duration = Duration::from_millis(1);

/// As many turns as the runtime has threads. After a long step the turn is kept until everything else that is ready has
/// run: the requests behind it wait for the turn and not in the runtime's queue, so a probe, which needs no turn, waits
/// for one long step and not for as many as there are.
pub(super) struct Turns(Semaphore);

impl Turns {
    pub(super) fn new() -> Self {
        Self(Semaphore::new(tokio::runtime::Handle::current().metrics().num_workers()))
    }

    /// Runs a future; each of its steps takes a turn. None is held while the future waits for something else.
    pub(super) async fn take<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            let turn = self.0.acquire().await;
            let began = Instant::now();
            let step = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
            let was_long = began.elapsed() >= LONG;
            if was_long {
                yield_now().await;
            }
            drop(turn);
            match step {
                Poll::Ready(output) => return output,
                // What it waits for may have woken the task in between.
                Poll::Pending if was_long => {}
                Poll::Pending => woken().await,
            }
        }
    }
}

/// Waits until the task is woken by what it polled before.
async fn woken() {
    let mut is_first = true;
    poll_fn(|_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }).await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn whoever_waits_for_something_else_holds_no_turn() {
        let turns = Turns::new();
        let sleeps = turns.take(async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert_eq!(turns.0.available_permits(), 0);
        });
        let works = async {
            yield_now().await;
            assert_eq!(turns.0.available_permits(), 1);
            turns.take(async {}).await;
        };
        tokio::join!(sleeps, works);
        assert_eq!(turns.0.available_permits(), 1);
    }

    #[tokio::test]
    async fn what_happens_while_others_go_first_is_not_missed() {
        let turns = Turns::new();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let sends = tokio::spawn(async { sender.send(1) });
        let waits = turns.take(async {
            std::thread::sleep(2 * LONG);
            receiver.await
        });
        let received = tokio::time::timeout(Duration::from_secs(5), waits).await;
        assert_eq!(received.expect("it is woken"), Ok(1));
        sends.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_needs_no_turn_does_not_wait_for_all_that_do() {
        let turns = Arc::new(Turns::new());
        let long = || std::thread::sleep(Duration::from_millis(10));
        let busy: Vec<_> = (0..60)
            .map(|_| {
                let turns = Arc::clone(&turns);
                tokio::spawn(async move { turns.take(async { long() }).await })
            })
            .collect();
        // A probe is accepted, read and answered: three times it is queued.
        let probe = tokio::spawn(async {
            for _ in 0..3 {
                yield_now().await;
            }
        });
        probe.await.unwrap();
        let done = busy.iter().filter(|task| task.is_finished()).count();
        assert!(done < 20, "{done} of 60 went first");
        for task in busy {
            task.await.unwrap();
        }
    }
}
