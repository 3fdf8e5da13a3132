//! What the tests stand on: databases of their own on real servers, chains written in a few lines or taken from real projects,
//! the real `migrate` binary in real processes, and a proxy that counts or cuts what goes over a wire.
//!
//! Nothing here is tested for itself, and nothing here knows how a migration is run.

#![forbid(unsafe_code)]

mod app;
mod binaries;
mod chains;
mod client;
mod database;
mod dump;
mod facts;
mod generator;
mod onlookers;
mod process;
mod project;
mod proxy;
mod rows;
mod servers;
mod shape;
mod shared;
mod there_and_back;

pub use app::App;
pub use binaries::binary;
pub use chains::{RealChain, plain_run, real_chains};
pub use client::Client;
pub use database::Database;
pub use dump::dump;
pub use facts::facts;
pub use generator::{Generator, Random};
pub use process::{Outcome, Running, at_once, migrate, signal, until};
pub use project::Project;
pub use proxy::{Cut, Proxy};
pub use rows::{Kept, insert, kept};
pub use servers::{say, server};
pub use shape::{beside, shape};
pub use shared::{shared, shared_json};
pub use there_and_back::{Pair, create, is_read, run, there_and_back};

/// Runs a test on a database of its own. Without a server it says so by name, or fails where servers are demanded.
pub fn on(backend: migrate_core::Backend, test: impl FnOnce(&Database)) {
    if let Some(database) = Database::create(backend) {
        test(&database);
    }
}

/// Makes three tests, one a backend, of each function that takes a [`Database`].
///
/// ```
/// fn a_claim(database: &migrate_tests::Database) {
///     assert!(!database.url().is_empty());
/// }
/// migrate_tests::on_each_backend!(a_claim);
/// ```
#[macro_export]
macro_rules! on_each_backend {
    ($($claim:ident),+ $(,)?) => {$(
        mod $claim {
            #[test]
            fn sqlite() {
                $crate::on(migrate_core::Backend::Sqlite, super::$claim);
            }

            #[test]
            fn postgres() {
                $crate::on(migrate_core::Backend::Postgres, super::$claim);
            }

            #[test]
            fn mysql() {
                $crate::on(migrate_core::Backend::Mysql, super::$claim);
            }
        }
    )+};
}
