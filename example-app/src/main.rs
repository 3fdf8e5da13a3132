//! A small membership service: organisations, their members, and tags on these. It shows the whole of migrate-core in an app:
//! the chain is checked while the app compiles, applied by one command, and checked, never applied, by the server.

mod command_line;
mod database;
mod error;
mod membership;
mod models;
mod server;
mod upgrade;

use std::process::ExitCode;

use migrate_core::{Migrations, embed_migrations};

/// The chain in ../migrations. A mistake in it is a compile error here, and so is a model that has no revision yet.
pub static MIGRATIONS: Migrations = embed_migrations!(models = "deny");

fn main() -> ExitCode {
    command_line::run()
}
