#![doc = include_str!("../README.md")]

mod column;
mod dialect;
mod diff;
mod expression;
mod facet;
mod index;
mod keys;
#[cfg(feature = "models")]
mod models;
mod name;
mod naming;
mod outline;
mod own;
pub mod render;
mod schema;
mod sql;
mod sqlite_text;
mod table;
mod token;
mod types;
mod whole;

pub use column::{Column, Generated, Identity, IdentityKind, Sequence};
pub use dialect::Dialect;
pub use diff::{Change, Constraint, Difference, Renames, TableChange, Tightened};
pub use expression::Expression;
pub use facet::Facet;
pub use index::{Index, IndexKey, IndexPart};
pub use keys::{Action, Check, Deferrable, ForeignKey, PrimaryKey, Unique};
#[cfg(feature = "models")]
pub use models::{Model, ModelEnum, ModelError, ModelErrors, Models};
pub use name::Name;
pub use naming::Naming;
pub use outline::Outline;
pub use schema::{EnumType, Schema};
pub use sql::{Fills, SqlError, Statement, Step};
pub use sqlite_text::{SqliteObject, SqliteTextError};
pub use table::Table;
pub use types::{Type, TypeError};
pub use whole::ExpressionError;
