//! `migrate init --from-database`: a database that is there as the first revision of a chain, and as models.

use std::path::Path;

use migrate_chain::{Chain, Revision, new_directory_name, with_link};
use migrate_core::{AnyConnection, Inspector, Migrations, Settings, dialect};
use migrate_schema::{Dialect, Fills, Naming, Schema};

use super::{Outcome, cannot_write};
use crate::author::Edits;
use crate::commands::revision::now;
use crate::context::Context;
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::ui::Ui;

/// A database to begin with.
pub(super) struct Found {
    url: DatabaseUrl,
    dialect: Dialect,
    schema: Schema,
    /// The same with what domains stand for.
    seen: Schema,
    /// The schemas that have tables too, and were not asked for.
    others: Vec<String>,
    /// What up.sql does not make, as far as it is known.
    left_out: Vec<String>,
    up: String,
    down: String,
}

impl Found {
    /// Reads the database, and refuses whatever is no beginning. Nothing is written yet.
    pub(super) fn read(
        ui: &mut Ui,
        context: &Context<'_>,
        directory: &Path,
    ) -> Result<Self, CommandError> {
        refuse_a_chain(context, directory)?;
        let chosen = context.choose(context.settings_for(directory)?)?;
        let url = context.search(&chosen, &context.variables()).first()?;
        let url = url.ok_or_else(|| {
            CommandError::usage("no database is named")
                .with_help("set DATABASE_URL, or give --database-url sqlite:FILE, postgres://... or mysql://...")
        })?;
        let mut connection = context.connect_to_look(ui, &url)?;
        refuse_a_history(&mut connection, &url)?;
        let settings = &chosen.settings;
        let wrong = |error: migrate_core::InspectError| CommandError::failed(error.to_string());
        let inspector = Inspector::new()
            .schemas(settings.schemas.clone())
            .exclude(&settings.exclude)
            .map_err(wrong)?;
        let schema = inspector.schema(&mut connection).map_err(wrong)?;
        let seen = inspector.schema_without_domains(&mut connection);
        let seen = seen.map_err(wrong)?;
        let others = inspector.other_schemas(&mut connection).map_err(wrong)?;
        let left_out = inspector.left_out(&mut connection).map_err(wrong)?;
        if schema.tables.is_empty() {
            return Err(no_table(&url, settings, &others));
        }
        let dialect = dialect(connection.backend());
        let made = schema.from_nothing(dialect);
        let wrong = |error: migrate_schema::SqlError| CommandError::failed(error.to_string());
        let up = schemas(&schema, dialect) + &made.script(&Fills::default()).map_err(wrong)?;
        let down = made.inverse().script(&Fills::neutral()).map_err(wrong)?;
        Ok(Self {
            url,
            dialect,
            schema,
            seen,
            others,
            left_out,
            up,
            down,
        })
    }

    /// The tables that cannot be models, for want of a primary key.
    pub(super) fn without_models(&self) -> Vec<String> {
        let keyless = self
            .schema
            .tables
            .iter()
            .filter(|table| table.primary_key.get().is_none());
        keyless.map(|table| table.name.to_string()).collect()
    }

    /// Writes the revision and the models.
    pub(super) fn write(
        &self,
        context: &Context<'_>,
        directory: &Path,
        outcome: &mut Outcome,
    ) -> Result<(), CommandError> {
        let settings = context.settings_for(directory)?;
        self.revision(context, directory, &settings, outcome)?;
        if !self.others.is_empty() {
            let (these, key) = asked(&settings, &self.others);
            outcome.next.push(format!(
                "{these} tables too, which are not in it: to begin with them as well, delete {}/ and src/models.rs, write {key}, and run \
                 this again",
                context.shown(directory)
            ));
        }
        self.models(context, directory, settings, outcome)
    }

    fn revision(
        &self,
        context: &Context<'_>,
        directory: &Path,
        settings: &Settings,
        outcome: &mut Outcome,
    ) -> Result<(), CommandError> {
        let name = new_directory_name(
            &Chain::EMPTY,
            now(),
            "schema of the database",
            settings.file_name,
        );
        let folder = directory.join(&name);
        let mut edits = Edits::default();
        edits.directory(&folder);
        edits.write(&folder.join("up.sql"), self.up.clone());
        edits.write(&folder.join("down.sql"), self.down.clone());
        edits.write(&folder.join("metadata.toml"), with_link("", "base"));
        edits.make(directory)?.keep();
        let tables = match self.schema.tables.len() {
            1 => "1 table".to_owned(),
            count => format!("{count} tables"),
        };
        outcome
            .created
            .push(format!("{}/, which makes {tables}", context.shown(&folder)));
        outcome.next.push(match self.left_out.as_slice() {
            [] => "look through up.sql: views, functions, procedures and triggers of the database are not in it".to_owned(),
            all => format!(
                "look through up.sql, and write into it what is not in it and what it needs: {}",
                all.join(", ")
            ),
        });
        outcome.next.push(format!(
            "`migrate stamp head`: {} has all of it already",
            self.url
        ));
        Ok(())
    }

    /// Writes the models, unless the project has some, or keeps a file of `table!` blocks.
    fn models(
        &self,
        context: &Context<'_>,
        directory: &Path,
        settings: Settings,
        outcome: &mut Outcome,
    ) -> Result<(), CommandError> {
        if let Some(print) = settings.print_schema.first() {
            outcome.kept.push(format!(
                "{}, whose table! blocks are the models",
                context.shown(&print.file)
            ));
            outcome.next.push("`migrate check`".to_owned());
            return Ok(());
        }
        let folder = settings.folder(directory);
        let file = folder.join("src/models.rs");
        let shown = context.shown(&file);
        if file.exists() {
            outcome.kept.push(shown);
            outcome
                .next
                .push("`migrate schema --as models` prints the models of the database".to_owned());
            return Ok(());
        }
        let naming = Naming::of(settings.naming);
        let text = self
            .schema
            .models_seen_as(&self.seen, self.dialect, &naming);
        let source = folder.join("src");
        let written =
            std::fs::create_dir_all(&source).and_then(|()| crate::files::create(&file, &text));
        written.map_err(|error| cannot_write(&shown, &error))?;
        outcome.created.push(shown);
        outcome
            .next
            .push("in the app: `mod models;`, and the feature `models` of migrate-core".to_owned());
        outcome.next.push(
            "`migrate check`, which says when models and database are no longer the same"
                .to_owned(),
        );
        Ok(())
    }
}

/// Schemas in words that say that they have something, and the key that asks for them besides those that are asked for.
fn asked(settings: &Settings, others: &[String]) -> (String, String) {
    let these = match others {
        [one] => format!("the schema {one} has"),
        [all @ .., last] => format!("the schemas {} and {last} have", all.join(", ")),
        [] => String::new(),
    };
    let all = settings.schemas.iter().chain(others);
    let all: Vec<_> = all.map(|name| format!("{name:?}")).collect();
    (
        these,
        format!("`schemas = [{}]` into migrate.toml", all.join(", ")),
    )
}

fn no_table(url: &DatabaseUrl, settings: &Settings, others: &[String]) -> CommandError {
    let error = CommandError::failed(format!("there is no table in {url}"));
    if others.is_empty() {
        return error.with_help("`migrate init` alone begins with an empty chain");
    }
    let (these, key) = asked(settings, others);
    error.with_help(format!(
        "{these} tables: write {key}; `migrate init` alone begins with an empty chain"
    ))
}

/// What makes the schemas of PostgreSQL that the tables are in. They stay when the tables go: something else may be in them.
fn schemas(schema: &Schema, dialect: Dialect) -> String {
    let names = schema
        .tables
        .iter()
        .filter_map(|table| table.name.schema.as_ref());
    let names: std::collections::BTreeSet<_> = match dialect {
        Dialect::Postgres => names.collect(),
        Dialect::Sqlite | Dialect::Mysql => return String::new(),
    };
    let each = names.into_iter().map(|name| {
        let quoted = dialect.quote(name);
        format!("-- create schema {name}\nCREATE SCHEMA IF NOT EXISTS {quoted};\n\n")
    });
    each.collect()
}

fn refuse_a_chain(context: &Context<'_>, directory: &Path) -> Result<(), CommandError> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let revision = entries
        .filter(|entry| entry.path().join("up.sql").is_file())
        .map(|entry| Revision::new(entry.file_name().to_string_lossy().into_owned()))
        .next();
    match revision {
        None => Ok(()),
        Some(revision) => Err(CommandError::failed(format!(
            "{} has revisions already, such as {}",
            context.shown(directory),
            revision.directory()
        ))
        .with_help("--from-database is for a project without any; `migrate revision --autogenerate` goes on from there")),
    }
}

fn refuse_a_history(connection: &mut AnyConnection, url: &DatabaseUrl) -> Result<(), CommandError> {
    let status = Migrations::EMPTY
        .status(connection)
        .map_err(|error| CommandError::core(error, ""))?;
    match status.applied.last() {
        None => Ok(()),
        Some(id) => Err(CommandError::failed(format!("{url} says that revisions are applied there, {id} the last of them"))
            .with_help("`migrate init` in the project that has their directory takes it over; --from-database is for a database without a history")),
    }
}
