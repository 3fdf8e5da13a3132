#![doc = include_str!("../README.md")]
// The one error is all that a build for no database is to say.
#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
    allow(unused)
)]

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!(
    "migrate-core is for no database: turn on its feature `sqlite`, `postgres` or `mysql`, which is what `default-features = false` \
     leaves to you"
);

mod backend;
mod canceller;
mod code;
mod connection;
mod database;
mod diesel_source;
mod embed;
mod error;
mod failure;
#[cfg(feature = "schema")]
mod inspect;
mod ledger;
mod migrations;
#[cfg(feature = "models")]
mod models;
mod observer;
mod offline;
mod report;
mod runner;
#[cfg(feature = "schema")]
mod scratch;
mod seeding;
mod stale;
mod stand;

pub use canceller::{Cancelled, Canceller};
pub use code::CodeError;
pub use connection::{AnyConnection, AsConnection, ConnectError, Database, without_password};
pub use database::{DatabaseError, NamedDatabase, Sessions};
pub use error::{Error, OfflineError};
pub use failure::{ErrorKind, Failure, Left, ServerError};
#[cfg(feature = "schema")]
pub use inspect::{InspectError, Inspector, dialect};
pub use ledger::{Applied, Attempt, Partial};
pub use migrate_chain::{
    Backend, Backends, Chain, Direction, Environment, Loss, Plan, PlanError, Position, Problem,
    Problems, Revision, Script, Seed, Settings, Target, TargetError,
};
#[cfg(feature = "models")]
pub use migrate_macros::EnumType;
/// Makes a struct the model of a table: Diesel's `table!` and joins come from it, and `migrate revision --autogenerate` compares
/// it with the database.
///
/// Its attributes are `#[table(...)]`, on the struct and on its fields; of Diesel's own it reads `table_name`, `primary_key` and
/// `column_name`. [Models](crate#models) has an example, and migrate-schema's documentation all attributes and types. A struct
/// without `id`, a column that is not there, a type that no database is known to have: each is an error at its token.
#[cfg(feature = "models")]
pub use migrate_macros::Table;
pub use migrations::Migrations;
#[cfg(feature = "models")]
pub use models::{EnumType, UnknownLabel};
#[cfg(feature = "tracing")]
pub use observer::TracingObserver;
pub use observer::{Event, Observer};
pub use offline::{Offline, OfflineScript};
pub use report::{Report, StampChange, StampReport, StampStep, Status, StepReport};
pub use runner::{InDoubt, Runner, TransactionMode};
#[cfg(feature = "schema")]
pub use scratch::Scratch;
pub use seeding::{SeedOptions, SeedOutcome, SeedReport};

#[doc(hidden)]
pub use embed::__private;
