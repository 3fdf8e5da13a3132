#![doc = include_str!("../README.md")]

mod column;
mod dialect;
mod expression;
mod facet;
mod index;
mod keys;
mod name;
mod schema;
mod table;
mod token;
mod types;

pub use column::{Column, Generated, Identity, IdentityKind, Sequence};
pub use dialect::Dialect;
pub use expression::Expression;
pub use facet::Facet;
pub use index::{Index, IndexKey, IndexPart};
pub use keys::{Action, Check, Deferrable, ForeignKey, PrimaryKey, Unique};
pub use name::Name;
pub use schema::{EnumType, Schema};
pub use table::Table;
pub use types::{Type, TypeError};
