//! The ledger: the two tables in the user's database that record what ran. `read` turns them into values, `write` makes the
//! SQL of their rows; neither decides anything.

mod attempts;
mod guard;
mod kept;
mod layout;
mod read;
mod seeds;
mod stamp;
mod write;

pub use attempts::{Applied, Attempt};
pub(crate) use attempts::{Stored, Which, applied_at, attempts, stored_script};
#[cfg(feature = "mysql")]
pub(crate) use guard::Check;
pub(crate) use guard::Guard;
pub(crate) use kept::{FILES, Kept, kept};
pub(crate) use layout::{Dialect, statements, tables};
pub use read::Partial;
pub(crate) use read::{State, look, read};
pub(crate) use seeds::seeded;
pub(crate) use stamp::{Mark, Stamped};
pub(crate) use write::{Ledger, Moment, Who};

/// Diesel's table: the one record of what is applied.
pub(crate) const VERSIONS: &str = "__diesel_schema_migrations";
/// Ours: one row an attempt.
pub(crate) const LOG: &str = "__migrate_log";
