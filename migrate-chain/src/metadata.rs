//! What one metadata.toml says.

use std::time::Duration;

use crate::Problem;
use crate::document::{Entry, Reader, Table};

/// The keys of a metadata.toml, in the order in which they are documented.
const KEYS: [&str; 5] = [
    "down_revision",
    "run_in_transaction",
    "revert_in_transaction",
    "irreversible",
    "lock_timeout",
];

/// What a metadata.toml says; the default is what a revision without one has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) down_revision: Option<String>,
    pub(crate) run_in_transaction: Option<bool>,
    pub(crate) revert_in_transaction: Option<bool>,
    /// The reason and its line.
    pub(crate) irreversible: Option<(String, usize)>,
    pub(crate) lock_timeout: Option<Duration>,
    /// What it follows cannot be told, because the file or that key is wrong.
    pub(crate) link_unknown: bool,
}

impl Metadata {
    /// What a file says that cannot be read.
    pub(crate) fn unknown() -> Self {
        Self {
            link_unknown: true,
            ..Self::default()
        }
    }

    /// Reads the text of `file`.
    pub(crate) fn read(file: &str, text: &str, problems: &mut Vec<Problem>) -> Self {
        let mut metadata = Self::default();
        let table = match Table::parse(file, text) {
            Ok(table) => table,
            Err(problem) => {
                problems.push(problem);
                metadata.link_unknown = true;
                return metadata;
            }
        };
        let mut reader = Reader { file, problems };
        let mut transaction_named = false;
        for entry in &table.0 {
            match entry.key.as_str() {
                "down_revision" => {
                    metadata.down_revision = down_revision(&mut reader, entry);
                    metadata.link_unknown = metadata.down_revision.is_none();
                }
                "run_in_transaction" => {
                    transaction_named = true;
                    metadata.run_in_transaction = reader.flag(entry);
                }
                "revert_in_transaction" => metadata.revert_in_transaction = reader.flag(entry),
                "irreversible" => metadata.irreversible = reason(&mut reader, entry),
                "lock_timeout" => metadata.lock_timeout = lock_timeout(&mut reader, entry),
                _ => reader.unknown(entry, &KEYS),
            }
        }
        if !transaction_named {
            problems.push(Problem::NoRunInTransaction {
                file: file.to_owned(),
            });
        }
        metadata
    }
}

fn down_revision(reader: &mut Reader<'_>, entry: &Entry) -> Option<String> {
    let text = reader.text(entry)?;
    if text.replace('-', "").is_empty() {
        reader.bad_value(
            entry,
            entry.line,
            text,
            "it names no revision; the first one follows \"base\"",
        );
        return None;
    }
    Some(text.to_owned())
}

fn reason(reader: &mut Reader<'_>, entry: &Entry) -> Option<(String, usize)> {
    let text = reader.text(entry)?;
    if text.trim().is_empty() {
        reader.bad_value(entry, entry.line, text, "it must say why");
        return None;
    }
    Some((text.trim().to_owned(), entry.line))
}

fn lock_timeout(reader: &mut Reader<'_>, entry: &Entry) -> Option<Duration> {
    let text = reader.text(entry)?;
    let timeout = duration(text);
    if timeout.is_none() {
        reader.bad_value(
            entry,
            entry.line,
            text,
            "it must be a whole number above 0 with ms, s, m or h",
        );
    }
    timeout
}

/// `500ms`, `5s`, `2m` or `1h`.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let scale = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let milliseconds = number.parse::<u32>().ok().filter(|&number| number > 0)?;
    Some(Duration::from_millis(u64::from(milliseconds) * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let mut problems = Vec::new();
        Metadata::read("a/metadata.toml", text, &mut problems);
        problems
            .iter()
            .map(|problem| {
                format!(
                    "{}: {problem} ({})",
                    problem.line().unwrap_or(0),
                    problem.help()
                )
            })
            .collect()
    }

    #[test]
    fn all_keys_are_read() {
        let text = "down_revision = \"2026-01-01\"\nrun_in_transaction = true\nrevert_in_transaction = false\n\
                    irreversible = \" drops the log \"\nlock_timeout = \"500ms\"\n";
        let mut problems = Vec::new();
        let metadata = Metadata::read("a/metadata.toml", text, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(metadata.down_revision.as_deref(), Some("2026-01-01"));
        assert_eq!(metadata.run_in_transaction, Some(true));
        assert_eq!(metadata.revert_in_transaction, Some(false));
        assert_eq!(metadata.irreversible, Some(("drops the log".to_owned(), 4)));
        assert_eq!(metadata.lock_timeout, Some(Duration::from_millis(500)));
    }

    #[test]
    fn every_wrong_line_is_named_at_once() {
        assert_eq!(
            problems(
                "donw_revision = \"x\"\nrun_in_transaction = \"yes\"\nirreversible = \"\"\nlock_timeout = \"5\"\n"
            ),
            [
                "1: unknown key `donw_revision` (did you mean `down_revision`?)",
                "2: `run_in_transaction` is text and must be true or false (write true or false: `run_in_transaction = true`)",
                "3: `irreversible = \"\"`: it must say why (for example `irreversible = \"drops the audit table\"`)",
                "4: `lock_timeout = \"5\"`: it must be a whole number above 0 with ms, s, m or h (for example `lock_timeout = \"5s\"`)",
            ]
        );
    }

    #[test]
    fn a_file_without_run_in_transaction_is_reported() {
        assert_eq!(
            problems("down_revision = \"base\"\n"),
            [
                "0: `run_in_transaction` is missing, and Diesel takes a missing one for false (write it: `run_in_transaction = true`)"
            ]
        );
    }

    #[test]
    fn durations_have_a_unit() {
        for (text, milliseconds) in [
            ("500ms", 500),
            ("5s", 5_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(duration(text), Some(Duration::from_millis(milliseconds)));
        }
        for text in [
            "",
            "5",
            "s",
            "0s",
            "-5s",
            "5 s",
            "5S",
            "1.5s",
            "99999999999s",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
        assert!(
            problems("\u{feff}down_revision = \"base\"\r\nrun_in_transaction = true\r\n")
                .is_empty()
        );
    }
}
