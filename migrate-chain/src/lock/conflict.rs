//! A lock in which git left the marks of a conflict.

use std::path::Path;

use super::{Lock, models};
use crate::Problems;

impl Lock {
    /// The lock of a directory in which git left the marks of a conflict, as both sides together: the lines of ours, then what
    /// theirs has besides; of the models, what both say. `None` where there is no lock with marks.
    pub(crate) fn merged(directory: &Path) -> Result<Option<Self>, Problems> {
        let text = match std::fs::read_to_string(directory.join(Self::FILE)) {
            Ok(text) if text.lines().any(|line| mark(line).is_some()) => text,
            _ => return Ok(None),
        };
        let [ours, theirs] = sides(&text).map(|side| Self::parse(&side));
        let (mut lock, theirs) = (ours?, theirs?);
        for other in theirs.revisions {
            match lock
                .revisions
                .iter_mut()
                .find(|locked| locked.id == other.id)
            {
                // What either side sealed is sealed.
                Some(locked) if locked.tag.is_empty() => {
                    if !other.tag.is_empty() {
                        *locked = other;
                    }
                }
                Some(_) => {}
                None => lock.revisions.push(other),
            }
        }
        lock.models = models::agreed(lock.models, &theirs.models);
        lock.revisions.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Some(lock))
    }
}

/// The marks that git leaves: ours, what both come from, theirs, the end.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

pub(super) fn mark(line: &str) -> Option<usize> {
    MARKS.iter().position(|mark| line.starts_with(mark))
}

/// The two texts that git could not make one of.
fn sides(text: &str) -> [String; 2] {
    let mut sides = [String::new(), String::new()];
    // Outside a conflict a line is on both sides; of what both come from, on neither.
    let mut on: &[usize] = &[0, 1];
    for line in text.lines() {
        match mark(line) {
            Some(0) => on = &[0],
            Some(1) => on = &[],
            Some(2) => on = &[1],
            Some(_) => on = &[0, 1],
            None => on.iter().for_each(|&side| sides[side].extend([line, "\n"])),
        }
    }
    sides
}
