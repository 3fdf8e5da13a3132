//! `migrate schema`: a schema in another form.

use std::path::PathBuf;

use clap::ValueEnum;
use migrate_core::{Backend, dialect};
use migrate_schema::render::PrintSchema;
use migrate_schema::{Dialect, Naming, Schema};
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::CommandError;
use crate::files;
use crate::print_schema;
use crate::source::{Source, Sources};
use crate::ui::Ui;

/// Show a schema: as table! blocks, models, SQL, JSON, or a picture
///
/// Of the database, or of what the models, the chain or a file of SQL would make of an empty one; for the last two a database is
/// made for a moment, in memory or on the server that the URL names. The ledger's own tables, and those that `exclude` in
/// migrate.toml names, are left out.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate schema > src/schema.rs                table! blocks, as `diesel print-schema` writes them
  migrate schema --as models --tables 'user*'   structs for some tables
  migrate schema --as svg -o schema.svg         a picture
  migrate schema --from chain@v1.2 --as sql     what the chain had made then
  migrate schema --write                        the files of [print_schema]")]
pub(crate) struct Args {
    /// The form
    #[arg(long = "as", value_enum, default_value_t, value_name = "FORM")]
    form: Form,

    /// Whose schema: models, chain, chain@REV, database, a URL, or a file of SQL
    #[arg(long, value_name = "SOURCE", default_value = "database", value_parser = Source::parse)]
    from: Source,

    /// Only the tables whose name matches a glob; may be given several times
    #[arg(long, value_name = "GLOB")]
    tables: Vec<String>,

    /// The kind of database, where no URL says it
    #[arg(long, value_name = "BACKEND", value_parser = super::offline::backends())]
    backend: Option<Backend>,

    /// The file to write, instead of standard output; one that is there is replaced
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Bring the files of [print_schema] up to date with the database, as a run does
    #[arg(long, conflicts_with_all = ["form", "from", "tables", "backend", "output"])]
    write: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// table! blocks
    #[default]
    Table,
    /// Structs with #[derive(Table)]
    Models,
    /// The script that makes it
    Sql,
    /// For other programs
    Json,
    /// An entity diagram for Markdown
    Mermaid,
    /// A graph for Graphviz
    Dot,
    /// A picture
    Svg,
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, args: &Args) -> Result<(), CommandError> {
    if args.write {
        return write(ui, context);
    }
    let sources = Sources::of(ui, context, &[&args.from], args.backend, &args.tables)?;
    let mut read = sources.read(ui, &args.from)?;
    let seen = match args.form {
        Form::Table | Form::Models => Some(sources.seen_by_diesel(&mut read)?),
        _ => None,
    };
    let seen = seen.as_ref().unwrap_or(&read.schema);
    if read.schema.tables.is_empty() {
        ui.note("there is no table");
    }
    let place = context.place_if_any()?;
    let naming = place
        .map(|place| Naming::of(place.settings.naming))
        .unwrap_or_default();
    let dialect = dialect(sources.backend);
    let text = args.form.text(&read.schema, seen, dialect, &naming)?;
    let written = args.output.as_ref().map(|file| {
        let shown = context.shown(file);
        files::replace(&context.here.join(file), &text)
            .map(|()| shown.clone())
            .map_err(|error| CommandError::failed(format!("cannot write {shown}: {error}")))
    });
    let written = written.transpose()?;
    match &written {
        Some(file) => ui.summary(format!("wrote {file}")),
        None => ui.verbatim(&text),
    }
    let form = args.form.to_possible_value();
    let schema = if args.form == Form::Json {
        serde_json::from_str(&text).unwrap_or(Value::Null)
    } else {
        Value::Null
    };
    ui.json(&json!({
        "from": args.from.shown(),
        "backend": sources.backend.name(),
        "as": form.map(|form| form.get_name().to_owned()),
        "tables": read.schema.tables.len(),
        "file": written,
        "schema": schema,
        "text": (written.is_none() && args.form != Form::Json).then_some(text),
    }));
    Ok(())
}

fn write(ui: &mut Ui, context: &Context<'_>) -> Result<(), CommandError> {
    let place = context.place()?;
    if place.settings.print_schema.is_empty() {
        return Err(CommandError::usage("no file is named that could be written").with_help(
            "name it in migrate.toml: [print_schema] with file = \"src/schema.rs\"; or `migrate schema -o FILE`",
        ));
    }
    let url = context.needed_database(ui)?;
    let mut connection = context.connect_to_look(ui, &url)?;
    let written = print_schema::rewrite(ui, context, &mut connection)?;
    if written.is_empty() {
        ui.summary("nothing to do: what is there is what the database says");
    }
    ui.json(&json!({ "written": written }));
    Ok(())
}

impl Form {
    fn text(
        self,
        schema: &Schema,
        seen: &Schema,
        dialect: Dialect,
        naming: &Naming,
    ) -> Result<String, CommandError> {
        Ok(match self {
            Self::Table => PrintSchema::default().text(seen, dialect),
            Self::Models => schema.models_seen_as(seen, dialect, naming),
            Self::Sql => schema
                .sql(dialect)
                .map_err(|error| CommandError::failed(error.to_string()))?,
            Self::Json => {
                let text = serde_json::to_string_pretty(&schema.view(dialect));
                text.map_err(|error| CommandError::failed(error.to_string()))? + "\n"
            }
            Self::Mermaid => schema.mermaid(dialect),
            Self::Dot => schema.dot(dialect),
            Self::Svg => schema.svg(dialect),
        })
    }
}
