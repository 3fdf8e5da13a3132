//! `migrate check`: whether chain, database and models agree.

use migrate_chain::Lock;
use migrate_core::{AnyConnection, Backend, Backends, Chain, Error, Migrations, Status, dialect};
use migrate_schema::{Change, Models, Name, Outline, Renames};
use serde_json::{Value, json};

use super::changes;
use super::comparing::{At, Choice, Side, Wanted};
use crate::author;
use crate::connecting::Connecting;
use crate::context::{Context, Place, behind, only};
use crate::error::{CommandError, Kind};
use crate::models;
use crate::opened::Opened;
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

/// In what the models differ from a database.
struct Compared {
    changes: Vec<Change>,
    /// Tables that no model has and that may stay.
    strays: Vec<Name>,
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
    if url.is_some() {
        place.is_for(backends)?;
    }
    let connecting = url.as_ref().filter(|_| !args.scratch);
    let connecting = connecting.map(Connecting::begin);
    let mut project = place.clone().read(backends)?;
    if context.globals.locked {
        let file = format!("{}/{}", place.shown, Lock::FILE);
        behind(&project, &file).map_or(Ok(()), Err)?;
    }
    let lock = project.lock.take().filter(|_| !context.globals.locked);
    let migrations = Migrations::from(project);
    let models = models::read_if_any(context, &place)?;
    let count = models.as_ref().map(Models::len);

    let mut looked = Looked::default();
    match connecting {
        Some(connecting) => {
            let connection = context.finish_to_look(ui, connecting)?;
            looked = look(connection, &migrations, &place)?;
        }
        None if args.scratch => {
            let at = At::scratch(url.clone(), place.settings.backends)?;
            let models = models.as_ref();
            let opened = models.map(|_| at.open(ui, context, &migrations, &place.shown));
            looked.opened = opened.transpose()?;
        }
        None => {}
    }
    let (mut compared, mut unkept) = (None, None);
    if let (Some(models), Some(mut opened)) = (models, looked.opened) {
        let backend = opened.connection().backend();
        let schema = models::schema(&models, dialect(backend), context, &place)?;
        let wanted = Wanted {
            schema,
            are_blocks: models.are_blocks(),
            choice: &Choice {
                tables: &args.tables,
                ..Choice::default()
            },
        };
        // As sources they take more memory than all that they say, and so does the text of a lock.
        drop(models);
        if let Some(lock) = lock.filter(|_| args.tables.is_empty()) {
            let outlines = models::unkept(&lock, backend, &wanted.schema);
            unkept = outlines.map(|outlines| (backend, outlines));
        }
        let side = Side::read(ui, &place, &migrations, wanted, opened)?;
        compared = Some(compare(side)?);
    }
    let why = if args.scratch {
        "--scratch"
    } else {
        "none is named"
    };
    let database = looked.part;
    let parts = [
        of_chain(migrations.chain()),
        database.unwrap_or_else(|| Part::not_checked("database", why)),
        of_models(count, compared.as_ref(), looked.wrong.is_some()),
    ];
    show(ui, &parts, compared.as_ref());
    finish(looked.wrong, compared.as_ref(), args.scratch, &place)?;
    match unkept {
        Some((backend, outlines)) => keep(ui, &place, backend, outlines),
        None => Ok(()),
    }
}

/// What was seen of the database at the URL.
#[derive(Default)]
struct Looked {
    part: Option<Part>,
    /// Why it is not at head.
    wrong: Option<Error>,
    /// What models can be compared with.
    opened: Option<Opened>,
}

fn look(
    mut connection: AnyConnection,
    migrations: &Migrations,
    place: &Place,
) -> Result<Looked, CommandError> {
    let status = migrations
        .status(&mut connection)
        .map_err(|error| CommandError::core(error, &place.shown))?;
    let part = Some(of_database(&status, migrations.chain()));
    let wrong = migrations.ensure_current(&mut connection).err();
    let opened = wrong.is_none().then(|| Opened::There(Box::new(connection)));
    Ok(Looked {
        part,
        wrong,
        opened,
    })
}

/// Keeps what the models say in an existing lock: the head of the chain has it. A directory that cannot be written, as in a
/// container, is left as it is.
fn keep(
    ui: &mut Ui,
    place: &Place,
    backend: Backend,
    outlines: Vec<Outline>,
) -> Result<(), CommandError> {
    let project = place.clone().read(Backends::ALL)?;
    let lock = models::with_outlines(Lock::of(&project), backend, outlines);
    let file = format!("{}/{}", place.shown, Lock::FILE);
    match author::put_lock(&project, &lock) {
        Ok(true) => ui.detail(format!("refreshed {file}: it has the models as they are")),
        Ok(false) => {}
        Err(error) => ui.detail(format!("{file} cannot be written: {error}")),
    }
    Ok(())
}

fn compare(mut side: Side<'_>) -> Result<Compared, CommandError> {
    let hints = Renames::default().and_those_of(&side.wanted);
    if let Some(strays) = side.agreed(&hints) {
        let changes = Vec::new();
        return Ok(Compared { changes, strays });
    }
    let found = side.compare(&hints)?;
    Ok(Compared {
        changes: found.difference.changes().to_vec(),
        strays: found.strays,
    })
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

/// `count` is how many models there are.
fn of_models(count: Option<usize>, compared: Option<&Compared>, is_behind: bool) -> Part {
    match (count, compared) {
        (None, _) => Part::not_checked("models", "there are none"),
        (Some(_), None) if is_behind => Part::not_checked("models", "the database is not at head"),
        (Some(_), None) => Part::not_checked("models", "no database is named, nor --scratch"),
        (Some(tables), Some(compared)) => {
            let count = compared.changes.len();
            let told = match (count, tables) {
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
        let lines = changes::lines(&compared.changes);
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
        "changes": compared.map_or_else(|| json!([]), |compared| changes::as_json(&compared.changes)),
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
    let count = compared.map_or(0, |compared| compared.changes.len());
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
