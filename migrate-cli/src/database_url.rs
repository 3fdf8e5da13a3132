//! A database's URL: what it says without connecting, and the connection.

use std::fmt;
use std::path::Path;

use migrate_core::{AnyConnection, Backend, NamedDatabase};

use crate::error::CommandError;
use crate::mask::without_passwords;
use crate::origin::Origin;

/// The URL of a database, and where it was found.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct DatabaseUrl {
    pub(crate) url: String,
    pub(crate) origin: Origin,
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} from {}", self.origin)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_passwords(&self.url))
    }
}

impl DatabaseUrl {
    pub(crate) fn new(url: &str, origin: Origin) -> Self {
        Self {
            url: url.trim().to_owned(),
            origin,
        }
    }

    /// A database of SQLite in memory, which nobody has to name.
    pub(crate) fn memory() -> Self {
        Self::new("sqlite::memory:", Origin::default())
    }

    /// Which kind of database it names.
    pub(crate) fn backend(&self) -> Result<Backend, CommandError> {
        AnyConnection::backend_of(&self.url).map_err(|error| CommandError::connect(error, self))
    }

    /// The database as a whole.
    pub(crate) fn named(&self) -> Result<NamedDatabase, CommandError> {
        NamedDatabase::of(&self.url).map_err(|error| CommandError::database(error, self))
    }

    /// Opens the database. A SQLite file that is not there is made.
    pub(crate) fn connect(&self) -> Result<AnyConnection, CommandError> {
        AnyConnection::establish(&self.url).map_err(|error| CommandError::connect(error, self))
    }

    /// The file of a SQLite database that is not there. To look must not make it.
    pub(crate) fn missing_file(&self) -> Option<&str> {
        if !matches!(self.backend(), Ok(Backend::Sqlite)) || self.url.starts_with("file:") {
            return None;
        }
        let file = ["sqlite3:", "sqlite:"]
            .iter()
            .find_map(|scheme| self.url.strip_prefix(scheme))
            .unwrap_or(&self.url);
        let file = file.strip_prefix("//").unwrap_or(file);
        (!file.is_empty() && file != ":memory:" && !Path::new(file).exists()).then_some(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_file_can_be_missing() {
        for (url, missing) in [
            ("sqlite:no/such.db", Some("no/such.db")),
            ("sqlite://no-such.db", Some("no-such.db")),
            ("no-such.db", Some("no-such.db")),
            ("sqlite::memory:", None),
            (":memory:", None),
            ("postgres://h/d", None),
        ] {
            assert_eq!(
                DatabaseUrl::new(url, Origin::default()).missing_file(),
                missing,
                "{url}"
            );
        }
    }
}
