//! What becomes of models is one of three words.
//@ 2026-01-01_members follows base
use migrate_core::{Migrations, embed_migrations};

static WORD: Migrations = embed_migrations!("fixtures/models_argument/migrations", models = "forbid");
static NAME: Migrations = embed_migrations!(model = "deny");
static MORE: Migrations = embed_migrations!(models = "deny", "fixtures/models_argument/migrations");

fn main() {
    println!("{}", WORD.chain().len() + NAME.chain().len() + MORE.chain().len());
}
