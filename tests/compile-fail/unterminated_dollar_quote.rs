//! A dollar quote never ends.
//@ 2026-01-01_members follows base
//@ ../migrate.toml: backends = ["postgres"]\n
//@ 2026-01-01_members/up.sql: CREATE FUNCTION f() RETURNS int AS $body$ SELECT 1; $BODY$ LANGUAGE sql;\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/unterminated_dollar_quote/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
