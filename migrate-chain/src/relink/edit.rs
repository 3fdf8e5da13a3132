//! One value of a TOML file written anew; everything else in the file, comments too, stays as it is.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::lock::quoted;

/// The text of a metadata.toml with this `down_revision`. Of an empty text, a whole metadata.toml.
///
/// ```
/// use migrate_chain::with_link;
///
/// let text = "# why\ndown_revision = \"2026-01-01\" # before\nrun_in_transaction = false\n";
/// assert_eq!(with_link(text, "20260102"), "# why\ndown_revision = \"20260102\" # before\nrun_in_transaction = false\n");
/// assert_eq!(with_link("", "base"), "down_revision = \"base\"\nrun_in_transaction = true\n");
/// ```
#[must_use]
pub fn with_link(text: &str, down_revision: &str) -> String {
    // What Diesel does without such a file.
    let text = match text.trim() {
        "" => "run_in_transaction = true\n",
        _ => text,
    };
    let value = quoted(down_revision);
    match span(text, "down_revision") {
        Some(at) => replaced(text, at, &value),
        None => {
            let (mark, rest) = match text.strip_prefix('\u{feff}') {
                Some(rest) => ("\u{feff}", rest),
                None => ("", text),
            };
            format!("{mark}down_revision = {value}\n{rest}")
        }
    }
}

/// The text of a metadata.toml that says why the revision cannot be taken back.
///
/// ```
/// use migrate_chain::with_reason;
///
/// let text = "down_revision = \"base\"\nrun_in_transaction = true\n";
/// assert_eq!(with_reason(text, "drops the log"), format!("{text}irreversible = \"drops the log\"\n"));
/// ```
#[must_use]
pub fn with_reason(text: &str, reason: &str) -> String {
    with(text, "irreversible", &quoted(reason))
}

/// The text of a metadata.toml that says which of the two scripts run in a transaction.
///
/// ```
/// use migrate_chain::with_transactions;
///
/// let text = "run_in_transaction = true # as ever\n";
/// assert_eq!(with_transactions(text, false, false), "run_in_transaction = false # as ever\n");
/// assert_eq!(with_transactions(text, false, true), "run_in_transaction = false # as ever\nrevert_in_transaction = true\n");
/// ```
#[must_use]
pub fn with_transactions(text: &str, up: bool, down: bool) -> String {
    const DOWN: &str = "revert_in_transaction";
    let text = with(text, "run_in_transaction", &up.to_string());
    if up == down && span(&text, DOWN).is_none() {
        return text;
    }
    with(&text, DOWN, &down.to_string())
}

/// The text of a metadata.toml that says how long a statement may wait for a lock.
///
/// ```
/// use migrate_chain::with_lock_timeout;
///
/// assert_eq!(with_lock_timeout("run_in_transaction = false", "1h"), "run_in_transaction = false\nlock_timeout = \"1h\"\n");
/// ```
#[must_use]
pub fn with_lock_timeout(text: &str, timeout: &str) -> String {
    with(text, "lock_timeout", &quoted(timeout))
}

/// The text of a metadata.toml with that value of a key, which goes to the end if it is new.
fn with(text: &str, key: &str, value: &str) -> String {
    if let Some(at) = span(text, key) {
        return replaced(text, at, value);
    }
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{text}{gap}{key} = {value}\n")
}

/// The text of a migrate.toml with this list of revisions that cannot be taken back.
///
/// ```
/// use migrate_chain::with_irreversible;
///
/// let text = "backends = [\"sqlite\"]\n\n# for every connection\n[session]\nsqlite = []\n";
/// assert_eq!(
///     with_irreversible(text, &["2019".to_owned()]),
///     "backends = [\"sqlite\"]\n\nirreversible = [\n    \"2019\",\n]\n\n# for every connection\n[session]\nsqlite = []\n",
/// );
/// ```
#[must_use]
pub fn with_irreversible(text: &str, revisions: &[String]) -> String {
    let lines: String = revisions
        .iter()
        .map(|revision| format!("    {},\n", quoted(revision)))
        .collect();
    let value = format!("[\n{lines}]");
    if let Some(at) = span(text, "irreversible") {
        return replaced(text, at, &value);
    }
    let at = first_table(text).unwrap_or(text.len());
    let (before, behind) = text.split_at(at);
    let gap = match before {
        "" => "",
        before if before.ends_with("\n\n") => "",
        before if before.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let end = if behind.is_empty() { "\n" } else { "\n\n" };
    format!("{before}{gap}irreversible = {value}{end}{behind}")
}

fn replaced(text: &str, at: Range<usize>, value: &str) -> String {
    format!("{}{value}{}", &text[..at.start], &text[at.end..])
}

/// Where a key's value stands.
fn span(text: &str, key: &str) -> Option<Range<usize>> {
    let table = DeTable::parse(text).ok()?;
    let (_, value) = table
        .get_ref()
        .iter()
        .find(|(name, _)| name.get_ref() == key)?;
    Some(value.span())
}

/// Where the first table begins, the comment above it included.
fn first_table(text: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let is_table = |value: &DeValue<'_>| match value {
        DeValue::Table(_) => true,
        DeValue::Array(items) => items
            .iter()
            .any(|item| matches!(item.get_ref(), DeValue::Table(_))),
        _ => false,
    };
    let start = table
        .get_ref()
        .iter()
        .filter(|(_, value)| is_table(value.get_ref()))
        .map(|(key, _)| key.span().start)
        .min()?;
    let line = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let mut first = line(start);
    while first > 0 {
        let above = line(first - 1);
        if !text[above..first].starts_with('#') {
            break;
        }
        first = above;
    }
    Some(first)
}
