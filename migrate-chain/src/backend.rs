//! The three kinds of database, and sets of them.

use std::fmt;

/// A kind of database: its words in file names, settings and messages are `sqlite`, `postgres` and `mysql`.
///
/// ```
/// use migrate_chain::Backend;
/// assert_eq!(Backend::from_name("postgres"), Some(Backend::Postgres));
/// assert_eq!(Backend::Mysql.to_string(), "mysql");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Backend {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Backend {
    /// All of them, in the order in which they are listed everywhere.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    /// The word for it in file names (`up.mysql.sql`), settings and messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// The backend of that name, if it is one of the three.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|backend| backend.name() == name)
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of [`Backend`]s: which of them a script is written for.
///
/// ```
/// use migrate_chain::{Backend, Backends};
/// let set: Backends = [Backend::Sqlite, Backend::Mysql].into_iter().collect();
/// assert!(set.contains(Backend::Mysql) && !set.contains(Backend::Postgres));
/// assert_eq!(set.to_string(), "sqlite, mysql");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Backends(u8);

impl Backends {
    /// No backend.
    pub const NONE: Self = Self(0);
    /// All three.
    pub const ALL: Self = Self(0b111);

    /// The set with exactly these bits: 1 for SQLite, 2 for PostgreSQL, 4 for MySQL. Other bits are ignored.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The bits that [`from_bits`](Self::from_bits) reads.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the backend is one of the set.
    #[must_use]
    pub const fn contains(self, backend: Backend) -> bool {
        self.0 & (1 << backend as u8) != 0
    }

    /// The set with this backend too.
    #[must_use]
    pub const fn with(self, backend: Backend) -> Self {
        Self(self.0 | (1 << backend as u8))
    }

    /// Whether no backend is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The backends of the set, in the order of [`Backend::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Backend> {
        Backend::ALL
            .into_iter()
            .filter(move |&backend| self.contains(backend))
    }
}

impl FromIterator<Backend> for Backends {
    fn from_iter<I: IntoIterator<Item = Backend>>(backends: I) -> Self {
        backends.into_iter().fold(Self::NONE, Self::with)
    }
}

impl From<Backend> for Backends {
    fn from(backend: Backend) -> Self {
        Self::NONE.with(backend)
    }
}

impl fmt::Display for Backends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Backend::name).collect();
        f.write_str(&names.join(", "))
    }
}
