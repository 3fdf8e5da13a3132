//! `migrate diff`: what takes one schema to another.

use clap::ValueEnum;
use migrate_core::Backend;
use migrate_schema::{Difference, Fills};
use serde_json::{Value, json};

use super::changes;
use crate::context::Context;
use crate::error::{CommandError, Kind};
use crate::source::{Source, Sources};
use crate::ui::Ui;

/// Compare two schemas: databases, the chain, the models, files of SQL
///
/// Shows what takes A to B. Nothing is changed: for the chain and for a file of SQL a database is made for a moment, in memory or on
/// the server that a URL names. The exit code is 3 where they differ. Of what models do not say, nothing differs; a rename that no
/// model hints at is a column that goes and one that comes.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate diff chain models              what the next revision would do
  migrate diff chain database            what somebody changed there by hand
  migrate diff chain@v1 chain --as sql   all that has come since, in one script
  migrate diff old.sql new.sql --backend mysql --database-url mysql://root@localhost/app")]
pub(crate) struct Args {
    /// What is: models, chain, chain@REV, database, a URL, or a file of SQL
    #[arg(value_name = "A", value_parser = Source::parse)]
    from: Source,

    /// What it is compared with, named in the same ways
    #[arg(value_name = "B", value_parser = Source::parse)]
    to: Source,

    /// The form
    #[arg(long = "as", value_enum, default_value_t, value_name = "FORM")]
    form: Form,

    /// The way back: what takes B to A
    #[arg(long)]
    down: bool,

    /// Only the tables whose name matches a glob; may be given several times
    #[arg(long, value_name = "GLOB")]
    tables: Vec<String>,

    /// The kind of database, where no URL says it
    #[arg(long, value_name = "BACKEND", value_parser = super::offline::backends())]
    backend: Option<Backend>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A line a change
    #[default]
    List,
    /// The script that makes the changes
    Sql,
    /// For other programs
    Json,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    let sources = Sources::of(
        ui,
        context,
        &[&args.from, &args.to],
        args.backend,
        &args.tables,
    )?;
    let mut from = sources.read(ui, &args.from)?;
    let mut to = sources.read(ui, &args.to)?;
    let mut difference = sources.difference(&mut from, &mut to)?;
    let (mut from, mut to) = (args.from.shown(), args.to.shown());
    if args.down {
        difference = difference.inverse();
        std::mem::swap(&mut from, &mut to);
    }
    let script = |difference: &Difference| {
        let script = difference.script(&Fills::default());
        script.map_err(|error| CommandError::failed(error.to_string()))
    };
    let value = json!({
        "from": from,
        "to": to,
        "backend": sources.backend.name(),
        "equal": difference.is_empty(),
        "changes": changes::as_json(difference.changes()),
        "sql": script(&difference)?,
    });
    match args.form {
        Form::List => ui.results(&changes::lines(difference.changes())),
        Form::Sql => ui.verbatim(&script(&difference)?),
        Form::Json => ui.verbatim(&pretty(&value)),
    }
    ui.json(&value);
    let count = difference.changes().len();
    if count == 0 {
        if args.form == Form::List {
            ui.summary(format!("{from} and {to} are equal"));
        }
        return Ok(());
    }
    let changes = if count == 1 {
        "1 change".to_owned()
    } else {
        format!("{count} changes")
    };
    Err(
        CommandError::failed(format!("{from} and {to} differ: {changes}"))
            .with_kind(Kind::NotCurrent),
    )
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
