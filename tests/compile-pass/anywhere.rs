//! The macro in a static, a const and a function, by whatever name its crate is known, and with its warning silenced.
//@ 2026-01-01_members follows base
//@ 2026-01-02_phones follows 20260101
//@ 2026-01-02_phones/up.mysql.sql: CREATE TABLE phones (id INTEGER AUTO_INCREMENT PRIMARY KEY);
//@ 2026-01-02_phones/down.mysql.sql: DROP TABLE phones;
//@ locked
//@ ../migrate.toml: [session]\nmysql = ["SET foreign_key_checks = 0"]\n
//@ ../adopted/2026-01-01_members/up.sql: BEGIN;\nCREATE TABLE members (id INTEGER);\nCOMMIT;\n
//@ ../adopted/2026-01-01_members/down.sql: DROP TABLE members;\n
#![deny(warnings, missing_docs, clippy::all)]

extern crate migrate_core as db;

pub mod inner {
    //! The names that the expansion uses are taken here.

    /// In a static, by its whole name.
    pub static MIGRATIONS: db::Migrations = db::embed_migrations!("fixtures/anywhere/migrations",);
    /// In a const.
    pub const CONSTANT: db::Migrations = db::embed_migrations!("fixtures/anywhere/../anywhere/migrations");
    /// A chain of which something may be said.
    #[allow(deprecated)]
    pub static ADOPTED: db::Migrations = db::embed_migrations!("fixtures/anywhere/adopted");
}

/// A module of the name that the project's own words have.
#[allow(unused_macros)]
mod migrate {
    macro_rules! text {
        () => {};
    }
    macro_rules! bytes {
        () => {};
    }
    pub(crate) use {bytes, text};
}
#[allow(unused_imports)]
use migrate::{bytes, text};

fn generic<T: Default>() -> (T, usize) {
    use db::embed_migrations;
    let migrations = embed_migrations!(r"fixtures/anywhere/migrations");
    (T::default(), migrations.chain().len())
}

fn main() {
    assert_eq!(generic::<u8>(), (0, 2));
    assert_eq!(inner::ADOPTED.chain().len(), 1);
    assert_eq!(inner::MIGRATIONS.chain(), inner::CONSTANT.chain());
    let phones = inner::MIGRATIONS.chain().get("20260102").expect("the second revision");
    assert_eq!(phones.parent(), Some("20260101"));
    let up = |backend| phones.up(backend).expect("a script").file().to_owned();
    assert_eq!(up(db::Backend::Mysql), "2026-01-02_phones/up.mysql.sql");
    assert_eq!(up(db::Backend::Sqlite), "2026-01-02_phones/up.sql");
    let read = db::Migrations::from_directory("fixtures/anywhere/migrations").expect("the same directory");
    assert_eq!(read.chain(), inner::CONSTANT.chain());
}
