//! A database into schema values: what its catalogues say of its tables, and how its server writes what models say.

mod error;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use migrate_chain::Backend;
use migrate_schema::{Dialect, Difference, Name, Renames, Schema};

pub use error::InspectError;

use crate::backend::Server;
use crate::connection::{AsConnection, server};
use crate::ledger::{LOG, VERSIONS};

/// Reads the tables of a database, and compares them with what is wanted.
///
/// The ledger's own tables are never among them, nor are those that belong to a server's extensions.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// use migrate_core::{AnyConnection, Inspector};
///
/// let mut connection = AnyConnection::establish("sqlite::memory:")?;
/// let schema = Inspector::new().schema(&mut connection)?;
/// assert!(schema.tables.is_empty());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Inspector {
    only: Vec<glob::Pattern>,
    exclude: Vec<glob::Pattern>,
    schemas: Vec<String>,
}

impl Inspector {
    /// All tables of the schema that names without one mean: PostgreSQL's current schema, the database itself elsewhere.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only the tables whose name one of the globs matches. A glob without a dot is of names without a schema.
    ///
    /// # Errors
    /// [`InspectError::Glob`]: one of them is none.
    pub fn only<T: AsRef<str>>(
        mut self,
        globs: impl IntoIterator<Item = T>,
    ) -> Result<Self, InspectError> {
        self.only = patterns(globs)?;
        Ok(self)
    }

    /// Not the tables whose name one of the globs matches.
    ///
    /// # Errors
    /// [`InspectError::Glob`]: one of them is none.
    pub fn exclude<T: AsRef<str>>(
        mut self,
        globs: impl IntoIterator<Item = T>,
    ) -> Result<Self, InspectError> {
        self.exclude = patterns(globs)?;
        Ok(self)
    }

    /// The tables of these schemas too, under names with the schema before them. SQLite has none.
    #[must_use]
    pub fn schemas<T: Into<String>>(mut self, schemas: impl IntoIterator<Item = T>) -> Self {
        self.schemas = schemas.into_iter().map(Into::into).collect();
        self
    }

    /// What is there.
    ///
    /// # Errors
    /// [`InspectError`]: the server refused a query, or says what is not understood.
    pub fn schema<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
    ) -> Result<Schema, InspectError> {
        let schema = self.read(server(connection))?;
        Ok(self.among(schema))
    }

    /// The same with the types of PostgreSQL's domains in the place of their names, and columns that a domain keeps from NULL taking
    /// none: what Diesel sees of them.
    ///
    /// # Errors
    /// [`InspectError`]: as for [`schema`](Self::schema).
    pub fn schema_without_domains<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
    ) -> Result<Schema, InspectError> {
        #[cfg_attr(not(feature = "postgres"), expect(unused_mut))]
        let mut schema = self.schema(connection)?;
        #[cfg(feature = "postgres")]
        if server(connection).backend() == Backend::Postgres {
            postgres::without_domains(server(connection), &mut schema)?;
        }
        Ok(schema)
    }

    /// The schemas of PostgreSQL that have tables to look at, and were not asked for. Other databases are another matter: on MySQL none
    /// is named.
    ///
    /// # Errors
    /// [`InspectError::Server`]: the server refused.
    pub fn other_schemas<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
    ) -> Result<Vec<String>, InspectError> {
        let server = server(connection);
        let tables: Vec<Name> = match server.backend() {
            #[cfg(feature = "postgres")]
            Backend::Postgres => postgres::elsewhere(server, &self.schemas)?,
            _ => Vec::new(),
        };
        let looked_at = tables.into_iter().filter(|name| self.has(name));
        let mut schemas: Vec<_> = looked_at.filter_map(|name| name.schema).collect();
        schemas.dedup();
        Ok(schemas)
    }

    /// What PostgreSQL has there that no schema value holds, each in two words: `extension citext`, `function touch`. Elsewhere nothing is
    /// named.
    ///
    /// # Errors
    /// [`InspectError::Server`]: the server refused.
    pub fn left_out<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
    ) -> Result<Vec<String>, InspectError> {
        let server = server(connection);
        match server.backend() {
            #[cfg(feature = "postgres")]
            Backend::Postgres => postgres::left_out(server, &self.schemas),
            _ => Ok(Vec::new()),
        }
    }

    /// A schema from elsewhere without the tables that are not looked at.
    #[must_use]
    pub fn among(&self, mut schema: Schema) -> Schema {
        schema.tables.retain(|table| self.has(&table.name));
        schema
    }

    /// What takes the database to what is wanted. Where both have an expression and the texts differ, the server writes both in
    /// its own form first. Nothing stays changed in the database.
    ///
    /// # Errors
    /// [`InspectError`]: as for [`schema`](Self::schema), or the server does not take an expression that is wanted.
    pub fn difference<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
        wanted: &Schema,
        renames: &Renames,
    ) -> Result<Difference, InspectError> {
        let found = self.schema(connection)?;
        self.difference_from(connection, &found, wanted, renames)
    }

    /// The same from what was found there before.
    ///
    /// # Errors
    /// As those of [`difference`](Self::difference).
    pub fn difference_from<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
        found: &Schema,
        wanted: &Schema,
        renames: &Renames,
    ) -> Result<Difference, InspectError> {
        let server = server(connection);
        let wanted = self.among(seen(server, wanted.clone())?);
        let dialect = dialect(server.backend());
        let by_text = Difference::between(found, &wanted, dialect, renames);
        if by_text.is_empty() {
            return Ok(by_text);
        }
        let wanted = normal(server, &wanted, &by_text)?;
        Ok(Difference::between(found, &wanted, dialect, renames))
    }

    /// What is wanted under the names that it has on this connection: what is in the connection's own schema goes without it, as it is
    /// read.
    ///
    /// # Errors
    /// [`InspectError::Server`]: the server refused.
    pub fn seen_from<C: AsConnection<M>, M>(
        connection: &mut C,
        wanted: Schema,
    ) -> Result<Schema, InspectError> {
        seen(server(connection), wanted)
    }

    /// The schema that names without one mean on this connection: MySQL's is the database. None where the search path leads nowhere.
    ///
    /// # Errors
    /// [`InspectError::Server`]: the server refused.
    pub fn own_schema<C: AsConnection<M>, M>(
        connection: &mut C,
    ) -> Result<Option<String>, InspectError> {
        own(server(connection))
    }

    /// Whether a row has NULL in a column.
    ///
    /// # Errors
    /// [`InspectError::Server`]: the server refused.
    pub fn has_null<C: AsConnection<M>, M>(
        connection: &mut C,
        table: &Name,
        column: &str,
    ) -> Result<bool, InspectError> {
        let server = server(connection);
        let dialect = dialect(server.backend());
        let rows = server.rows(&format!(
            "SELECT '' FROM {} WHERE {} IS NULL LIMIT 1",
            table.quoted(dialect),
            dialect.quote(column)
        ));
        let rows = rows.map_err(|error| InspectError::Server {
            what: "the rows",
            error: Box::new(error),
        })?;
        Ok(!rows.is_empty())
    }

    /// Whether a table is one of those that are looked at.
    #[must_use]
    pub fn has(&self, name: &Name) -> bool {
        let matches = |globs: &[glob::Pattern]| {
            globs.iter().any(|glob| {
                glob.matches(&name.name) && name.schema.is_none() || glob.matches(&name.to_string())
            })
        };
        ![VERSIONS, LOG].contains(&name.name.as_str())
            && (self.only.is_empty() || matches(&self.only))
            && !matches(&self.exclude)
    }

    fn read(&self, server: &mut dyn Server) -> Result<Schema, InspectError> {
        match server.backend() {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => sqlite::read(server, &|name| self.has(&Name::new(name))),
            #[cfg(feature = "postgres")]
            Backend::Postgres => postgres::read(server, &self.schemas),
            #[cfg(feature = "mysql")]
            Backend::Mysql => mysql::read(server, &self.schemas),
            #[allow(unreachable_patterns)]
            _ => unreachable!("without a backend no connection can be made"),
        }
    }
}

fn seen(server: &mut dyn Server, wanted: Schema) -> Result<Schema, InspectError> {
    Ok(match own(server)? {
        Some(own) => wanted.seen_from(&own),
        None => wanted,
    })
}

fn own(server: &mut dyn Server) -> Result<Option<String>, InspectError> {
    let sql = match server.backend() {
        Backend::Sqlite => return Ok(Some("main".to_owned())),
        Backend::Postgres => "SELECT current_schema()::text",
        Backend::Mysql => "SELECT DATABASE()",
    };
    let rows = server.rows(sql).map_err(|error| InspectError::Server {
        what: "the current schema",
        error: Box::new(error),
    })?;
    Ok(rows.first().and_then(|row| row.text(0).map(str::to_owned)))
}

/// What is wanted, with its expressions as the server writes those that are there.
fn normal(
    server: &mut dyn Server,
    wanted: &Schema,
    #[cfg_attr(not(any(feature = "postgres", feature = "mysql")), expect(unused))]
    by_text: &Difference,
) -> Result<Schema, InspectError> {
    match server.backend() {
        // SQLite keeps the text that it was given.
        #[cfg(feature = "sqlite")]
        Backend::Sqlite => Ok(wanted.clone()),
        #[cfg(feature = "postgres")]
        Backend::Postgres => postgres::normal(server, wanted, by_text),
        #[cfg(feature = "mysql")]
        Backend::Mysql => mysql::normal(server, wanted, by_text.renamed()),
        #[allow(unreachable_patterns)]
        _ => unreachable!("without a backend no connection can be made"),
    }
}

/// The same backend in the words of schema values.
#[must_use]
pub const fn dialect(backend: Backend) -> Dialect {
    match backend {
        Backend::Sqlite => Dialect::Sqlite,
        Backend::Postgres => Dialect::Postgres,
        Backend::Mysql => Dialect::Mysql,
    }
}

fn patterns<T: AsRef<str>>(
    globs: impl IntoIterator<Item = T>,
) -> Result<Vec<glob::Pattern>, InspectError> {
    globs
        .into_iter()
        .map(|glob| {
            let text = glob.as_ref();
            glob::Pattern::new(text).map_err(|error| InspectError::Glob {
                glob: text.to_owned(),
                error,
            })
        })
        .collect()
}
