//! Models: what Rust sources say of tables.

mod attributes;
mod conditions;
mod constraints;
mod derive;
mod enums;
mod error;
mod expand;
mod field;
mod files;
mod holds;
mod lengths;
mod model;
mod references;
mod resolve;
mod rust_types;
mod source;
mod table_macro;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wrong_tests;

pub use enums::ModelEnum;
pub use error::{ModelError, ModelErrors};
pub use files::Models;
pub use model::Model;
pub(crate) use rust_types::implied_type;
