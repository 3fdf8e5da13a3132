//! One difference, as a change that takes a database from one schema to the other.

use std::fmt;

use crate::{Check, Column, EnumType, ForeignKey, Index, Name, PrimaryKey, Table, Unique};

/// One change. Display says it in a few words: `add column members.phone`.
///
/// Renames come first, so all other changes use the names of afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A table gets another name.
    RenameTable {
        /// The name that it has.
        from: Name,
        /// The name that it gets.
        to: Name,
    },
    /// A table comes. Its indexes, and the foreign keys that must wait for other tables, are changes of their own.
    CreateTable(Box<Table>),
    /// A table goes.
    DropTable(Box<Table>),
    /// An enum type comes.
    CreateEnum(EnumType),
    /// An enum type goes.
    DropEnum(EnumType),
    /// An enum type gets more values, in place.
    ExtendEnum {
        /// What it is.
        from: EnumType,
        /// What it becomes.
        to: EnumType,
    },
    /// An enum type is made anew, and its columns are converted: values go, or change their order.
    RebuildEnum {
        /// What it is.
        from: EnumType,
        /// What it becomes.
        to: EnumType,
    },
    /// A table changes.
    Alter {
        /// Which.
        table: Name,
        /// How.
        change: Box<TableChange>,
    },
}

/// One change of a table that is there before and afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableChange {
    /// A column gets another name.
    RenameColumn {
        /// The name that it has.
        from: String,
        /// The name that it gets.
        to: String,
    },
    /// A column comes.
    AddColumn(Column),
    /// A column goes.
    DropColumn(Column),
    /// A column changes.
    AlterColumn {
        /// What it is.
        from: Box<Column>,
        /// What it becomes.
        to: Box<Column>,
    },
    /// A constraint or index comes.
    Add(Constraint),
    /// A constraint or index goes.
    Drop(Constraint),
    /// A constraint or index gets another name.
    Rename {
        /// What it is.
        from: Constraint,
        /// The name that it gets.
        to: String,
    },
    /// The comment changes.
    Comment {
        /// What it is.
        from: Option<String>,
        /// What it becomes.
        to: Option<String>,
    },
    /// SQLite's STRICT or WITHOUT ROWID changes.
    Options,
}

/// A constraint or an index of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the value of its name")]
pub enum Constraint {
    PrimaryKey(PrimaryKey),
    ForeignKey(ForeignKey),
    Unique(Unique),
    Check(Check),
    Index(Index),
}

impl Change {
    /// The table that it concerns, by its name afterwards.
    #[must_use]
    pub const fn table(&self) -> Option<&Name> {
        match self {
            Self::RenameTable { to, .. } => Some(to),
            Self::CreateTable(table) | Self::DropTable(table) => Some(&table.name),
            Self::Alter { table, .. } => Some(table),
            Self::CreateEnum(_)
            | Self::DropEnum(_)
            | Self::ExtendEnum { .. }
            | Self::RebuildEnum { .. } => None,
        }
    }

    /// What is lost when it is done, if anything is: a short sentence without a full stop.
    #[must_use]
    pub fn loses(&self) -> Option<String> {
        match self {
            Self::DropTable(table) => Some(format!("every row of {}", table.name)),
            Self::RebuildEnum { from, to } => {
                let gone: Vec<_> = from
                    .values
                    .iter()
                    .filter(|value| !to.values.contains(value))
                    .cloned()
                    .collect();
                (!gone.is_empty())
                    .then(|| format!("rows of {} with {} stop this", from.name, gone.join(", ")))
            }
            Self::Alter { table, change } => match change.as_ref() {
                TableChange::DropColumn(column) if column.generated.get().is_none() => {
                    Some(format!("what is in {table}.{}", column.name))
                }
                TableChange::AlterColumn { from, to } => {
                    let narrower = from.sql_type.value()?.narrows(to.sql_type.value()?);
                    narrower.then(|| format!("what of {table}.{} does not fit", to.name))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

impl TableChange {
    pub(crate) fn of(self, table: &Name) -> Change {
        Change::Alter {
            table: table.clone(),
            change: Box::new(self),
        }
    }
}

impl Constraint {
    /// Its name, where it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let name = match self {
            Self::PrimaryKey(key) => &key.name,
            Self::ForeignKey(key) => &key.name,
            Self::Unique(unique) => &unique.name,
            Self::Check(check) => &check.name,
            Self::Index(index) => &index.name,
        };
        name.value().map(String::as_str)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RenameTable { from, to } => write!(f, "rename table {from} to {to}"),
            Self::CreateTable(table) => write!(f, "create table {}", table.name),
            Self::DropTable(table) => write!(f, "drop table {}", table.name),
            Self::CreateEnum(of) => write!(f, "create type {}", of.name),
            Self::DropEnum(of) => write!(f, "drop type {}", of.name),
            Self::ExtendEnum { to, .. } => write!(f, "add values to type {}", to.name),
            Self::RebuildEnum { to, .. } => write!(f, "change the values of type {}", to.name),
            Self::Alter { table, change } => change.tell(f, Some(table)),
        }
    }
}

/// Without the table's name: `add column phone`.
impl fmt::Display for TableChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell(f, None)
    }
}

impl TableChange {
    /// Says it, with the name of the table where one is given.
    fn tell(&self, f: &mut fmt::Formatter<'_>, table: Option<&Name>) -> fmt::Result {
        let at = table.map(|table| format!("{table}.")).unwrap_or_default();
        let with = |word: &str| {
            table
                .map(|table| format!(" {word} {table}"))
                .unwrap_or_default()
        };
        match self {
            Self::RenameColumn { from, to } => write!(f, "rename column {at}{from} to {to}"),
            Self::AddColumn(column) => write!(f, "add column {at}{}", column.name),
            Self::DropColumn(column) => write!(f, "drop column {at}{}", column.name),
            Self::AlterColumn { from, to } => {
                let told = super::columns::told(from, to);
                write!(f, "change column {at}{}: {told}", to.name)
            }
            Self::Add(what) => write!(f, "add {what}{}", with("to")),
            Self::Drop(what) => write!(f, "drop {what}{}", with("of")),
            Self::Rename { from, to } => write!(f, "rename {from}{} to {to}", with("of")),
            Self::Comment { .. } => write!(f, "change the comment{}", with("of")),
            Self::Options => write!(f, "change the options{}", with("of")),
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::PrimaryKey(_) => "primary key",
            Self::ForeignKey(_) => "foreign key",
            Self::Unique(_) => "unique constraint",
            Self::Check(_) => "check",
            Self::Index(_) => "index",
        };
        match (self.name(), self) {
            (Some(name), _) => write!(f, "{kind} {name}"),
            (None, Self::PrimaryKey(key)) => write!(f, "{kind} ({})", key.columns.join(", ")),
            (None, Self::ForeignKey(key)) => write!(f, "{kind} ({})", key.columns.join(", ")),
            (None, Self::Unique(unique)) => write!(f, "{kind} ({})", unique.columns.join(", ")),
            (None, Self::Check(check)) => write!(f, "{kind} ({})", check.expression),
            (None, Self::Index(_)) => f.write_str(kind),
        }
    }
}
