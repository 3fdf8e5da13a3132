//! Whether an id that the user gives can be one.

use crate::error::CommandError;

/// Diesel's column for it holds no more.
const LONGEST: usize = 50;

/// Whether the id may stand between these two.
pub(super) fn check(
    id: &str,
    before: Option<&str>,
    next: Option<&str>,
) -> Result<(), CommandError> {
    let wrong = |why: String, help: &str| {
        Err(CommandError::usage(format!("--rev-id {id}: {why}")).with_help(help))
    };
    let bare = id.replace('-', "");
    if bare.is_empty()
        || !bare
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    {
        return wrong(
            "an id has letters, digits, `-` and `.` alone".to_owned(),
            "for example 2026-11-21-101112",
        );
    }
    if id.starts_with(['.', '-']) || ["head", "base", "current"].contains(&bare.as_str()) {
        return wrong(
            "that means something else".to_owned(),
            "for example 2026-11-21-101112",
        );
    }
    if bare.len() > LONGEST {
        return wrong(
            format!("an id has at most {LONGEST} characters"),
            "dashes do not count",
        );
    }
    let ascend = "ids ascend along the chain, as text: so every tool sees one order";
    match (before, next) {
        (Some(before), None) if bare.as_str() <= before => {
            wrong(format!("it must come after the head's, {before}"), ascend)
        }
        (Some(before), Some(next)) if bare.as_str() <= before || bare.as_str() >= next => {
            wrong(format!("it must come between {before} and {next}"), ascend)
        }
        (None, Some(next)) if bare.as_str() >= next => {
            wrong(format!("it must come before {next}"), ascend)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn an_id_that_cannot_be_is_refused_before_anything_is_written() {
        for (id, good) in [
            ("20261122", true),
            ("2026-11-21-01", true),
            ("v2", true),
            ("20261121", false),
            ("2025", false),
            ("", false),
            ("-", false),
            ("-9", false),
            ("a_b", false),
            ("a/b", false),
            ("head", false),
            ("z".repeat(51).as_str(), false),
        ] {
            assert_eq!(check(id, Some("20261121"), None).is_ok(), good, "{id}");
        }
        for (id, good) in [("02", true), ("01", false), ("03", false), ("04", false)] {
            assert_eq!(check(id, Some("01"), Some("03")).is_ok(), good, "{id}");
        }
        assert!(check("00", None, Some("01")).is_ok() && check("01", None, Some("01")).is_err());
    }
}
