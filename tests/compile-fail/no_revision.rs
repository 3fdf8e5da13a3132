//! The directory has no revision.
//@ README.md: Nothing yet.
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/no_revision/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
