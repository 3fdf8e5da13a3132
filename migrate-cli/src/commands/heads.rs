//! `migrate heads`: the head of the chain. It asks no database.

use serde_json::json;

use super::history::details;
use super::looking::named;
use crate::context::Context;
use crate::error::CommandError;
use crate::known::Known;
use crate::style::{GOOD, PLAIN, aligned};
use crate::ui::Ui;

/// Show the head of the chain
///
/// A chain has one head, or none as long as it has no revision; a directory with two is refused, with how to mend it. No
/// database is asked.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate heads                      the head
  migrate heads -v                   with its parent and scripts")]
pub(crate) struct Args {}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, _: &Args) -> Result<(), CommandError> {
    let mut known = Known::links(ui, context)?;
    if ui.is_verbose() {
        let end = known.chain().len();
        known.read_scripts(ui, context, end.saturating_sub(1)..end)?;
    }
    let chain = known.chain();
    let head = chain.head();
    match head {
        Some(head) => {
            let cell = named(chain, head.id()).and(PLAIN, " ").and(GOOD, "(head)");
            aligned(&[vec![cell]], 0)
                .iter()
                .for_each(|line| ui.result(line));
        }
        None => ui.result("base"),
    }
    if let (true, Some(head)) = (ui.is_verbose(), head) {
        details(head).iter().for_each(|line| ui.result(line));
    }
    ui.json(&json!({
        "head": head.map(|head| json!({ "revision": head.id(), "directory": head.directory() })),
    }));
    Ok(())
}
