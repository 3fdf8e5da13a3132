//! A quoted string never ends.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/up.sql: CREATE TABLE members (id INTEGER);\nINSERT INTO members VALUES ('a);\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/unterminated_quote/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
