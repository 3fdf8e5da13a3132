//! A schema as JSON for other programs: plain words and lists, and nothing where nothing is known.

use serde::Serialize;

use crate::{
    Check, Column, Deferrable, Dialect, EnumType, Facet, ForeignKey, IdentityKind, Index, IndexKey,
    IndexPart, Name, PrimaryKey, Schema, Table, Unique,
};

/// A schema as [`Schema::view`] gives it to serde. What is not known is left out; `null` and an empty list are said to be so.
///
/// Tables and enums have `schema` only where it is not the connection's own. Types and expressions are texts in the dialect's SQL.
#[derive(Debug, Serialize)]
pub struct SchemaView<'a> {
    dialect: &'static str,
    tables: Vec<TableView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enums: Option<Vec<EnumView<'a>>>,
}

impl Schema {
    /// The schema in the form of a public document: its shape stays, apart from keys that come.
    ///
    /// ```
    /// use migrate_schema::{Column, Dialect, Schema, Table, Type};
    /// let table = Table::new("members").with(Column::unknown("id", Type::parse(Dialect::Sqlite, "integer")?));
    /// let view = serde_json::to_value(Schema::default().with(table).view(Dialect::Sqlite))?;
    /// assert_eq!(view["tables"][0]["columns"][0], serde_json::json!({ "name": "id", "type": "INTEGER" }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn view(&self, dialect: Dialect) -> SchemaView<'_> {
        let mut tables: Vec<_> = self.tables.iter().collect();
        tables.sort_by_key(|table| &table.name);
        let enums = self.enums.value().map(|enums| {
            let mut enums: Vec<_> = enums.iter().collect();
            enums.sort_by_key(|of| &of.name);
            enums.into_iter().map(EnumView::of).collect()
        });
        SchemaView {
            dialect: dialect.name(),
            tables: tables
                .into_iter()
                .map(|table| TableView::of(table, dialect))
                .collect(),
            enums,
        }
    }
}

/// A value that may be unknown, which leaves the key out.
type Known<T> = Option<T>;

#[derive(Debug, Serialize)]
struct NameView<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct EnumView<'a> {
    #[serde(flatten)]
    name: NameView<'a>,
    values: &'a [String],
}

#[derive(Debug, Serialize)]
struct TableView<'a> {
    #[serde(flatten)]
    name: NameView<'a>,
    columns: Vec<ColumnView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_key: Known<Option<KeyView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    foreign_keys: Known<Vec<ForeignKeyView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uniques: Known<Vec<KeyView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    indexes: Known<Vec<IndexView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Known<Vec<CheckView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Known<Option<&'a str>>,
    /// SQLite alone has these two.
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Known<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    without_rowid: Known<bool>,
}

#[derive(Debug, Serialize)]
struct ColumnView<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none", rename = "type")]
    of: Known<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nullable: Known<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Known<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Known<Option<IdentityKind>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generated: Known<Option<GeneratedView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collation: Known<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Known<Option<&'a str>>,
}

#[derive(Debug, Serialize)]
struct GeneratedView<'a> {
    expression: &'a str,
    stored: bool,
}

/// A primary key or a unique constraint.
#[derive(Debug, Serialize)]
struct KeyView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    columns: &'a [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    nulls_not_distinct: bool,
    #[serde(skip_serializing_if = "is_no")]
    deferrable: Deferrable,
}

#[derive(Debug, Serialize)]
struct ForeignKeyView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    columns: &'a [String],
    references: NameView<'a>,
    referenced: &'a [String],
    on_delete: crate::Action,
    on_update: crate::Action,
    #[serde(skip_serializing_if = "is_no")]
    deferrable: Deferrable,
}

#[derive(Debug, Serialize)]
struct CheckView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    expression: &'a str,
}

#[derive(Debug, Serialize)]
struct IndexView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    parts: Vec<PartView<'a>>,
    unique: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    nulls_not_distinct: bool,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    predicate: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    include: &'a [String],
}

#[derive(Debug, Serialize)]
struct PartView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    descending: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nulls_first: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<u32>,
}

fn is_no(of: &Deferrable) -> bool {
    *of == Deferrable::No
}

/// What is known or suggested, in the words of a view.
fn known<'a, T, V>(facet: &'a Facet<T>, view: impl FnOnce(&'a T) -> V) -> Known<V> {
    facet.value().map(view)
}

fn all<'a, T, V>(facet: &'a Facet<Vec<T>>, view: impl Fn(&'a T) -> V) -> Known<Vec<V>> {
    known(facet, |all| all.iter().map(view).collect())
}

fn text(facet: &Facet<Option<String>>) -> Known<Option<&str>> {
    known(facet, Option::as_deref)
}

fn name(facet: &Facet<String>) -> Option<&str> {
    facet.value().map(String::as_str)
}

impl<'a> NameView<'a> {
    fn of(name: &'a Name) -> Self {
        Self {
            name: &name.name,
            schema: name.schema.as_deref(),
        }
    }
}

impl<'a> EnumView<'a> {
    fn of(of: &'a EnumType) -> Self {
        Self {
            name: NameView::of(&of.name),
            values: &of.values,
        }
    }
}

impl<'a> TableView<'a> {
    fn of(table: &'a Table, dialect: Dialect) -> Self {
        let of_sqlite = |facet: &Facet<bool>| {
            facet
                .value()
                .copied()
                .filter(|_| dialect == Dialect::Sqlite)
        };
        Self {
            name: NameView::of(&table.name),
            columns: table
                .columns
                .iter()
                .map(|column| ColumnView::of(column, dialect))
                .collect(),
            primary_key: known(&table.primary_key, |key| {
                key.as_ref().map(KeyView::of_primary)
            }),
            foreign_keys: all(&table.foreign_keys, ForeignKeyView::of),
            uniques: all(&table.uniques, KeyView::of_unique),
            indexes: all(&table.indexes, IndexView::of),
            checks: all(&table.checks, CheckView::of),
            comment: text(&table.comment),
            strict: of_sqlite(&table.strict),
            without_rowid: of_sqlite(&table.without_rowid),
        }
    }
}

impl<'a> ColumnView<'a> {
    fn of(column: &'a Column, dialect: Dialect) -> Self {
        Self {
            name: &column.name,
            of: known(&column.sql_type, |of| of.sql(dialect)),
            nullable: column.nullable.value().copied(),
            default: known(&column.default, |default| {
                default.as_ref().map(crate::Expression::as_str)
            }),
            identity: known(&column.identity, |identity| {
                identity.as_ref().map(|identity| identity.kind)
            }),
            generated: known(&column.generated, |generated| {
                generated.as_ref().map(|of| GeneratedView {
                    expression: of.expression.as_str(),
                    stored: of.stored,
                })
            }),
            collation: text(&column.collation),
            comment: text(&column.comment),
        }
    }
}

impl<'a> KeyView<'a> {
    fn of_primary(key: &'a PrimaryKey) -> Self {
        Self {
            name: name(&key.name),
            columns: &key.columns,
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
        }
    }

    fn of_unique(unique: &'a Unique) -> Self {
        Self {
            name: name(&unique.name),
            columns: &unique.columns,
            nulls_not_distinct: unique.nulls_not_distinct,
            deferrable: unique.deferrable,
        }
    }
}

impl<'a> ForeignKeyView<'a> {
    fn of(key: &'a ForeignKey) -> Self {
        Self {
            name: name(&key.name),
            columns: &key.columns,
            references: NameView::of(&key.table),
            referenced: &key.referenced,
            on_delete: key.on_delete,
            on_update: key.on_update,
            deferrable: key.deferrable,
        }
    }
}

impl<'a> CheckView<'a> {
    fn of(check: &'a Check) -> Self {
        Self {
            name: name(&check.name),
            expression: check.expression.as_str(),
        }
    }
}

impl<'a> IndexView<'a> {
    fn of(index: &'a Index) -> Self {
        Self {
            name: name(&index.name),
            parts: index.parts.iter().map(PartView::of).collect(),
            unique: index.unique,
            nulls_not_distinct: index.nulls_not_distinct,
            predicate: index.predicate.as_ref().map(crate::Expression::as_str),
            method: index.method.as_deref(),
            include: &index.include,
        }
    }
}

impl<'a> PartView<'a> {
    fn of(part: &'a IndexPart) -> Self {
        let (column, expression) = match &part.key {
            IndexKey::Column(name) => (Some(name.as_str()), None),
            IndexKey::Expression(expression) => (None, Some(expression.as_str())),
        };
        Self {
            column,
            expression,
            descending: part.descending,
            nulls_first: part.nulls_first,
            collation: part.collation.as_deref(),
            operator_class: part.operator_class.as_deref(),
            prefix: part.prefix,
        }
    }
}
