//! The ids: each is there, fits, and is one revision's alone.

use std::collections::HashMap;

use crate::{Problem, Revision};

/// The longest id that Diesel's column takes.
const LONGEST: usize = 50;

/// Reports what is wrong with the ids of revisions in version order, and leaves one revision an id.
pub(crate) fn check(revisions: Vec<Revision>, problems: &mut Vec<Problem>) -> Vec<Revision> {
    let mut seen: HashMap<String, String> = HashMap::with_capacity(revisions.len());
    let mut kept = Vec::with_capacity(revisions.len());
    for revision in revisions {
        let (file, id) = (revision.directory().to_owned(), revision.id().to_owned());
        if id.is_empty() {
            problems.push(Problem::NoId { file });
            continue;
        }
        // Letter case does not count: on some file systems, and in some databases' comparisons, the two are one.
        if let Some(other) = seen.get(&id.to_lowercase()) {
            let other = other.clone();
            problems.push(Problem::DuplicateId { file, id, other });
            continue;
        }
        seen.insert(id.to_lowercase(), file.clone());
        let length = id.chars().count();
        if length > LONGEST {
            problems.push(Problem::IdTooLong { file, id, length });
        } else if ["head", "base", "current"].contains(&revision.id()) {
            problems.push(Problem::ReservedId { file, id });
        }
        kept.push(revision);
    }
    kept
}
