//! A directory's name begins with the underscore that ends the id.
//@ _members follows base
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/no_id/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
