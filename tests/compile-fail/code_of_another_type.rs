//! The function of a migration.rs takes no connection.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/migration.rs: pub fn up(_: &mut String) -> Result<(), std::fmt::Error> {\n    Ok(())\n}\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/code_of_another_type/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
