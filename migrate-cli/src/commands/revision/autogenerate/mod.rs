//! `migrate revision --autogenerate`: the scripts that take a database to what the models say, and back.

mod asking;
mod hints;
mod part;
mod steps;

use migrate_chain::Lock;
use migrate_core::{Backend, Backends, Migrations, dialect};
use migrate_schema::{Column, Difference, Models, Name, Renames, Schema};
use serde_json::{Value, json};

use crate::commands::changes;
use crate::commands::comparing::{At, Choice, Compared, Side, Wanted};
use crate::context::{Context, Place, only};
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::models;
use crate::origin::Origin;
use crate::ui::Ui;
use hints::Fill;
pub(super) use part::Part;

#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "From the models")]
pub(super) struct FromModels {
    /// Compare the models with the database, and write both scripts
    #[arg(long, conflicts_with_all = ["after", "own", "rust"])]
    pub(super) autogenerate: bool,

    /// On PostgreSQL, let others read and write meanwhile: a revision for each step that has to be one
    #[arg(long, requires = "autogenerate")]
    pub(super) online: bool,

    /// Compare with a temporary database that the chain builds, instead of the one at the URL
    #[arg(long, requires = "autogenerate")]
    scratch: bool,

    /// Show the scripts, and write nothing
    #[arg(long, requires = "autogenerate")]
    pub(super) dry_run: bool,

    /// A table or column that has a new name: people=members, members.nick=nickname
    #[arg(long = "rename", value_name = "OLD=NEW", requires = "autogenerate")]
    renames: Vec<String>,

    /// What rows that are there get in a column that takes no NULL: "members.phone=''"
    #[arg(long = "fill", value_name = "COLUMN=SQL", requires = "autogenerate")]
    fills: Vec<String>,

    /// The tables to look at, instead of all
    #[arg(long, value_name = "GLOB", requires = "autogenerate")]
    tables: Vec<String>,

    /// Tables to drop that no model has and that would stay
    #[arg(long = "drop", value_name = "GLOB", requires = "autogenerate")]
    drops: Vec<String>,

    /// A server for the scripts of another database that migrate.toml names; only a temporary database is used there
    #[arg(long, value_name = "URL", requires = "autogenerate")]
    also: Vec<String>,
}

/// What was found.
pub(super) struct Found {
    sides: Vec<(Backend, Compared)>,
    fills: Vec<Fill>,
    models: Models,
    /// Renames that may be meant.
    likely: Renames,
}

/// Compares, asks what cannot be guessed, and shows what was found.
pub(super) fn find(
    ui: &mut Ui,
    context: &Context<'_>,
    place: &Place,
    args: &FromModels,
) -> Result<Found, CommandError> {
    let models = models::read(context, place)?;
    let choice = Choice {
        tables: &args.tables,
        drops: &args.drops,
        renames: &args.renames,
    };
    let mut fills: Vec<_> = args
        .fills
        .iter()
        .map(|text| Fill::parse(text))
        .collect::<Result<_, _>>()?;
    let given = fills.clone();
    let mut known = None;
    let mut sides = Vec::new();
    let places = places(ui, context, place, args)?;
    if args.online {
        has_online_form(&places)?;
    }
    for at in places {
        let backend = at.url().backend()?;
        place.is_for(only(backend))?;
        let project = place.clone().read_unfinished(only(backend))?;
        let migrations = Migrations::from(project);
        let wanted = Wanted {
            schema: models::schema(&models, dialect(backend), context, place)?,
            are_blocks: models.are_blocks(),
            choice: &choice,
        };
        let opened = at.open(ui, context, &migrations, &place.shown)?;
        let mut side = Side::read(ui, place, &migrations, wanted, opened)?;
        let (renames, _) = match &known {
            Some(known) => known,
            None => {
                let said = hints::renames(&args.renames, &side)?.and_those_of(&side.wanted);
                known.insert(asking::renames(ui, &side, said))
            }
        };
        let compared = asking::fills(ui, &mut side, renames, &mut fills)?;
        sides.push((side.backend, compared));
    }
    let found = Found {
        sides,
        fills,
        models,
        likely: known.map(|(_, likely)| likely).unwrap_or_default(),
    };
    given.iter().try_for_each(|fill| found.needs(fill))?;
    found.show(ui);
    if args.online {
        steps::tell_rewrites(ui, &found)?;
    }
    Ok(found)
}

/// The databases to compare with: that of the URL first, then one for each other backend that the project names.
fn places(
    ui: &mut Ui,
    context: &Context<'_>,
    place: &Place,
    args: &FromModels,
) -> Result<Vec<At>, CommandError> {
    let backends = place.settings.backends;
    let mut places = vec![match context.database()? {
        Some(url) if !args.scratch => {
            ui.detail(format!("database: {url} ({})", url.origin));
            At::Database(url)
        }
        None if !args.scratch => {
            return Err(CommandError::usage("no database is named").with_help(
                "set DATABASE_URL to one at head, or let --scratch compare with what the chain builds",
            ));
        }
        url => At::scratch(url, backends)?,
    }];
    for url in &args.also {
        places.push(At::Scratch(DatabaseUrl::new(url, Origin::of("--also"))));
    }
    let mut covered = Vec::new();
    for at in &places {
        let backend = at.url().backend()?;
        if covered.contains(&backend) {
            return Err(
                CommandError::usage(format!("--also: {backend} is compared already"))
                    .with_help("it names a server of another kind than DATABASE_URL"),
            );
        }
        covered.push(backend);
    }
    for backend in backends.into_iter().flat_map(Backends::iter) {
        match backend {
            _ if covered.contains(&backend) => {}
            Backend::Sqlite => places.push(At::memory()),
            _ => return Err(no_server(backend)),
        }
    }
    Ok(places)
}

/// Refuses --online where none of the databases has such a form.
fn has_online_form(places: &[At]) -> Result<(), CommandError> {
    let backends = places.iter().map(|at| at.url().backend());
    let backends = backends.collect::<Result<Vec<_>, _>>()?;
    if backends.contains(&Backend::Postgres) {
        return Ok(());
    }
    let names: Vec<_> = backends.iter().map(|backend| backend.name()).collect();
    let help = match backends[..] {
        [Backend::Sqlite] => {
            "leave it out: whatever changes a SQLite file has it for itself meanwhile, and is quick"
        }
        _ => "leave it out: ALTER TABLE of MySQL lets others read and write by itself where it can",
    };
    Err(CommandError::usage(format!(
        "--online: {} has no such form, only postgres has",
        names.join(" and ")
    ))
    .with_help(help))
}

fn no_server(backend: Backend) -> CommandError {
    CommandError::usage(format!(
        "migrate.toml names {backend} too, whose scripts are made from a comparison of their own"
    ))
    .with_help(format!(
        "name a server: --also {backend}://user@host/, on which the chain builds a temporary database"
    ))
}

impl Found {
    pub(super) fn is_empty(&self) -> bool {
        self.differences().all(Difference::is_empty)
    }

    fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.sides.iter().map(|(_, compared)| &compared.difference)
    }

    /// Refuses a value for a column that needs none.
    fn needs(&self, fill: &Fill) -> Result<(), CommandError> {
        let known = self.differences().any(|difference| {
            let column = |schema: &Schema| {
                let table = schema.table(&fill.table)?;
                table.column(&fill.column).cloned()
            };
            let is_new = column(difference.renamed()).is_none()
                && difference.renamed().table(&fill.table).is_some();
            // One that takes NULL because this says so needed a value.
            let empty = |column: Column| {
                fill.value.is_none() || !column.takes_null() && !column.fills_itself()
            };
            is_new && column(difference.after()).is_some_and(empty)
                || difference
                    .tightened()
                    .any(|of| fill.is_for(of.table, of.column))
        });
        // A column that goes on taking NULL shows no difference.
        if known || fill.value.is_none() {
            return Ok(());
        }
        Err(CommandError::usage(format!(
            "--fill {}.{}: no row needs a value there: it is no new column, or takes NULL, or has a default",
            fill.table, fill.column
        ))
        .with_help("leave it out"))
    }

    /// What was found, beside the result.
    fn show(&self, ui: &mut Ui) {
        let mut last: Option<Vec<String>> = None;
        for (backend, compared) in &self.sides {
            let lines = changes::lines(compared.difference.changes());
            if last.as_ref() == Some(&lines) {
                continue;
            }
            if last.is_some() {
                ui.note(format!("on {backend}:"));
            }
            lines.iter().for_each(|line| ui.note(line));
            last = Some(lines);
        }
        tell_strays(ui, self.strays());
        if !self.is_empty() {
            ui.note("not compared: views, triggers, functions, rights and rows");
            if self.models.are_blocks() {
                ui.note("table! blocks say nothing of defaults, indexes, uniques and checks: those stay as they are");
            }
        }
    }

    fn strays(&self) -> &[Name] {
        let first = self.sides.first();
        first.map_or(&[], |(_, compared)| compared.strays.as_slice())
    }

    /// The lock of a chain whose head has what the models say. Where only some tables were looked at, it has not.
    pub(super) fn kept(
        &self,
        lock: Lock,
        context: &Context<'_>,
        place: &Place,
        args: &FromModels,
    ) -> Result<Lock, CommandError> {
        if !args.tables.is_empty() {
            return Ok(lock);
        }
        let mut backends = self.sides.iter().map(|(backend, _)| *backend);
        backends.try_fold(lock, |lock, backend| {
            models::kept(lock, &self.models, backend, context, place)
        })
    }

    /// Shows the scripts that would be written.
    pub(super) fn preview(&self, ui: &mut Ui, args: &FromModels) -> Result<(), CommandError> {
        steps::preview(ui, self, args.online)
    }

    /// What was found, for a program.
    pub(super) fn as_json(&self) -> Value {
        let sides = self.sides.iter();
        let sides: Vec<_> = sides
            .map(|(backend, compared)| {
                json!({
                    "backend": backend.name(),
                    "changes": changes::as_json(compared.difference.changes()),
                    "left": names(&compared.strays),
                })
            })
            .collect();
        let tables = self.likely.tables.iter();
        let tables =
            tables.map(|(from, to)| json!({ "old": from.to_string(), "new": to.to_string() }));
        let columns = self.likely.columns.iter();
        let columns = columns.map(|(table, from, to)| {
            json!({ "old": format!("{table}.{from}"), "new": format!("{table}.{to}") })
        });
        let likely: Vec<_> = tables.chain(columns).collect();
        json!({ "found": sides, "likely_renames": likely })
    }
}

/// Says which tables no model has, and that they stay.
pub(crate) fn tell_strays(ui: &mut Ui, strays: &[Name]) {
    if strays.is_empty() {
        return;
    }
    ui.note(format!(
        "no model has {}: left as it is; `exclude` in migrate.toml keeps silent of it, --drop drops it",
        names(strays).join(", ")
    ));
}

fn names(names: &[Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
