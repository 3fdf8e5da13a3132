//! A schema as a graph of Graphviz.

use std::fmt::Write as _;

use super::diagram::Diagram;
use super::svg::escaped;
use crate::{Dialect, Schema};

impl Schema {
    /// A `digraph`: a table is a node with a port a column, a foreign key an arrow from column to column.
    ///
    /// ```
    /// use migrate_schema::{Column, Dialect, Schema, Table, Type};
    /// let table = Table::new("a<b").with(Column::new("id", Type::parse(Dialect::Sqlite, "integer")?));
    /// let text = Schema::default().with(table).dot(Dialect::Sqlite);
    /// assert!(text.starts_with("digraph schema {"));
    /// assert!(text.contains("<b>a&lt;b</b>"));
    /// # Ok::<(), migrate_schema::TypeError>(())
    /// ```
    #[must_use]
    pub fn dot(&self, dialect: Dialect) -> String {
        let diagram = Diagram::of(self, dialect);
        let mut text = "digraph schema {\n    rankdir=LR;\n    node [shape=plain, fontname=\"sans-serif\"];\n    \
                        edge [arrowhead=normal, fontname=\"sans-serif\"];\n\n"
            .to_owned();
        // Writing to a String does not fail.
        for (at, table) in diagram.tables.iter().enumerate() {
            let _ = writeln!(
                text,
                "    t{at} [label=<<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" cellpadding=\"4\">\n        \
                 <tr><td colspan=\"2\" bgcolor=\"#e8eef7\"><b>{}</b></td></tr>",
                escaped(&table.name)
            );
            for (column, row) in table.rows.iter().enumerate() {
                let name = escaped(&row.name);
                let name = if row.primary {
                    format!("<u>{name}</u>")
                } else {
                    name
                };
                let null = if row.nullable { "?" } else { "" };
                let _ = writeln!(
                    text,
                    "        <tr><td port=\"f{column}\" align=\"left\">{name}</td>\
                     <td port=\"c{column}\" align=\"left\">{}{null}</td></tr>",
                    escaped(&row.of)
                );
            }
            text.push_str("    </table>>];\n");
        }
        if !diagram.edges.is_empty() {
            text.push('\n');
        }
        for edge in &diagram.edges {
            let style = if edge.optional { " [style=dashed]" } else { "" };
            let _ = writeln!(
                text,
                "    t{}:c{} -> t{}:f{}{style};",
                edge.from, edge.column, edge.to, edge.referenced
            );
        }
        text.push_str("}\n");
        text
    }
}
