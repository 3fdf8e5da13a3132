//! A schema as an entity diagram of Mermaid, which GitHub and GitLab draw in Markdown.

use std::fmt::Write as _;

use super::diagram::{Diagram, Row};
use crate::{Dialect, Schema};

impl Schema {
    /// An `erDiagram`. What Mermaid cannot have in a name is an underscore there, and stands in quotes beside it.
    ///
    /// ```
    /// use migrate_schema::{Column, Dialect, ForeignKey, Schema, Table, Type};
    /// let id = |name: &str| Column::new(name, Type::parse(Dialect::Sqlite, "integer").unwrap());
    /// let orgs = Table::new("orgs").with(id("id")).keyed(["id"]);
    /// let members = Table::new("members").with(id("id")).with(id("org_id")).keyed(["id"])
    ///     .foreign_key(ForeignKey::on(["org_id"], "orgs", ["id"]));
    /// let text = Schema::default().with(orgs).with(members).mermaid(Dialect::Sqlite);
    /// assert_eq!(text, "\
    /// erDiagram
    ///     members {
    ///         INTEGER id PK
    ///         INTEGER org_id FK
    ///     }
    ///     orgs {
    ///         INTEGER id PK
    ///     }
    ///     orgs ||--o{ members : \"org_id\"
    /// ");
    /// ```
    #[must_use]
    pub fn mermaid(&self, dialect: Dialect) -> String {
        let diagram = Diagram::of(self, dialect);
        let mut text = "erDiagram\n".to_owned();
        // Writing to a String does not fail.
        for table in &diagram.tables {
            let _ = writeln!(text, "    {} {{", entity(&table.name));
            for row in &table.rows {
                let _ = writeln!(text, "        {}", attribute(row));
            }
            text.push_str("    }\n");
        }
        for edge in &diagram.edges {
            let parent = if edge.optional { "|o" } else { "||" };
            let child = if edge.unique { "o|" } else { "o{" };
            let _ = writeln!(
                text,
                "    {} {parent}--{child} {} : {}",
                entity(&diagram.tables[edge.to].name),
                entity(&diagram.tables[edge.from].name),
                quoted(&edge.label)
            );
        }
        text
    }
}

fn attribute(row: &Row) -> String {
    let name = word(&row.name, "");
    let of = word(&row.of, "()[]");
    let keys = [(row.primary, "PK"), (row.foreign, "FK"), (row.unique, "UK")];
    let keys: Vec<_> = keys
        .into_iter()
        .filter_map(|(is, key)| is.then_some(key))
        .collect();
    let mut line = format!("{of} {name}");
    if !keys.is_empty() {
        line.push_str(&format!(" {}", keys.join(", ")));
    }
    if name != row.name {
        line.push_str(&format!(" {}", quoted(&row.name)));
    }
    line
}

/// A word of letters, digits and underscores.
fn word(text: &str, also: &str) -> String {
    let allowed = |of: char| of.is_ascii_alphanumeric() || of == '_' || also.contains(of);
    let mut word: String = text
        .replace(", ", ",")
        .chars()
        .map(|of| if allowed(of) { of } else { '_' })
        .collect();
    if !word.starts_with(|first: char| first.is_ascii_alphabetic()) {
        word.insert_str(0, "c_");
    }
    word
}

fn entity(name: &str) -> String {
    let plain = name
        .chars()
        .all(|of| of.is_ascii_alphanumeric() || of == '_');
    if plain && name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// Between quotes Mermaid knows no escapes.
fn quoted(text: &str) -> String {
    let text = text
        .replace(['\n', '\r', '\t'], " ")
        .replace(['"', '%', '\\'], "'");
    format!("\"{text}\"")
}
