//! The constraints of a table: primary and foreign keys, uniques and checks.

use crate::{Expression, Facet, Name};

fn owned(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

/// The columns that a row is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PrimaryKey {
    /// Its name.
    pub name: Facet<String>,
    /// Its columns, in order.
    pub columns: Vec<String>,
}

/// Columns that no two rows may have alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Unique {
    /// Its name.
    pub name: Facet<String>,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// Whether NULLs count as alike (PostgreSQL).
    pub nulls_not_distinct: bool,
    /// When it is looked at (PostgreSQL).
    pub deferrable: Deferrable,
}

/// Columns that name a row of another table.
///
/// ```
/// use migrate_schema::{Action, ForeignKey};
/// let key = ForeignKey::on(["org_id"], "orgs", ["id"]).on_delete(Action::Cascade);
/// assert_eq!(key.columns, ["org_id"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ForeignKey {
    /// Its name.
    pub name: Facet<String>,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// The other table.
    pub table: Name,
    /// The columns there, in the same order.
    pub referenced: Vec<String>,
    /// What happens when the row there goes.
    pub on_delete: Action,
    /// What happens when the row there gets another key.
    pub on_update: Action,
    /// When it is looked at.
    pub deferrable: Deferrable,
}

/// A condition that every row fulfils.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Check {
    /// Its name.
    pub name: Facet<String>,
    /// The condition.
    pub expression: Expression,
    /// The column whose definition has it, where it is a part of that: on MariaDB such a check has no name, and goes when the column
    /// is defined anew without it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub column: Option<String>,
}

/// What a foreign key does when the row it names goes or changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Action {
    /// Refuse at the end of the statement, or of the transaction.
    #[default]
    NoAction,
    /// Refuse at once.
    Restrict,
    /// Do the same to this row.
    Cascade,
    /// Set the columns to NULL.
    SetNull,
    /// Set the columns to their defaults.
    SetDefault,
}

/// When a constraint is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Deferrable {
    /// At once, always.
    #[default]
    No,
    /// At once, unless the transaction says otherwise.
    Immediate,
    /// At the end of the transaction.
    Deferred,
}

impl PrimaryKey {
    /// A primary key of these columns.
    #[must_use]
    pub fn on(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            columns: owned(columns),
            ..Self::default()
        }
    }
}

impl Unique {
    /// A unique constraint on these columns.
    #[must_use]
    pub fn on(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            columns: owned(columns),
            ..Self::default()
        }
    }

    /// The same under a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Facet::Known(name.into());
        self
    }
}

impl ForeignKey {
    /// A foreign key of these columns to those of another table.
    #[must_use]
    pub fn on(
        columns: impl IntoIterator<Item = impl Into<String>>,
        table: impl Into<Name>,
        referenced: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            name: Facet::Unknown,
            columns: owned(columns),
            table: table.into(),
            referenced: owned(referenced),
            on_delete: Action::default(),
            on_update: Action::default(),
            deferrable: Deferrable::default(),
        }
    }

    /// The same under a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Facet::Known(name.into());
        self
    }

    /// The same with what happens when the row there goes.
    #[must_use]
    pub const fn on_delete(mut self, action: Action) -> Self {
        self.on_delete = action;
        self
    }
}

impl Check {
    /// A check without a name.
    #[must_use]
    pub fn that(expression: impl Into<Expression>) -> Self {
        Self {
            name: Facet::Unknown,
            expression: expression.into(),
            column: None,
        }
    }

    /// The same under a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Facet::Known(name.into());
        self
    }

    /// The same as a part of a column's definition.
    #[must_use]
    pub fn within(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::NoAction,
        Self::Restrict,
        Self::Cascade,
        Self::SetNull,
        Self::SetDefault,
    ];

    /// The words of SQL.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }

    /// The action of those words, whatever their case.
    #[must_use]
    pub fn from_sql(words: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|action| action.sql().eq_ignore_ascii_case(words))
    }
}

impl Deferrable {
    /// The words of SQL, with a space before them; nothing for a constraint that cannot be deferred.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::No => "",
            Self::Immediate => " DEFERRABLE",
            Self::Deferred => " DEFERRABLE INITIALLY DEFERRED",
        }
    }
}
