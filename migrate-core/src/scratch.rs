//! A database for a moment: to build a schema in it, look at it, and throw it away.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use migrate_chain::Backend;

use crate::connection::AnyConnection;
use crate::database::{DatabaseError, NamedDatabase, Sessions};

/// An empty database under a name of its own, dropped with the value: in memory for SQLite, on the server of a URL for the others.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// use migrate_core::{Inspector, Scratch};
/// let mut scratch = Scratch::beside("sqlite:app.db")?;
/// assert!(Inspector::new().schema(scratch.connection())?.tables.is_empty());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Scratch {
    /// Gone before the database is dropped.
    connection: Option<AnyConnection>,
    database: Option<NamedDatabase>,
}

impl Scratch {
    /// Makes one on the server that a URL names; the URL's own database need not be there.
    ///
    /// # Errors
    /// [`DatabaseError`]: the server cannot be reached or refuses; PostgreSQL asks for the right CREATEDB.
    pub fn beside(url: &str) -> Result<Self, DatabaseError> {
        if AnyConnection::backend_of(url)? == Backend::Sqlite {
            return Ok(Self {
                connection: Some(AnyConnection::establish("sqlite::memory:")?),
                database: None,
            });
        }
        let database = NamedDatabase::beside(url, &name())?;
        database.create()?;
        let mut scratch = Self {
            connection: None,
            database: Some(database),
        };
        let url = scratch.database.as_ref().map(NamedDatabase::url);
        scratch.connection = Some(AnyConnection::establish(url.unwrap_or_default())?);
        Ok(scratch)
    }

    /// The database on its server, for who has to drop it from elsewhere, as where a signal ends the process; `None` for one in memory.
    #[must_use]
    pub const fn database(&self) -> Option<&NamedDatabase> {
        self.database.as_ref()
    }

    /// The connection to it.
    pub fn connection(&mut self) -> &mut AnyConnection {
        self.connection
            .as_mut()
            .unwrap_or_else(|| unreachable!("it is there until the value is dropped"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.connection = None;
        if let Some(database) = &self.database {
            // Nobody is left who could be told.
            let _ = database.drop(Sessions::End);
        }
    }
}

/// A name that no other process and no other scratch database has.
fn name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!(
        "migrate_scratch_{}_{:x}_{number}",
        std::process::id(),
        now.as_nanos() & 0xffff_ffff
    )
}
