//! `migrate heads`: the head of the chain. It asks no database.

use migrate_core::Backends;
use serde_json::json;

use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// Show the head of the chain
///
/// A chain has one head, or none as long as it has no revision; a directory with two is refused, with how to mend it. No
/// database is asked.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate heads                      the newest revision of the chain
  migrate heads --format json        the same for a program")]
pub(crate) struct Args {}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, _: &Args) -> Result<(), CommandError> {
    let loaded = context.load_to_look(ui, Backends::ALL)?;
    let head = loaded.migrations.chain().head();
    match head {
        Some(head) => ui.result(format!("{}  {} (head)", head.id(), head.directory())),
        None => ui.result("base"),
    }
    ui.json(&json!({
        "head": head.map(|head| json!({ "revision": head.id(), "directory": head.directory() })),
    }));
    Ok(())
}
