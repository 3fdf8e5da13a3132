//! `migrate rebase`: one line again, after git merged two branches that each added revisions.

use migrate_chain::{Draft, Placed, Problem, Wishes};
use serde_json::json;

use crate::author::{self, Edits};
use crate::context::{Context, Place};
use crate::error::CommandError;
use crate::git;
use crate::ui::Ui;

/// Put the branches of a fork one behind the other, after a merge
///
/// One side stays as it is; the first revision of the other follows the last of that one. A revision whose id is not later than
/// that of what it follows gets a fresh id: its directory is renamed. Marks of a conflict in migrate.lock are resolved, and it is
/// written anew. The order is shown before anything is written.
///
/// What is applied in the database, or sealed by a release tag, stays. Of the rest, the side stays that --onto names, or that is
/// on the trunk already (the remote's branch, main or master), or whose id is earlier.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate rebase                     show the new order, then ask
  migrate rebase --move add_tags     that side goes behind the other
  migrate rebase --yes               write it without asking")]
pub(crate) struct Args {
    /// A revision of the side that stays
    #[arg(long, value_name = "REV")]
    onto: Option<String>,

    /// A revision of the side that goes behind the others
    #[arg(long = "move", value_name = "REV", conflicts_with = "onto")]
    moved: Option<String>,

    /// Show the new order, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let place = context.place_to_write(ui)?;
    let draft = place.draft()?;
    draft
        .check()
        .map_err(|problems| CommandError::problems(problems, &place.shown))?;
    if draft.mendable().is_empty() {
        ui.summary("nothing to rebase: the chain is one line");
        ui.json(&json!({ "order": [], "written": false }));
        return Ok(());
    }
    let wishes = wishes(ui, context, &place, &draft, args)?;
    let placed = draft
        .straighten(&wishes)
        .map_err(|error| author::cannot(&error))?;
    if placed.iter().any(Placed::changed) {
        author::show(ui, &placed);
    } else {
        ui.result("the chain is one line already; only migrate.lock is written anew");
    }
    let written = !args.dry_run && agreed(ui, args.yes)?;
    if written {
        write(Edits::default(), context, &place, (&draft, &placed))?;
        ui.summary("the chain is one line again");
    }
    ui.json(&json!({ "order": author::put(&placed), "written": written }));
    if written {
        ui.note(format!(
            "next: look at it with `git diff`, then `git add -A {}`",
            place.shown
        ));
    }
    Ok(())
}

/// Whether what was shown may be written.
pub(crate) fn agreed(ui: &mut Ui, yes: bool) -> Result<bool, CommandError> {
    if yes {
        return Ok(true);
    }
    if !ui.is_interactive() {
        return Err(
            CommandError::usage("nobody can be asked: nothing was changed")
                .with_help("--yes writes it, --dry-run only shows it"),
        );
    }
    if ui.ask("Write this order?") {
        return Ok(true);
    }
    Err(CommandError::failed("not confirmed: nothing was changed")
        .with_help("--move REV moves another side, --yes goes without asking"))
}

/// Who stays and who moves, and why.
fn wishes(
    ui: &mut Ui,
    context: &Context<'_>,
    place: &Place,
    draft: &Draft,
    args: &Args,
) -> Result<Wishes, CommandError> {
    let named = |name: &Option<String>| {
        let found = name.as_deref().map(|name| draft.find(name)).transpose();
        found
            .map(|found| found.map(str::to_owned))
            .map_err(|error| CommandError::target(&error))
    };
    let trunk = git::trunk(&place.directory);
    let sides = sides(draft);
    if let Some(trunk) = &trunk
        && args.onto.is_none()
        && args.moved.is_none()
    {
        let there: Vec<_> = sides
            .iter()
            .filter(|side| trunk.directories.contains(**side))
            .copied()
            .collect();
        if !there.is_empty() && there.len() < sides.len() {
            ui.note(format!(
                "on {} already, so in front: {}",
                trunk.name,
                there.join(", ")
            ));
        }
    }
    Ok(Wishes {
        applied: author::applied(ui, context)?,
        front: trunk.map(|trunk| trunk.directories).unwrap_or_default(),
        onto: named(&args.onto)?,
        moved: named(&args.moved)?,
    })
}

/// The first revisions of the branches.
fn sides(draft: &Draft) -> Vec<&str> {
    fn of(problem: &Problem) -> &[String] {
        match problem {
            Problem::Fork { children, .. } => children,
            Problem::SeveralBases { bases, .. } => bases,
            _ => &[],
        }
    }
    let all = draft.mendable().iter().flat_map(of);
    all.map(String::as_str).collect()
}

/// Carries out what was shown.
pub(crate) fn write(
    mut edits: Edits,
    context: &Context<'_>,
    place: &Place,
    (draft, placed): (&Draft, &[Placed]),
) -> Result<(), CommandError> {
    edits.place(&place.directory, placed)?;
    author::finish(edits, context, place, draft.lock())
}
