//! Which kind of database the app runs on, decided by its URL.

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, Pool};
use migrate_core::{AnyConnection, Backend, ConnectError};

use crate::error::Error;

/// A connection for the app's own queries, of whichever kind is compiled in.
#[derive(diesel::MultiConnection)]
pub(crate) enum Database {
    #[cfg(feature = "sqlite")]
    Sqlite(diesel::SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
    #[cfg(feature = "mysql")]
    Mysql(diesel::MysqlConnection),
}

impl Database {
    /// Opens the database that the URL names. Diesel's own `establish` would try one kind after the other.
    pub(crate) fn open(url: &str) -> Result<Self, Error> {
        let backend = AnyConnection::backend_of(url)?;
        match backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => Ok(Self::Sqlite(open_sqlite(url)?)),
            #[cfg(feature = "postgres")]
            Backend::Postgres => Ok(Self::Postgres(diesel::PgConnection::establish(url)?)),
            #[cfg(feature = "mysql")]
            Backend::Mysql => Ok(Self::Mysql(diesel::MysqlConnection::establish(url)?)),
            #[allow(unreachable_patterns, reason = "with all three there is no other")]
            _ => Err(ConnectError::NotCompiled { backend }.into()),
        }
    }
}

#[cfg(feature = "sqlite")]
fn open_sqlite(url: &str) -> Result<diesel::SqliteConnection, diesel::ConnectionError> {
    let file = url
        .strip_prefix("sqlite:")
        .map_or(url, |file| file.strip_prefix("//").unwrap_or(file));
    let mut connection = diesel::SqliteConnection::establish(file)?;
    // SQLite leaves both off unless it is asked.
    connection
        .batch_execute("PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;")
        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// Hands connections to requests and takes them back.
pub(crate) type Databases = Pool<Manager>;

/// Opens connections for a pool.
#[derive(Debug)]
pub(crate) struct Manager {
    pub(crate) url: String,
}

impl ManageConnection for Manager {
    type Connection = Database;
    type Error = Error;

    fn connect(&self) -> Result<Database, Error> {
        Database::open(&self.url)
    }

    fn is_valid(&self, database: &mut Database) -> Result<(), Error> {
        Ok(database.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, _: &mut Database) -> bool {
        std::thread::panicking()
    }
}
