//! The models have moved on since the head of the chain was made: a warning; here warnings are denied.
//@ 2026-01-01_members follows base
//@ migrate.lock: version = 1\n\n[[model]]\nname = "members"\nbackend = "sqlite"\n"column id" = "INTEGER not null"\n"column nick" = "TEXT not null"\n"primary key (id)" = ""\n\n[[model]]\nname = "members"\nbackend = "postgres"\n"column id" = "INTEGER not null"\n"column nick" = "TEXT not null"\n"primary key (id)" = ""\n
//@ ../migrate.toml: models = ["models/*.rs"]\n
//@ ../models/member.rs: #[derive(Table)]\nstruct Member { id: i32, nick: Option<String>, phone: Option<String> }\n#[derive(Table)]\nstruct Tag { id: i32 }\n
use migrate_core::{Migrations, embed_migrations};

#[deny(deprecated)]
static MIGRATIONS: Migrations = embed_migrations!("fixtures/models_warned_of/migrations");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
