//! `migrate revision`: a new directory after the head, or after another revision.

mod autogenerate;
mod files;
mod id;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use migrate_chain::{
    Insertion, Moment, Pin, Placed, Project, Revision, Target, insert, new_directory_name,
};
use migrate_core::{Backend, Backends};
use serde_json::json;

use crate::author::{self, Edits};
use crate::context::{Context, Place};
use crate::error::CommandError;
use crate::ui::Ui;
use autogenerate::{Found, Part};
use files::Template;

/// Make a new revision after the head
///
/// Makes a directory with up.sql, down.sql and metadata.toml, and brings migrate.lock up to date. Its id comes after that of the
/// revision it follows, whatever the clock says.
///
/// With --autogenerate both scripts are written: they take a database at head to what the models say, and back. Models are the structs
/// with #[derive(Table)] and the table! blocks of the files that `models` in migrate.toml names, src/**/*.rs by itself. A table or column
/// that has a new name is asked about, and so is what rows get in a new column that takes no NULL.
///
/// With --online, on PostgreSQL, they let others read and write meanwhile: indexes are built concurrently, constraints are proved after
/// they hold for new rows. Each step that has to be a revision of its own is one.
///
/// With --after it goes behind that revision, and what followed there follows the new one; a revision that is sealed, or applied
/// in the database, is never moved. Only then a database is asked.
///
/// The files are those of a template, if [templates] in migrate.toml names one: a directory whose files are copied, with ${id},
/// ${slug}, ${message}, ${date}, ${down_revision} and ${author} filled in. The programs under [hooks] run afterwards, with the
/// files as arguments.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate revision -m \"add phone to members\"
  migrate revision -m \"add index\" --after create_members
  migrate revision -m \"drop audit\" --irreversible \"the rows are gone\"
  migrate revision -m \"add json\" --for mysql --edit
  migrate revision -m \"hash emails\" --rust
  migrate revision --autogenerate -m \"add phone to members\"
  migrate revision --autogenerate -m \"nicknames\" --rename members.nick=nickname
  migrate revision --autogenerate -m \"index of names\" --online
  migrate revision --autogenerate -m \"try\" --scratch --dry-run")]
pub(crate) struct Args {
    /// What it does, in a few words: they become its name
    #[arg(short, long, value_name = "TEXT")]
    message: String,

    /// The revision that it follows, instead of the head
    #[arg(long, value_name = "REV")]
    after: Option<String>,

    /// The id to use instead of one made from the time
    #[arg(long, value_name = "ID")]
    rev_id: Option<String>,

    /// Why it cannot be taken back: it gets no down script
    #[arg(long, value_name = "WHY")]
    irreversible: Option<String>,

    /// The databases that get scripts of their own: up.mysql.sql
    #[arg(
        long = "for",
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = PossibleValuesParser::new(Backend::ALL.map(Backend::name))
            .try_map(|name| Backend::from_name(&name).ok_or("no such backend"))
    )]
    own: Vec<Backend>,

    /// Begin with a migration.rs, for what needs code, instead of scripts
    #[arg(long, conflicts_with = "template")]
    rust: bool,

    /// The template of that name under [templates] in migrate.toml
    #[arg(long, value_name = "NAME")]
    template: Option<String>,

    /// Open the scripts in $VISUAL or $EDITOR
    #[arg(long)]
    edit: bool,

    #[command(flatten)]
    from_models: autogenerate::FromModels,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let place = context.place_to_write(ui)?;
    let project = place.clone().read_unfinished(Backends::ALL)?;
    let now = now();
    says_something(args)?;
    let Some(found) = found(ui, context, &place, &args.from_models)? else {
        return Ok(());
    };
    let parts = match &found {
        Some(found) => found.parts(args.from_models.online)?,
        None => vec![Part::default()],
    };
    let placed = placed(ui, context, &project, args, (&parts, now))?;
    let (new, moved) = placed.split_at(parts.len().min(placed.len()));
    let template = Template::of(&place, args)?;
    let texts = new.iter().zip(&parts).map(|(new, part)| {
        let message = part.message(&one_line(&args.message));
        let mut texts = template.files(new, &message, args, now)?;
        part.put(&mut texts, &message, template.is_folder());
        Ok((new, texts))
    });
    let texts: Vec<_> = texts.collect::<Result<_, CommandError>>()?;

    let mut edits = Edits::default();
    let mut paths = Vec::new();
    for (new, texts) in &texts {
        let directory = place.directory.join(&new.directory);
        edits.directory(&directory);
        for (name, text) in texts {
            edits.write(&directory.join(name), text.clone());
            paths.push(directory.join(name));
        }
    }
    edits.place(&place.directory, moved)?;
    let mut lock = project.lock.unwrap_or_default();
    if let Some(found) = &found {
        lock = found.kept(lock, context, &place, &args.from_models)?;
    }
    author::finish(edits, context, &place, &lock)?;
    tell(ui, &place, (&texts, moved), found.as_ref(), args);
    after_writing(ui, context, args, &paths)
}

/// A new revision, and the names and texts of its files.
type New<'a> = (&'a Placed, Vec<(String, String)>);

/// Says what was written.
fn tell(
    ui: &mut Ui,
    place: &Place,
    (new, moved): (&[New<'_>], &[Placed]),
    found: Option<&Found>,
    args: &Args,
) {
    let mut told = Vec::new();
    for (new, texts) in new {
        let shown =
            |(name, _): &(String, String)| format!("{}/{}/{name}", place.shown, new.directory);
        let files: Vec<_> = texts.iter().map(shown).collect();
        files.iter().for_each(|file| ui.result(file));
        told.push(json!({
            "revision": new.id(),
            "directory": new.directory,
            "down_revision": new.down_revision,
            "files": files,
        }));
    }
    if !moved.is_empty() {
        ui.note("the chain is now:");
        let new = new.iter().map(|(new, _)| *new);
        for placed in new.chain(moved) {
            ui.note(format!("  {}", author::line(placed)));
        }
    }
    let mut told = told.into_iter();
    let mut value = told.next().unwrap_or_default();
    value["relinked"] = author::put(moved);
    if args.from_models.online {
        value["following"] = told.collect();
    }
    if let Some(found) = found {
        value["compared"] = found.as_json();
    }
    ui.json(&value);
}

/// What the models say that the database does not, where that is asked for. `None`: there is nothing to write.
fn found(
    ui: &mut Ui,
    context: &Context<'_>,
    place: &Place,
    args: &autogenerate::FromModels,
) -> Result<Option<Option<Found>>, CommandError> {
    if !args.autogenerate {
        return Ok(Some(None));
    }
    let found = autogenerate::find(ui, context, place, args)?;
    if found.is_empty() {
        ui.summary("No changes in schema detected");
        ui.json(&json!({ "revision": null, "compared": found.as_json() }));
        return Ok(None);
    }
    if args.dry_run {
        found.preview(ui, args)?;
        return Ok(None);
    }
    Ok(Some(Some(found)))
}

/// The editor, the hooks, and a look at what they left.
fn after_writing(
    ui: &mut Ui,
    context: &Context<'_>,
    args: &Args,
    paths: &[PathBuf],
) -> Result<(), CommandError> {
    let place = context.place()?;
    if args.edit {
        let scripts: Vec<_> = paths
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end != "toml"))
            .cloned()
            .collect();
        author::open(ui, &scripts)?;
    }
    place.run_hooks(ui, paths)?;
    if args.edit || !place.settings.hooks.is_empty() {
        author::write_lock(&place.clone().read_unfinished(Backends::ALL)?)?;
    }
    ui.note(match args {
        Args { rust: true, .. } => "next: write what it does; the app that embeds it runs it",
        Args { edit: true, .. } => "next: `migrate upgrade`",
        args if args.from_models.online => {
            "next: look through the scripts of each revision, then `migrate upgrade`"
        }
        args if args.from_models.autogenerate => {
            "next: look through both scripts, then `migrate upgrade`"
        }
        Args {
            irreversible: Some(_),
            ..
        } => "next: write the script, then `migrate upgrade`",
        _ => "next: write both scripts, then `migrate upgrade`",
    });
    Ok(())
}

pub(super) fn now() -> Moment {
    // A clock before 1970 is no clock.
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    Moment::from_unix(seconds)
}

/// Refuses a message or a reason that says nothing.
fn says_something(args: &Args) -> Result<(), CommandError> {
    if args.message.trim().is_empty() {
        return Err(CommandError::usage("the message is empty")
            .with_help("say in a few words what the revision does"));
    }
    if args
        .irreversible
        .as_ref()
        .is_some_and(|why| why.trim().is_empty())
    {
        return Err(CommandError::usage("--irreversible: it must say why")
            .with_help("for example --irreversible \"drops the audit table\""));
    }
    Ok(())
}

/// A text in one line, so that nothing of it becomes SQL.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The new revisions in their places, then what changes with them.
fn placed(
    ui: &mut Ui,
    context: &Context<'_>,
    project: &Project,
    args: &Args,
    (parts, now): (&[Part], Moment),
) -> Result<Vec<Placed>, CommandError> {
    let chain = &project.chain;
    let after = after(project, args)?;
    let next = after.map_or(0, |index| index + 1);
    let format = project.settings.file_name;
    let of_now = new_directory_name(chain, now, &args.message, format);
    let id = match &args.rev_id {
        Some(id) => {
            let before = after.map(|index| chain.revisions()[index].id());
            id::check(id, before, chain.revisions().get(next).map(Revision::id))?;
            Some(id.as_str())
        }
        None if next == chain.len() => of_now.split('_').next(),
        None => None,
    };
    let applied = if next == chain.len() {
        std::collections::HashSet::new()
    } else {
        author::applied(ui, context)?
    };
    let pin = |revision: &Revision| {
        let tag = project
            .lock
            .as_ref()
            .and_then(|lock| lock.get(revision.id())?.tag());
        tag.map(|tag| Pin::Sealed(tag.to_owned()))
            .or_else(|| applied.contains(revision.id()).then_some(Pin::Applied))
    };
    let parts: Vec<_> = parts.iter().map(|part| part.title.as_str()).collect();
    let insertion = Insertion {
        after,
        message: &args.message,
        parts: &parts,
        id,
        format,
    };
    insert(chain, &insertion, pin).map_err(|error| author::cannot(&error))
}

/// The place of the revision that the new one follows; `None` is base.
fn after(project: &Project, args: &Args) -> Result<Option<usize>, CommandError> {
    let Some(after) = &args.after else {
        return Ok(project.chain.len().checked_sub(1));
    };
    let target: Target = after
        .parse()
        .map_err(|error| CommandError::target(&error))?;
    if matches!(target, Target::Current | Target::Steps(_)) || after.starts_with("current") {
        return Err(
            CommandError::usage(format!("--after {after}: that is no place on the chain"))
                .with_help("name a revision, head or base"),
        );
    }
    target
        .resolve(&project.chain, None)
        .map_err(|error| CommandError::target(&error))
}
