//! Derived tables and enums under every lint, by whatever name migrate-core is known, wherever the parts stand; and models that
//! have moved on, which nobody is to look at.
//@ 2026-01-01_members follows base
//@ migrate.lock: version = 1\n\n[[model]]\nname = "members"\nbackend = "sqlite"\n"column id" = "INTEGER not null"\n
//@ ../migrate.toml: models = ["gone/*.rs"]\n
#![deny(warnings, missing_docs, unreachable_pub, clippy::all)]

extern crate migrate_core as db;

/// A chain whose lock says more than the models do.
pub static MIGRATIONS: db::Migrations = db::embed_migrations!("fixtures/models/migrations", models = "ignore");

pub mod kinds {
    //! Enums.

    /// By the name of one of Diesel's types.
    #[derive(db::EnumType, Clone, Copy, Debug, PartialEq)]
    #[table(crate = db, name = "interval of time", schema = "public")]
    pub enum Interval {
        /// Twelve a year.
        Monthly,
        /// One a year.
        #[table(rename = "each year")]
        Yearly,
    }
}

pub mod tables {
    //! Tables.

    use crate::kinds::{self, Interval};

    /// A plan.
    #[derive(db::Table, diesel::Queryable, diesel::Selectable, diesel::Insertable)]
    #[diesel(table_name = plans)]
    #[table(crate = db)]
    pub struct Plan<'a> {
        /// Its number.
        pub id: i32,
        /// How often.
        pub every: Interval,
        /// How often at first.
        pub first: Option<kinds::Interval>,
        /// Nothing of ours.
        pub then: Option<super::kinds::Interval>,
        /// By its whole path.
        pub last: crate::kinds::Interval,
        /// A word of Rust's own.
        pub r#type: std::borrow::Cow<'a, str>,
    }
}

fn main() {
    use db::EnumType as _;
    assert_eq!(kinds::Interval::LABELS, ["monthly", "each year"]);
    assert_eq!(MIGRATIONS.chain().len(), 1);
    let all = diesel::QueryDsl::select(tables::plans::table, tables::plans::all_columns);
    let query = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&all).to_string();
    assert!(query.contains("`plans`.`type`"), "{query}");
}
