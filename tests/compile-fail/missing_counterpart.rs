//! An up script for one backend has no down script for it.
//@ 2026-01-01_members follows base
//@ 2026-01-01_members/up.mysql.sql: CREATE TABLE members (id INTEGER AUTO_INCREMENT PRIMARY KEY);
//@ without 2026-01-01_members/down.sql
//@ 2026-01-01_members/down.sqlite.sql: DROP TABLE members;
//@ 2026-01-01_members/down.postgres.sql: DROP TABLE members;
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/missing_counterpart/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
