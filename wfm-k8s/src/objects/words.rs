use std::collections::HashSet;
use std::sync::Arc;

/// Words that many objects of a list have in common, each kept once: five thousand nodes have a handful of kernels.
#[derive(Debug, Default)]
pub(crate) struct Words(HashSet<Arc<str>>);

impl Words {
    pub(crate) fn shared(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.0.get(word) {
            return Arc::clone(known);
        }
        let new: Arc<str> = word.into();
        self.0.insert(Arc::clone(&new));
        new
    }

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
