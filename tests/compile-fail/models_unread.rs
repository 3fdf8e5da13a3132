//! A glob that matches nothing is said, and is no reason to take every table for gone.
//@ 2026-01-01_members follows base
//@ migrate.lock: version = 1\n\n[[model]]\nname = "members"\nbackend = "sqlite"\n"column id" = "INTEGER not null"\n"column nick" = "TEXT not null"\n"primary key (id)" = ""\n\n[[model]]\nname = "members"\nbackend = "postgres"\n"column id" = "INTEGER not null"\n"column nick" = "TEXT not null"\n"primary key (id)" = ""\n
//@ ../migrate.toml: models = ["modles/*.rs"]\n
use migrate_core::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("fixtures/models_unread/migrations", models = "deny");

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
