//! `migrate adopt`: a Diesel directory as it is, and what Diesel's tools added to a linked chain.

use std::fs;

use migrate_chain::{Draft, Placed, Problem, Revision, Wishes, with_irreversible};
use serde_json::json;

use super::rebase::{agreed, write};
use crate::author::{self, Edits};
use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// Take over the revisions that Diesel's tools made
///
/// A directory without links stays as it is: its revisions are the chain in version order, and a database that Diesel brought up
/// needs nothing. Those that cannot be taken back are named in migrate.toml, and migrate.lock is written.
///
/// Revisions that `diesel migration generate` made on a chain with links are linked behind the head, or behind what is applied.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate adopt                      show what changes, then ask
  migrate adopt --yes                write it without asking")]
pub(crate) struct Args {
    /// Show what would change, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// What there is to do.
struct Findings {
    /// The revisions in the order that they are to have.
    placed: Vec<Placed>,
    /// How many have no link and need none.
    adopted: usize,
    /// What `irreversible` in migrate.toml is to hold, if it does not yet, and why each new one cannot be taken back.
    irreversible: Vec<String>,
    why: Vec<String>,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let place = context.place_to_write(ui)?;
    let draft = place.draft()?;
    draft
        .accept(|problem| {
            matches!(
                problem,
                Problem::Unlinked { .. } | Problem::AdoptedDowns { .. }
            )
        })
        .map_err(|problems| CommandError::problems(problems, &place.shown))?;
    let findings = findings(ui, context, &draft)?;
    findings.say(ui);
    let renames = findings.placed.iter().any(Placed::renamed);
    let written = !args.dry_run && (!renames || agreed(ui, args.yes)?);
    if written {
        let mut edits = Edits::default();
        let settings = (!findings.irreversible.is_empty()).then(|| place.settings_file());
        if let Some(file) = &settings {
            let before = fs::read_to_string(file).unwrap_or_default();
            edits.write(file, with_irreversible(&before, &findings.irreversible));
        }
        write(edits, context, &place, (&draft, &findings.placed))?;
        if let Some(file) = &settings {
            ui.summary(format!("wrote {}", context.shown(file)));
        }
        ui.summary(format!(
            "wrote {}/{}",
            place.shown,
            migrate_chain::Lock::FILE
        ));
    }
    ui.json(&json!({
        "adopted": findings.adopted,
        "irreversible": findings.irreversible,
        "linked": author::put(&findings.placed),
        "written": written,
    }));
    Ok(())
}

fn findings(ui: &mut Ui, context: &Context<'_>, draft: &Draft) -> Result<Findings, CommandError> {
    let wishes = match draft.mendable() {
        [] => Wishes::default(),
        // What is applied must not get another name.
        _ => Wishes {
            applied: author::applied(ui, context)?,
            ..Wishes::default()
        },
    };
    let placed = draft
        .straighten(&wishes)
        .map_err(|error| author::cannot(&error))?;
    let linked: Vec<_> = placed.iter().filter(|placed| placed.changed()).collect();
    let is_linked = |id: &str| {
        let was = |placed: &&&Placed| {
            let was = placed.was.as_deref().unwrap_or_default();
            Revision::new(was).id() == id
        };
        linked.iter().any(|placed| was(&placed))
    };
    let (mut irreversible, mut why) = (Vec::new(), Vec::new());
    for problem in draft.others() {
        if let Problem::AdoptedDowns {
            downs,
            irreversible: names,
            ..
        } = problem
        {
            let new = downs.iter().filter(|down| !is_linked(&down.id));
            why.extend(new.map(|down| format!("{}: {}", down.revision, down.why)));
            irreversible.extend(names.iter().filter(|name| !is_linked(name)).cloned());
        }
    }
    if why.is_empty() {
        irreversible.clear();
    }
    let adopted = draft.unlinked() - linked.len();
    Ok(Findings {
        placed,
        adopted,
        irreversible,
        why,
    })
}

impl Findings {
    fn say(&self, ui: &mut Ui) {
        ui.result(match self.adopted {
            0 => "every revision has its link".to_owned(),
            1 => "1 revision without a link: it is the first".to_owned(),
            count => format!("{count} revisions without a link: they are in version order"),
        });
        if !self.why.is_empty() {
            ui.result("these cannot be taken back, and are named in migrate.toml:");
            self.why
                .iter()
                .for_each(|why| ui.result(format!("  {why}")));
        }
        if self.placed.iter().any(Placed::changed) {
            ui.result("these get their link:");
            let changed = self.placed.iter().filter(|placed| placed.changed());
            changed.for_each(|placed| ui.result(format!("  {}", author::line(placed))));
        }
    }
}
