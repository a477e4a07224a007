use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use wfm_core::collector::ContainerStatus;

/// What many objects of a list have in common, each kept once: five thousand nodes have a handful of kernels, and the pods of
/// a workload that fare well have one list of containers.
#[derive(Debug)]
pub(crate) struct Shared<T: ?Sized>(HashSet<Arc<T>>);

pub(crate) type Words = Shared<str>;
pub(crate) type ContainerLists = Shared<[ContainerStatus]>;

impl<T: ?Sized> Default for Shared<T> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: ?Sized + Eq + Hash> Shared<T> {
    pub(crate) fn shared<'a>(&mut self, value: &'a T) -> Arc<T>
    where
        Arc<T>: From<&'a T>,
    {
        if let Some(known) = self.0.get(value) {
            return Arc::clone(known);
        }
        let new: Arc<T> = value.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

impl Words {
    pub(crate) fn maybe(&mut self, word: Option<&str>) -> Option<Arc<str>> {
        word.map(|word| self.shared(word))
    }

    pub(crate) fn or_empty(&mut self, word: Option<&str>) -> Arc<str> {
        self.shared(word.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_once() {
        let mut words = Words::default();
        let (first, second) = (words.shared("Running"), words.shared("Running"));
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!((words.maybe(None), &*words.or_empty(None)), (None, ""));
    }
}
