//! The names that PostgreSQL gives to what is made without one.

use crate::{Constraint, Name};

/// As many bytes as a name may have.
const MOST: usize = 63;

/// The name of a constraint, or the one that PostgreSQL gives to a constraint without one.
pub(super) fn of_constraint(table: &Name, of: &Constraint) -> String {
    let (columns, end): (&[String], _) = match of {
        Constraint::PrimaryKey(_) | Constraint::Index(_) => (&[], "pkey"),
        Constraint::Check(_) => (&[], "check"),
        Constraint::ForeignKey(key) => (&key.columns, "fkey"),
        Constraint::Unique(unique) => (&unique.columns, "key"),
    };
    let made = || chosen(&table.name, &columns.join("_"), end);
    of.name().map_or_else(made, String::from)
}

/// The name of a serial's sequence.
pub(super) fn of_sequence(table: &Name, column: &str) -> Name {
    table.sibling(chosen(&table.name, column, "seq"))
}

/// A table's name, a column's, and a word that says what it is. Where all are too long the longer one of the two names is cut, byte by
/// byte, and never within a character.
fn chosen(table: &str, column: &str, end: &str) -> String {
    let underscores = if column.is_empty() { 1 } else { 2 };
    let room = MOST - end.len() - underscores;
    let (mut first, mut second) = (table.len(), column.len());
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let parts = [cut(table, first), cut(column, second), end];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("_")
}

fn cut(name: &str, mut length: usize) -> &str {
    while !name.is_char_boundary(length) {
        length -= 1;
    }
    &name[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_name_is_cut() {
        assert_eq!(chosen("members", "id", "seq"), "members_id_seq");
        assert_eq!(chosen("members", "", "pkey"), "members_pkey");
        let long = "ж".repeat(31);
        assert_eq!(
            chosen(&long, "id", "seq"),
            format!("{}_id_seq", "ж".repeat(28))
        );
        let both = chosen(&"a".repeat(40), &"b".repeat(50), "fkey");
        assert_eq!(both, format!("{}_{}_fkey", "a".repeat(29), "b".repeat(28)));
    }
}
