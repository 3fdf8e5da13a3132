//! The argument is not a literal.
//@ 2026-01-01_members follows base
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!(concat!("fixtures/", "not_a_literal"));

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
