//! `migrate check`: whether chain, database and models agree.

use migrate_chain::Lock;
use migrate_core::{Backend, Backends, Chain, Error, Migrations, Status};
use migrate_schema::Models;
use serde_json::{Value, json};

use super::changes;
use super::comparing::{At, Choice, Compared, Side};
use crate::author;
use crate::context::{Context, Place, behind, only};
use crate::error::{CommandError, Kind};
use crate::models;
use crate::style::{BAD, Cell, FAINT, GOOD, ODD, PLAIN, aligned};
use crate::ui::Ui;

/// Check that chain, database and models agree
///
/// For CI and for whoever comes back to a project: the chain is valid, the database is at its head, and the models say what the
/// database has. Exit code 3 says that they do not agree; what differs is listed. Where they agree, migrate.lock keeps what the models say,
/// for the next build of the app to compare; nothing else is written, and with --locked nothing at all.
///
/// Without a database the chain is checked alone. --scratch compares the models with what the chain builds: of the URL only the
/// server counts then.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate check                      the chain, the database at the URL, the models
  migrate check --scratch            the models against what the chain builds
  migrate check --locked             and migrate.lock is up to date")]
pub(crate) struct Args {
    /// Compare the models with a temporary database that the chain builds
    #[arg(long)]
    scratch: bool,

    /// The tables to look at, instead of all
    #[arg(long, value_name = "GLOB")]
    tables: Vec<String>,
}

/// One of the parts that must agree.
struct Part {
    name: &'static str,
    state: State,
    told: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    Wrong,
    NotChecked,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Wrong => "wrong",
            Self::NotChecked => "not_checked",
        }
    }
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let place = context.place()?;
    let url = context.database()?;
    let backends = match &url {
        Some(url) => only(url.backend()?),
        None => Backends::ALL,
    };
    let project = place.clone().read(backends)?;
    if context.globals.locked {
        let file = format!("{}/{}", place.shown, Lock::FILE);
        behind(&project, &file).map_or(Ok(()), Err)?;
    }
    let migrations = Migrations::from(project);
    let chain = migrations.chain();
    let mut parts = vec![of_chain(chain)];

    let mut wrong = None;
    match &url {
        _ if args.scratch => parts.push(Part::not_checked("database", "--scratch")),
        Some(url) => {
            let mut connection = context.connect_to_look(ui, url)?;
            let status = migrations
                .status(&mut connection)
                .map_err(|error| CommandError::core(error, &place.shown))?;
            parts.push(of_database(&status, chain));
            wrong = migrations.ensure_current(&mut connection).err();
        }
        None => parts.push(Part::not_checked("database", "none is named")),
    }
    let at = match (url, args.scratch) {
        (Some(url), false) if wrong.is_none() => Some(At::Database(url)),
        (_, false) => None,
        (url, true) => Some(At::scratch(url, place.settings.backends)?),
    };
    let models = models::read_if_any(context, &place)?;
    let compared_on = at.as_ref().map(|at| at.url().backend()).transpose()?;
    let compared = match (&models, at) {
        (Some(models), Some(at)) => Some(compared(ui, context, &place, models, args, &at)?),
        _ => None,
    };
    parts.push(of_models(
        models.as_ref(),
        compared.as_ref(),
        wrong.is_some(),
    ));
    show(ui, &parts, compared.as_ref());
    finish(wrong, compared.as_ref(), args.scratch, &place)?;
    match (models, compared_on) {
        (Some(models), Some(backend)) if args.tables.is_empty() => {
            keep(ui, context, &place, &models, backend)
        }
        _ => Ok(()),
    }
}

/// Keeps what the models say in an existing lock: the head of the chain has it. A directory that cannot be written, as in a
/// container, is left as it is.
fn keep(
    ui: &mut Ui,
    context: &Context<'_>,
    place: &Place,
    models: &Models,
    backend: Backend,
) -> Result<(), CommandError> {
    let project = place.clone().read(Backends::ALL)?;
    if project.lock.is_none() || context.globals.locked {
        return Ok(());
    }
    let lock = models::kept(Lock::of(&project), models, backend, context, place)?;
    let file = format!("{}/{}", place.shown, Lock::FILE);
    match author::put_lock(&project, &lock) {
        Ok(true) => ui.detail(format!("refreshed {file}: it has the models as they are")),
        Ok(false) => {}
        Err(error) => ui.detail(format!("{file} cannot be written: {error}")),
    }
    Ok(())
}

fn compared(
    ui: &mut Ui,
    context: &Context<'_>,
    place: &Place,
    models: &Models,
    args: &Args,
    at: &At,
) -> Result<Compared, CommandError> {
    let choice = Choice {
        tables: &args.tables,
        drops: &[],
    };
    let mut side = Side::open(ui, context, place, (models, &choice), at)?;
    let hints = migrate_schema::Renames::default().and_those_of(&side.wanted);
    side.compare(&hints)
}

impl Part {
    fn new(name: &'static str, good: bool, told: impl Into<String>) -> Self {
        let state = if good { State::Good } else { State::Wrong };
        let told = told.into();
        Self { name, state, told }
    }

    fn not_checked(name: &'static str, why: &str) -> Self {
        Self {
            name,
            state: State::NotChecked,
            told: format!("not checked: {why}"),
        }
    }
}

fn of_chain(chain: &Chain) -> Part {
    let told = match chain.len() {
        1 => "one revision".to_owned(),
        count => format!("{count} revisions"),
    };
    Part::new("chain", true, told)
}

fn of_database(status: &Status, chain: &Chain) -> Part {
    let named = |id: &str| {
        let revision = chain.get(id);
        revision
            .map_or(id, |revision| revision.directory())
            .to_owned()
    };
    let current = status
        .current
        .as_deref()
        .map_or_else(|| "base".to_owned(), named);
    let mut told = format!("at {current}");
    if status.is_current() {
        told += " (head)";
    }
    for (count, what) in [
        (status.pending.len(), "pending"),
        (status.missing.len(), "missing"),
        (status.unknown.len(), "unknown here"),
        (status.changed.len(), "changed since"),
    ] {
        if count > 0 {
            told += &format!(", {count} {what}");
        }
    }
    let good = status.is_current() && status.changed.is_empty();
    Part::new("database", good, told)
}

fn of_models(models: Option<&Models>, compared: Option<&Compared>, is_behind: bool) -> Part {
    match (models, compared) {
        (None, _) => Part::not_checked("models", "there are none"),
        (Some(_), None) if is_behind => Part::not_checked("models", "the database is not at head"),
        (Some(_), None) => Part::not_checked("models", "no database is named, nor --scratch"),
        (Some(models), Some(compared)) => {
            let count = compared.difference.changes().len();
            let told = match (count, models.len()) {
                (0, 1) => "one table, as it is there".to_owned(),
                (0, tables) => format!("{tables} tables, as they are there"),
                (1, _) => "one difference".to_owned(),
                (count, _) => format!("{count} differences"),
            };
            Part::new("models", count == 0, told)
        }
    }
}

fn show(ui: &mut Ui, parts: &[Part], compared: Option<&Compared>) {
    let rows: Vec<_> = parts
        .iter()
        .map(|part| {
            let style = match part.state {
                State::Good => GOOD,
                State::Wrong => BAD,
                State::NotChecked => ODD,
            };
            let told = Cell::new(
                if part.state == State::Good {
                    PLAIN
                } else {
                    style
                },
                &part.told,
            );
            vec![Cell::new(FAINT, part.name), told]
        })
        .collect();
    aligned(&rows, 1).iter().for_each(|line| ui.summary(line));
    if let Some(compared) = compared {
        let lines = changes::lines(&compared.difference);
        lines.iter().for_each(|line| ui.result(line));
        if !compared.strays.is_empty() {
            let names: Vec<_> = compared.strays.iter().map(ToString::to_string).collect();
            ui.detail(format!("no model has {}", names.join(", ")));
        }
    }
    ui.json(&as_json(parts, compared));
}

fn as_json(parts: &[Part], compared: Option<&Compared>) -> Value {
    let part = |name: &str| {
        let part = parts.iter().find(|part| part.name == name);
        part.map(|part| json!({ "state": part.state.name(), "told": part.told }))
    };
    json!({
        "chain": part("chain"),
        "database": part("database"),
        "models": part("models"),
        "changes": compared.map_or_else(|| json!([]), |compared| changes::as_json(&compared.difference)),
        "left": compared.map_or_else(Vec::new, |compared| compared.strays.iter().map(ToString::to_string).collect()),
    })
}

/// The exit code, and what to do.
fn finish(
    wrong: Option<Error>,
    compared: Option<&Compared>,
    is_scratch: bool,
    place: &Place,
) -> Result<(), CommandError> {
    if let Some(error) = wrong {
        return Err(CommandError::core(error, &place.shown));
    }
    let count = compared.map_or(0, |compared| compared.difference.changes().len());
    if count == 0 {
        return Ok(());
    }
    let other = if is_scratch {
        "the chain builds"
    } else {
        "the database has"
    };
    Err(CommandError::failed(format!("the models are not what {other}"))
        .with_help("`migrate revision --autogenerate -m \"...\"` writes the revision that is missing; or put the models back")
        .with_kind(Kind::NotCurrent))
}
