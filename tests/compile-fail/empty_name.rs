//! The directory's name is empty.
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
