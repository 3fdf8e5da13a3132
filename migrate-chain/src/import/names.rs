//! How each tool names its files.

use super::Tool;
use crate::Direction;

/// The numbers of a version: `1.2` is 1, 2.
pub(super) type Version = Vec<u64>;

/// What a file's name says.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) version: Version,
    /// How many digits each of its numbers is written with.
    pub(super) widths: Vec<usize>,
    /// The words after the version.
    pub(super) words: String,
    /// Where it is one direction's; otherwise its text has both.
    pub(super) direction: Option<Direction>,
}

/// What such a file is called.
pub(super) fn example(tool: Tool) -> String {
    let name = match tool {
        Tool::Sqlx => "20261121101112_name.up.sql",
        Tool::Refinery => "V1__name.sql",
        Tool::Flyway => "V1.2__name.sql",
        Tool::Dbmate => "20261121101112_name.sql",
        Tool::GolangMigrate => "000001_name.up.sql",
        Tool::Goose => "00001_name.sql",
    };
    format!("a file of {tool}'s is called {name}")
}

/// What a name says; `None` where the file is nothing of a chain, and otherwise why it is left out.
pub(super) fn read(tool: Tool, file: &str) -> Result<Option<Name>, &'static str> {
    let Some(stem) = file.strip_suffix(".sql") else {
        let code = match tool {
            Tool::Refinery => ".rs",
            Tool::Goose => ".go",
            Tool::Flyway => ".java",
            _ => return Ok(None),
        };
        return match file.ends_with(code) && file != "mod.rs" {
            true => Err("it is code: write what it does as SQL"),
            false => Ok(None),
        };
    };
    const OTHER: &str = "its name is none of that tool's";
    match tool {
        Tool::Refinery | Tool::Flyway => prefixed(tool, stem),
        Tool::Sqlx | Tool::GolangMigrate => {
            let (stem, direction) = match (stem.strip_suffix(".up"), stem.strip_suffix(".down")) {
                (Some(stem), _) => (stem, Direction::Up),
                (_, Some(stem)) => (stem, Direction::Down),
                // With sqlx one file alone is a step that is never taken back.
                _ if tool == Tool::Sqlx => (stem, Direction::Up),
                _ => return Err(OTHER),
            };
            let name = numbered(stem).ok_or(OTHER)?;
            Ok(Some(Name {
                direction: Some(direction),
                ..name
            }))
        }
        Tool::Dbmate | Tool::Goose => numbered(stem).ok_or(OTHER).map(Some),
    }
}

/// `000001_name`.
fn numbered(stem: &str) -> Option<Name> {
    let (version, words) = stem.split_once('_').unwrap_or((stem, ""));
    Some(Name {
        version: vec![number(version)?],
        widths: vec![version.len()],
        words: words.to_owned(),
        direction: None,
    })
}

/// `V1.2__name`.
fn prefixed(tool: Tool, stem: &str) -> Result<Option<Name>, &'static str> {
    const OTHER: &str = "its name is none of that tool's";
    let (prefix, rest) = stem.split_at_checked(1).ok_or(OTHER)?;
    let direction = match (prefix, tool) {
        // With refinery `U` is a step that may come out of order.
        ("V", _) | ("U", Tool::Refinery) => Direction::Up,
        ("U", _) => Direction::Down,
        ("R", _) => return Err("it is repeatable: write it into a revision whenever it changes"),
        ("B", _) => return Err("it is a baseline: import the versions, or make it the first one"),
        _ => return Err(OTHER),
    };
    let (version, words) = rest.split_once("__").ok_or(OTHER)?;
    let numbers = version.split(['.', '_']);
    let widths = numbers.clone().map(str::len).collect();
    let version: Option<Version> = numbers.map(number).collect();
    Ok(Some(Name {
        widths,
        version: version.ok_or(OTHER)?,
        words: words.to_owned(),
        direction: Some(direction),
    }))
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// The widths of numbers that both fit into.
pub(super) fn widen(widths: &mut Vec<usize>, others: &[usize]) {
    widths.resize(widths.len().max(others.len()), 0);
    for (width, other) in widths.iter_mut().zip(others) {
        *width = (*width).max(*other);
    }
}

/// An id that ascends as text where the versions ascend as numbers: each number has as many digits as the longest in its place.
pub(super) fn id(version: &[u64], widths: &[usize]) -> String {
    let parts: Vec<_> = version
        .iter()
        .zip(widths)
        .map(|(number, &width)| format!("{number:0width$}"))
        .collect();
    parts.join(".")
}
