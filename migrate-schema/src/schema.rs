//! A whole schema: its tables and its enum types, and the names of its views.

use crate::{Facet, Name, Table};

/// Everything that is compared: tables and enum types. Their order says nothing.
///
/// ```
/// use migrate_schema::{Column, Dialect, Name, Schema, Table, Type};
/// let id = Column::new("id", Type::parse(Dialect::Sqlite, "INTEGER")?);
/// let schema = Schema::default().with(Table::new("members").with(id).keyed(["id"]));
/// assert!(schema.table(&Name::new("members")).is_some());
/// # Ok::<(), migrate_schema::TypeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Schema {
    /// The tables.
    pub tables: Vec<Table>,
    /// The enum types. Only PostgreSQL has them; elsewhere they are a column's type or a check.
    pub enums: Facet<Vec<EnumType>>,
    /// The names of the views. They are not compared; a model of that name is read from the view, and makes no table.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub views: Vec<Name>,
}

/// An enum type of PostgreSQL and its values, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EnumType {
    /// Its name.
    pub name: Name,
    /// Its values, in the order in which they sort.
    pub values: Vec<String>,
}

impl Schema {
    /// The same schema with one more table.
    #[must_use]
    pub fn with(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// The same schema with one more enum type.
    #[must_use]
    pub fn with_enum(
        mut self,
        name: impl Into<Name>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let mut enums = self.enums.all().to_vec();
        enums.push(EnumType {
            name: name.into(),
            values: values.into_iter().map(Into::into).collect(),
        });
        self.enums = Facet::Known(enums);
        self
    }

    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: &Name) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == *name)
    }

    /// The enum type of that name.
    #[must_use]
    pub fn enum_type(&self, name: &Name) -> Option<&EnumType> {
        self.enums.all().iter().find(|of| of.name == *name)
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;
    use crate::{Check, Column, Dialect, ForeignKey, Index, IndexPart, Type, Unique};

    #[test]
    fn a_schema_survives_json() {
        let text = Type::parse(Dialect::Postgres, "varchar(50)[]").unwrap();
        let mut table = Table::new(Name::qualified("audit", "log"))
            .with(Column::new("text", text.clone()).default("'{}'").nullable())
            .with(Column::unknown("more", text))
            .keyed(["text"])
            .unique(Unique::on(["more"]))
            .foreign_key(ForeignKey::on(["more"], "other", ["id"]).named("fk"))
            .index(Index::on([IndexPart::expression("lower(more)")]))
            .check(Check::that("more <> text"));
        table.strict = Facet::Unknown;
        let schema = Schema::default()
            .with(table)
            .with_enum("mood", ["sad", "ok"]);
        let json = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<Schema>(&json).unwrap(), schema);
    }
}
