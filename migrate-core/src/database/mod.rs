//! A database as a whole: whether it is there, making it, and dropping it.

mod address;
mod error;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;

use migrate_chain::Backend;

#[cfg(any(feature = "postgres", feature = "mysql"))]
use crate::backend::Server;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use crate::connection::server;
use crate::connection::{AnyConnection, ConnectError};
#[cfg(any(feature = "postgres", feature = "mysql"))]
use crate::failure::ServerError;
use address::Address;

pub use error::DatabaseError;

/// A database that a URL names, whether or not it is there: to make and to drop as a whole, in a command or around a test.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// use migrate_core::{NamedDatabase, Sessions};
///
/// let directory = tempfile::tempdir()?;
/// let url = format!("sqlite:{}", directory.path().join("app.db").display());
/// let database = NamedDatabase::of(&url)?;
/// assert!(database.create()?);
/// assert!(!database.create()?, "it was there");
/// assert!(database.drop(Sessions::Refuse)?);
/// assert!(!database.exists()?);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct NamedDatabase {
    backend: Backend,
    url: String,
    address: Address,
}

/// What becomes of the sessions that others have on a database that is to be dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sessions {
    /// They keep it from being dropped: [`DatabaseError::InUse`].
    #[default]
    Refuse,
    /// They are ended. A SQLite file is taken away under those who have it open.
    End,
}

impl NamedDatabase {
    /// The database that a URL names. Nothing is connected to.
    ///
    /// # Errors
    /// [`DatabaseError`]: the scheme is unknown, or the URL names no database.
    pub fn of(url: &str) -> Result<Self, DatabaseError> {
        let (backend, address) = AnyConnection::parse(url)?;
        let address = match backend {
            Backend::Sqlite => Address::of_file(&address),
            Backend::Postgres => Address::of_server(url, true),
            Backend::Mysql => Address::of_server(url, false),
        };
        let address = address.ok_or(DatabaseError::NoName { backend })?;
        Ok(Self {
            backend,
            url: url.to_owned(),
            address,
        })
    }

    /// The database of that name on a URL's server; the URL itself need not name one.
    #[cfg(feature = "schema")]
    pub(crate) fn beside(url: &str, name: &str) -> Result<Self, DatabaseError> {
        let (backend, _) = AnyConnection::parse(url)?;
        Self::of(&address::renamed(url, name, backend == Backend::Postgres))
    }

    /// Its URL, password and all.
    #[cfg(feature = "schema")]
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Its backend.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Its name on the server, or the path of its file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.address.name
    }

    /// The server, as `host:port` or as the URL has it; nothing for SQLite.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.address.server
    }

    /// Whether two URLs name the same database, as far as their text tells: users, passwords and options do not count.
    ///
    /// ```
    /// use migrate_core::NamedDatabase;
    /// let [one, other] = ["postgres://a:b@localhost/app", "postgresql://c@127.0.0.1:5432/app?sslmode=require"].map(NamedDatabase::of);
    /// assert!(one.unwrap().is_same(&other.unwrap()));
    /// ```
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.backend == other.backend && self.address.key() == other.address.key()
    }

    /// Whether it is there.
    ///
    /// # Errors
    /// [`DatabaseError`] where the server cannot be asked.
    pub fn exists(&self) -> Result<bool, DatabaseError> {
        match self.backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => sqlite::exists(self),
            #[cfg(feature = "postgres")]
            Backend::Postgres => postgres::look(self).map(|found| found.is_there()),
            #[cfg(feature = "mysql")]
            Backend::Mysql => mysql::look(self).map(|found| found.is_there()),
            #[allow(unreachable_patterns)]
            backend => Err(ConnectError::NotCompiled { backend }.into()),
        }
    }

    /// Makes it where it is missing, and says whether it was: of several processes at once one makes it. PostgreSQL gives it the
    /// encoding of its template and the user of the URL as owner; MySQL `utf8mb4`; SQLite's file comes with the directories
    /// above it.
    ///
    /// # Errors
    /// [`DatabaseError`]: the server refused, or the file that is there is no SQLite database.
    pub fn create(&self) -> Result<bool, DatabaseError> {
        match self.backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => sqlite::create(self),
            #[cfg(feature = "postgres")]
            Backend::Postgres => postgres::create(self),
            #[cfg(feature = "mysql")]
            Backend::Mysql => mysql::create(self),
            #[allow(unreachable_patterns)]
            backend => Err(ConnectError::NotCompiled { backend }.into()),
        }
    }

    /// Drops it with all that is in it, and says whether it was there. A SQLite file goes with the files beside it that belong to
    /// it. Those databases that a server needs for itself are refused, and so is a file that is no SQLite database.
    ///
    /// # Errors
    /// [`DatabaseError`]; nothing was dropped.
    pub fn drop(&self, sessions: Sessions) -> Result<bool, DatabaseError> {
        match self.backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => sqlite::drop(self, sessions),
            #[cfg(feature = "postgres")]
            Backend::Postgres => postgres::drop(self, sessions),
            #[cfg(feature = "mysql")]
            Backend::Mysql => mysql::drop(self, sessions),
            #[allow(unreachable_patterns)]
            backend => Err(ConnectError::NotCompiled { backend }.into()),
        }
    }
}

/// `app on db.example.org:5432`, or the path of a file.
impl fmt::Display for NamedDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if self.server().is_empty() {
            Ok(())
        } else {
            write!(f, " on {}", self.server())
        }
    }
}

/// What a look at a server found.
#[cfg(any(feature = "postgres", feature = "mysql"))]
enum Look {
    There,
    /// It is not; the connection is one to the server without it.
    Missing(AnyConnection),
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
impl Look {
    fn is_there(&self) -> bool {
        matches!(self, Self::There)
    }
}

/// Who can connect needs no right to look anywhere else. `open` connects to the server without the database.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn look(
    database: &NamedDatabase,
    open: fn(&NamedDatabase) -> Result<AnyConnection, ConnectError>,
    is_listed: fn(&NamedDatabase, &mut dyn Server) -> Result<bool, DatabaseError>,
) -> Result<Look, DatabaseError> {
    let own = match AnyConnection::establish(&database.url) {
        Ok(_) => return Ok(Look::There),
        Err(error) => error,
    };
    let mut connection = open(database).map_err(|of_server| telling(own, of_server))?;
    if is_listed(database, server(&mut connection))? {
        return there_after_all(database);
    }
    Ok(Look::Missing(connection))
}

/// Whether a query for its name finds it.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn finds(
    database: &NamedDatabase,
    server: &mut dyn Server,
    sql: &str,
) -> Result<bool, DatabaseError> {
    server
        .rows(sql)
        .map(|rows| !rows.is_empty())
        .map_err(|error| failed(database, "look for", error))
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
fn failed(database: &NamedDatabase, what: &'static str, error: ServerError) -> DatabaseError {
    DatabaseError::Server {
        what,
        name: database.to_string(),
        error: Box::new(error),
    }
}

/// The server lists it, although it could not be connected to: another process has made it meanwhile, or this user may not use it.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn there_after_all(database: &NamedDatabase) -> Result<Look, DatabaseError> {
    let mut tries = 0;
    loop {
        match AnyConnection::establish(&database.url) {
            Ok(_) => return Ok(Look::There),
            Err(error) if tries == 5 => return Err(error.into()),
            Err(_) => tries += 1,
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// Whichever says more: a server that cannot be reached says the same twice, and then the user's own URL is the one to name.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn telling(own: ConnectError, of_server: ConnectError) -> DatabaseError {
    let message = |error: &ConnectError| match error {
        ConnectError::Refused { message, .. } => message.clone(),
        other => other.to_string(),
    };
    let same = message(&own) == message(&of_server);
    DatabaseError::Connect(if same { own } else { of_server })
}
