//! A schema in other forms: for Rust, for people, for other programs. Each takes what is known, and a dialect whose words it uses.

mod diagram;
mod dot;
mod joins;
#[cfg(feature = "serde")]
mod json;
mod layout;
mod mermaid;
#[cfg(feature = "models")]
mod model_constraints;
#[cfg(feature = "models")]
mod model_struct;
#[cfg(feature = "models")]
mod models;
mod names;
mod print_schema;
#[cfg(feature = "models")]
mod rust_type;
mod sql;
mod svg;
mod table_block;
#[cfg(test)]
mod tests;

#[cfg(feature = "serde")]
pub use json::SchemaView;
pub(crate) use names::camel;
pub use print_schema::{Docs, PrintSchema, SameQuery};
