//! The models beside a database: the one at the URL, or a scratch one that the chain builds.

use std::collections::HashSet;

use migrate_core::{
    Backend, Backends, Error, InspectError, Inspector, Migrations, Scratch, dialect,
};
use migrate_schema::{Difference, Models, Name, Renames, Schema, Table};

use crate::context::{Context, Place, only};
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::models;
use crate::opened::Opened;
use crate::ui::Ui;

/// Where the other side of a comparison is.
#[derive(Clone)]
pub(super) enum At {
    /// The database itself, which must be at head.
    Database(DatabaseUrl),
    /// A database for the moment, on the server that a URL names.
    Scratch(DatabaseUrl),
}

/// Which tables are looked at, and which go although nothing says so.
#[derive(Default)]
pub(super) struct Choice<'a> {
    /// Globs of the tables that are looked at alone.
    pub(super) tables: &'a [String],
    /// Globs of tables that no model has and that go.
    pub(super) drops: &'a [String],
}

/// A database that models are compared with.
pub(super) struct Side {
    pub(super) backend: Backend,
    /// What is there.
    pub(super) found: Schema,
    /// What the models say.
    pub(super) wanted: Schema,
    opened: Opened,
    inspector: Inspector,
    goes: Goes,
}

/// Which of the tables that no model has go.
struct Goes {
    /// Whoever is named.
    named: Option<Inspector>,
    /// What this chain made, where the models are all that its tables are for.
    made: HashSet<String>,
}

/// What takes a database to the models, and the tables there that no model has and that stay.
pub(super) struct Compared {
    pub(super) difference: Difference,
    pub(super) strays: Vec<Name>,
}

impl At {
    /// A scratch database of SQLite needs no server.
    pub(super) fn memory() -> Self {
        Self::Scratch(DatabaseUrl::memory())
    }

    /// A scratch database where a URL says, or without one in memory where the project is for SQLite.
    pub(super) fn scratch(
        url: Option<DatabaseUrl>,
        backends: Option<Backends>,
    ) -> Result<Self, CommandError> {
        match (url, backends) {
            (Some(url), _) => Ok(Self::Scratch(url)),
            (None, Some(backends)) if backends.contains(Backend::Sqlite) => Ok(Self::memory()),
            (None, _) => Err(CommandError::usage("--scratch: no server is named").with_help(
                "set DATABASE_URL: only a temporary database is used there; for SQLite none is needed where `backends` in migrate.toml names it",
            )),
        }
    }

    pub(super) fn url(&self) -> &DatabaseUrl {
        match self {
            Self::Database(url) | Self::Scratch(url) => url,
        }
    }

    fn open(
        &self,
        ui: &mut Ui,
        context: &Context<'_>,
        migrations: &Migrations,
        shown: &str,
    ) -> Result<Opened, CommandError> {
        let core = |error| CommandError::core(error, shown);
        match self {
            Self::Database(url) => {
                let mut connection = context.connect_to_look(ui, url)?;
                migrations.ensure_current(&mut connection).map_err(|error| {
                    let is_behind = matches!(error, Error::Behind { .. });
                    let error = core(error);
                    if is_behind {
                        error.with_help("`migrate upgrade` first; or --scratch, which compares with what the chain builds")
                    } else {
                        error
                    }
                })?;
                Ok(Opened::There(Box::new(connection)))
            }
            Self::Scratch(url) => {
                let mut scratch = Scratch::beside(&url.url)
                    .map_err(|error| CommandError::database(error, url))?;
                migrations.upgrade(scratch.connection()).map_err(core)?;
                Ok(Opened::Scratch(Box::new(scratch)))
            }
        }
    }
}

impl Side {
    pub(super) fn open(
        ui: &mut Ui,
        context: &Context<'_>,
        place: &Place,
        (models, choice): (&Models, &Choice<'_>),
        at: &At,
    ) -> Result<Self, CommandError> {
        let backend = at.url().backend()?;
        place.is_for(only(backend))?;
        let project = place.clone().read_unfinished(only(backend))?;
        let migrations = Migrations::from(project);
        let wanted = models::schema(models, dialect(backend), context, place)?;
        let inspector = models::inspector(&place.settings, &wanted, choice.tables)?;
        let mut opened = at.open(ui, context, &migrations, &place.shown)?;
        let found = inspector
            .schema(opened.connection())
            .map_err(|error| cannot(&error))?;
        // A file of table! blocks may be of some tables alone, by intent.
        let made = if models.are_blocks() {
            HashSet::new()
        } else {
            made(&migrations, backend)
        };
        let named = (!choice.drops.is_empty()).then(|| Inspector::new().only(choice.drops));
        let named = named
            .transpose()
            .map_err(|error| CommandError::usage(error.to_string()))?;
        let mut side = Self {
            backend,
            found,
            wanted,
            opened,
            inspector,
            goes: Goes { named, made },
        };
        side.leave_views_out(ui);
        side.wanted
            .tables
            .retain(|table| side.inspector.has(&table.name));
        Ok(side)
    }

    /// A `table!` block may be of a view, which is no table that is missing.
    fn leave_views_out(&mut self, ui: &mut Ui) {
        let views = &self.found.views;
        let is_view = |table: &Table| views.contains(&table.name);
        let left: Vec<_> = self
            .wanted
            .tables
            .extract_if(.., |table| is_view(table))
            .collect();
        if !left.is_empty() {
            let names: Vec<_> = left.iter().map(|table| table.name.to_string()).collect();
            ui.detail(format!(
                "not compared, because they are views: {}",
                names.join(", ")
            ));
        }
    }

    /// Compares, with these renames.
    pub(super) fn compare(&mut self, renames: &Renames) -> Result<Compared, CommandError> {
        let wanted = self.wanted.clone();
        let goes = |name: &Name| self.goes.go(name);
        let (wanted, strays) = wanted.with_strays(&self.found, renames, goes);
        let connection = self.opened.connection();
        let difference = self
            .inspector
            .difference_from(connection, &self.found, &wanted, renames)
            .map_err(|error| cannot(&error))?;
        Ok(Compared { difference, strays })
    }

    /// Whether a row of the database has NULL there now.
    pub(super) fn has_null(&mut self, table: &Name, column: &str) -> Result<bool, CommandError> {
        Inspector::has_null(self.opened.connection(), table, column).map_err(|error| cannot(&error))
    }
}

impl Goes {
    fn go(&self, table: &Name) -> bool {
        let named = self.named.as_ref().is_some_and(|named| named.has(table));
        named || self.made.contains(&table.name.to_lowercase())
    }
}

/// The tables that the chain's scripts make.
fn made(migrations: &Migrations, backend: Backend) -> HashSet<String> {
    let revisions = migrations.chain().revisions().iter();
    revisions
        .filter_map(|revision| revision.up(backend))
        .flat_map(|script| script.makes(backend))
        .collect()
}

fn cannot(error: &InspectError) -> CommandError {
    let wrong = CommandError::failed(error.to_string());
    match error {
        InspectError::Refused { .. } => wrong.with_help("mend it in the model"),
        InspectError::Server { .. } => {
            wrong.with_help("it takes the right to read the server's catalogues")
        }
        _ => wrong,
    }
}
