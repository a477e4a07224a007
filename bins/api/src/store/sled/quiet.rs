//! sled panics on some damaged files. To us that is damage like any other: it is told as an error, in one sentence, and not
//! as a panic's message and its backtrace.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Does `work`; `None` where it panicked on this thread.
pub(super) fn catch<T>(work: impl FnOnce() -> T) -> Option<T> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !is_quiet() {
                loud(panic);
            }
        }));
    });
    let before = QUIET.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.set(before);
    done
}

/// Whether a panic on this thread is caught here. A thread that is ending has none.
pub(super) fn is_quiet() -> bool {
    QUIET.try_with(Cell::get).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_the_next_one_is_loud_again() {
        assert_eq!(catch(|| 1), Some(1));
        assert_eq!(catch(|| assert!(!is_quiet(), "it is quiet here")), None);
        assert!(!is_quiet());
    }
}
