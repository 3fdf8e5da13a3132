//! There is no such directory.
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/missing_directory/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
