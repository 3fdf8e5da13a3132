//! Changes of a text by place.

use std::ops::Range;

/// Pieces of a text and what stands there instead. They may come in any order, and must not overlap.
#[derive(Debug, Default)]
pub(crate) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub(crate) fn replace(&mut self, place: &Range<usize>, with: impl Into<String>) {
        self.0.push((place.clone(), with.into()));
    }

    /// What is inserted at one place stands in the order in which it came.
    pub(crate) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(&(at..at), text);
    }

    pub(crate) fn remove(&mut self, place: Range<usize>) {
        self.replace(&place, "");
    }

    pub(crate) fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(place, _)| place.start);
        let mut edited = String::with_capacity(text.len());
        let mut copied = 0;
        for (place, with) in self.0 {
            edited.push_str(text.get(copied..place.start).unwrap_or_default());
            edited.push_str(&with);
            copied = place.end.max(copied);
        }
        edited.push_str(text.get(copied..).unwrap_or_default());
        edited
    }
}
