//! The models beside a database: the one at the URL, or a scratch one that the chain builds.

use std::collections::HashSet;

use migrate_core::{
    Backend, Backends, Error, InspectError, Inspector, Migrations, Revision, dialect,
};
use migrate_schema::{Difference, Name, Renames, Schema, Table};

use crate::context::{Context, Place};
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::models;
use crate::opened::Opened;
use crate::scratch;
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
    /// What has a new name, as old=new: its old name may be in a schema where no model is any more.
    pub(super) renames: &'a [String],
}

/// What a database is compared with.
pub(super) struct Wanted<'a> {
    pub(super) schema: Schema,
    /// Whether the models are `table!` blocks alone: a file of those may be of some tables, by intent.
    pub(super) are_blocks: bool,
    pub(super) choice: &'a Choice<'a>,
}

/// A database that models are compared with.
pub(super) struct Side<'a> {
    pub(super) backend: Backend,
    /// What is there.
    pub(super) found: Schema,
    /// What the models say.
    pub(super) wanted: Schema,
    opened: Opened,
    inspector: Inspector,
    goes: Goes<'a>,
    /// The schema that names without one mean there.
    own: Option<String>,
}

/// Which of the tables that no model has go.
struct Goes<'a> {
    /// Whoever is named.
    named: Option<Inspector>,
    /// The chain that may have made them, where the models are all that its tables are for.
    chain: Option<&'a Migrations>,
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

    /// Opens it, once it is known to be at head.
    pub(super) fn open(
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
                let head = migrations.chain().head().map(Revision::id);
                let scratch = scratch::built(url, migrations, head, shown)?;
                Ok(Opened::Scratch(Box::new(scratch)))
            }
        }
    }
}

impl<'a> Side<'a> {
    /// Reads what is there.
    pub(super) fn read(
        ui: &mut Ui,
        place: &Place,
        migrations: &'a Migrations,
        wanted: Wanted<'_>,
        mut opened: Opened,
    ) -> Result<Self, CommandError> {
        let Wanted {
            schema: wanted,
            are_blocks,
            choice,
        } = wanted;
        let own = Inspector::own_schema(opened.connection()).map_err(|error| cannot(&error))?;
        let wanted = match &own {
            Some(own) => wanted.seen_from(own),
            None => wanted,
        };
        let former = choice.renames.iter().filter_map(|text| {
            let (schema, _) = text.split_once('=')?.0.split_once('.')?;
            Some(schema.to_owned())
        });
        let inspector = models::inspector(&place.settings, &wanted, choice.tables, former)?;
        let found = inspector
            .schema(opened.connection())
            .map_err(|error| cannot(&error))?;
        let named = (!choice.drops.is_empty()).then(|| Inspector::new().only(choice.drops));
        let named = named
            .transpose()
            .map_err(|error| CommandError::usage(error.to_string()))?;
        let chain = (!are_blocks).then_some(migrations);
        let mut side = Self {
            backend: opened.connection().backend(),
            found,
            wanted,
            opened,
            inspector,
            goes: Goes { named, chain },
            own,
        };
        side.leave_views_out(ui);
        side.wanted
            .tables
            .retain(|table| side.inspector.has(&table.name));
        Ok(side)
    }

    /// A table's name as the user says it, which may be with the connection's own schema.
    pub(super) fn name(&self, text: &str) -> Name {
        match text.split_once('.') {
            Some((schema, name)) if self.own.as_deref() != Some(schema) => {
                Name::qualified(schema, name)
            }
            Some((_, name)) => Name::new(name),
            None => Name::new(text),
        }
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

    /// The tables that no model has, where that is all in which the two differ and all of them stay.
    pub(super) fn agreed(&self, renames: &Renames) -> Option<Vec<Name>> {
        let dialect = dialect(self.backend);
        let strays = Difference::strays_alone(&self.found, &self.wanted, dialect, renames)?;
        let goes = self.goes.those(self.backend, !strays.is_empty());
        (!strays.iter().any(goes)).then_some(strays)
    }

    /// Compares, with these renames.
    pub(super) fn compare(&mut self, renames: &Renames) -> Result<Compared, CommandError> {
        let wanted = self.wanted.clone();
        let goes = self.goes.those(self.backend, true);
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

impl Goes<'_> {
    /// Which tables are of those. The chain's scripts are not read where there is none to ask about.
    fn those(&self, backend: Backend, any: bool) -> impl Fn(&Name) -> bool {
        let chain = self.chain.filter(|_| any);
        let made = chain.map_or_else(HashSet::new, |chain| made(chain, backend));
        move |table| {
            let named = self.named.as_ref().is_some_and(|named| named.has(table));
            named || made.contains(&table.name.to_lowercase())
        }
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
