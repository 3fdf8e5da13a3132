//! How an attempt of the log reads.

use std::time::Duration;

use migrate_core::Attempt;
use serde_json::{Value, json};

use super::looking::to_the_second;
use crate::observer::duration;
use crate::style::{BAD, Cell, GOOD, ID, ODD, PLAIN};

/// How much room a line has for what came of an attempt.
const OUTCOME: usize = 32;

/// `2026-11-21 10:11:12  upgrade  20261121101112  done in 12 ms`; an error is cut, so that the line stays one.
pub(super) fn row(attempt: &Attempt) -> Vec<Cell> {
    vec![
        Cell::new(PLAIN, &to_the_second(&attempt.started)),
        Cell::new(PLAIN, &attempt.action),
        Cell::new(ID, &attempt.revision),
        outcome(attempt),
    ]
}

fn outcome(attempt: &Attempt) -> Cell {
    let (done, total) = (attempt.statements_done, attempt.statements_total);
    match attempt.outcome.as_str() {
        "done" => {
            let took = took(attempt).map(|took| format!(" in {took}"));
            Cell::new(GOOD, "done").and(PLAIN, &took.unwrap_or_default())
        }
        "failed" => {
            let kept = match done {
                0 => String::new(),
                _ => format!(" after {done} of {total}"),
            };
            let room = OUTCOME.saturating_sub("failed: ".len() + kept.len());
            let error = attempt
                .error
                .as_deref()
                .map(|error| format!(": {}", cut(error, room)));
            Cell::new(BAD, "failed")
                .and(PLAIN, &kept)
                .and(PLAIN, &error.unwrap_or_default())
        }
        other => Cell::new(ODD, other).and(PLAIN, &format!(", {done} of {total} statements")),
    }
}

/// How long it took, where that is known.
pub(super) fn took(attempt: &Attempt) -> Option<String> {
    attempt
        .duration_ms
        .map(|took| duration(Duration::from_millis(took)))
}

/// The beginning of an error's first line, in so many characters.
fn cut(error: &str, room: usize) -> String {
    let error = error.trim();
    let line = error.lines().next().unwrap_or_default();
    if line == error && line.chars().count() <= room {
        return line.to_owned();
    }
    let start: String = line.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", start.trim_end())
}

/// What the line leaves out, each with a label.
pub(super) fn more(attempt: &Attempt) -> Vec<(&'static str, String)> {
    let mut more = vec![
        (
            "statements",
            format!(
                "{} of {}",
                attempt.statements_done, attempt.statements_total
            ),
        ),
        ("by", attempt.by.clone()),
    ];
    let error = attempt.error.as_deref().map(str::trim_end);
    more.extend(error.map(|error| ("error", error.replace('\n', "\n           "))));
    more
}

pub(super) fn as_json(attempt: &Attempt) -> Value {
    json!({
        "revision": attempt.revision,
        "action": attempt.action,
        "outcome": attempt.outcome,
        "statements_done": attempt.statements_done,
        "statements_total": attempt.statements_total,
        "started": attempt.started,
        "duration_ms": attempt.duration_ms,
        "by": attempt.by,
        "error": attempt.error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_cut_to_a_part_of_one_line() {
        for (error, shown) in [
            ("", ""),
            ("table a already exists", "table a already exists"),
            ("two\nlines", "two…"),
            ("one line\n", "one line"),
            ("a message that is much too long", "a message that is much…"),
            (&"ä".repeat(30), &format!("{}…", "ä".repeat(23))),
        ] {
            assert_eq!(cut(error, 24), shown);
        }
    }
}
