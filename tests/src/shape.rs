//! Schemas as sorted lines, so that two databases whose tables were not made in the same order can be compared.

use crate::database::Database;
use crate::dump::dump;

/// The schema of a database, in which the order of columns and constraints says nothing: its lines, sorted.
#[must_use]
pub fn shape(database: &Database) -> Vec<String> {
    let text = dump(database).replace(", ", "\n").replace(",\n", "\n");
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| {
            line.trim()
                .trim_end_matches([',', ';', ')', ' '])
                .to_owned()
        })
        .collect();
    lines.retain(|line| !line.is_empty());
    lines.sort();
    lines
}

/// What one shape has and the other one lacks; nothing where they are alike.
#[must_use]
pub fn beside(changed: &[String], fresh: &[String]) -> String {
    let lacks = |one: &[String], other: &[String]| {
        let lines: Vec<_> = one
            .iter()
            .filter(|line| !other.contains(line))
            .cloned()
            .collect();
        lines.join("\n")
    };
    if changed == fresh {
        return String::new();
    }
    format!(
        "too much:\n{}\nmissing:\n{}\n",
        lacks(changed, fresh),
        lacks(fresh, changed)
    )
}
