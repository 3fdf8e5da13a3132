//! What a `migrations/` directory says, whether it is one chain, which revision a target names, and how its scripts
//! split into statements.
//!
//! This crate decides everything that can be decided without a database. It knows no Diesel, no server and no
//! terminal; `migrate-macros` calls it while an app compiles and `migrate-core` while it runs.

mod backend;
mod chain;
mod checksum;
mod directory;
mod lock;
mod metadata;
mod plan;
mod problem;
mod revision;
mod script;
mod settings;
mod target;

pub use backend::{Backend, Backends};
pub use chain::Chain;
pub use checksum::Checksum;
pub use plan::{Direction, Plan, PlanError, Step};
pub use revision::{Revision, Transactions};
pub use script::{Position, Script, ScriptError, Statement, split};
pub use target::{Target, TargetError};
