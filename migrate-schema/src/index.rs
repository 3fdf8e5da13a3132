//! An index: what it holds, in which order, and of which rows.

use crate::{Expression, Facet};

/// An index of a table.
///
/// ```
/// use migrate_schema::{Index, IndexPart};
/// let mut index = Index::on([IndexPart::column("org_id"), IndexPart::expression("lower(email)")]);
/// index.predicate = Some("deleted_at IS NULL".into());
/// assert_eq!(index.parts.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Index {
    /// Its name.
    pub name: Facet<String>,
    /// What it holds, in order.
    pub parts: Vec<IndexPart>,
    /// Whether no two rows may be alike in it.
    pub unique: bool,
    /// Whether NULLs count as alike (PostgreSQL).
    pub nulls_not_distinct: bool,
    /// Which rows it holds, where not all.
    pub predicate: Option<Expression>,
    /// Its method in lower case, where it is not the default `btree`: `gin`, `gist`, `hash`, `fulltext`, `spatial`.
    pub method: Option<String>,
    /// The columns that it carries along (PostgreSQL).
    pub include: Vec<String>,
}

/// One thing that an index holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct IndexPart {
    /// A column, or an expression.
    pub key: IndexKey,
    /// Whether it descends.
    pub descending: bool,
    /// Whether NULLs come first, where that is not what the server does by default (PostgreSQL).
    pub nulls_first: Option<bool>,
    /// Its collation, where it is not the column's.
    pub collation: Option<String>,
    /// Its operator class, where it is not the default one (PostgreSQL).
    pub operator_class: Option<String>,
    /// How many characters of the column it holds, where not all (MySQL).
    pub prefix: Option<u32>,
}

/// What an index's part is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum IndexKey {
    /// A column's name.
    Column(String),
    /// An expression.
    Expression(Expression),
}

impl Index {
    /// An index without a name.
    #[must_use]
    pub fn on(parts: impl IntoIterator<Item = IndexPart>) -> Self {
        Self {
            parts: parts.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The same under a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Facet::Known(name.into());
        self
    }

    /// The same, unique.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// The columns among its parts.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        self.parts.iter().filter_map(|part| match &part.key {
            IndexKey::Column(name) => Some(name),
            IndexKey::Expression(_) => None,
        })
    }
}

impl IndexPart {
    /// A column, ascending.
    #[must_use]
    pub fn column(name: impl Into<String>) -> Self {
        Self::of(IndexKey::Column(name.into()))
    }

    /// An expression, ascending.
    #[must_use]
    pub fn expression(expression: impl Into<Expression>) -> Self {
        Self::of(IndexKey::Expression(expression.into()))
    }

    const fn of(key: IndexKey) -> Self {
        Self {
            key,
            descending: false,
            nulls_first: None,
            collation: None,
            operator_class: None,
            prefix: None,
        }
    }
}
