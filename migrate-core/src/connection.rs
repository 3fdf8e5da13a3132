//! Which connections a chain runs on: Diesel's three, whatever derefs to one of them, and [`AnyConnection`], which is opened
//! by its URL.

use std::ops::DerefMut;

use migrate_chain::Backend;

use crate::backend::Server;

/// A connection that a chain runs on. Implemented for `SqliteConnection`, `PgConnection`, `MysqlConnection` and
/// [`AnyConnection`]; sealed, because a run rests on what is known of each server.
pub trait Database: sealed::AsServer + 'static {}

/// What can be turned into a [`Database`]: the connections themselves and everything that derefs to one, such as a pooled
/// connection or a mutex guard. `M` tells the two apart and is always inferred.
pub trait AsConnection<M> {
    #[doc(hidden)]
    type Target: Database;
    #[doc(hidden)]
    fn as_connection(&mut self) -> &mut Self::Target;
}

pub(crate) mod sealed {
    use crate::backend::Server;

    /// What the crate sees of a connection; nobody else can look into it.
    pub struct Handle<'a>(pub(crate) &'a mut dyn Server);

    pub trait AsServer {
        fn as_server(&mut self) -> Handle<'_>;
    }

    /// Marks a connection used as it is.
    #[derive(Debug)]
    pub struct Direct;
    /// Marks something that derefs to a connection.
    #[derive(Debug)]
    pub struct Deref;
}

/// The one door through which the rest of the crate reaches a connection.
pub(crate) fn server<C: AsConnection<M>, M>(connection: &mut C) -> &mut dyn Server {
    sealed::AsServer::as_server(connection.as_connection()).0
}

impl<D> AsConnection<sealed::Deref> for D
where
    D: DerefMut,
    D::Target: Database + Sized,
{
    type Target = D::Target;
    fn as_connection(&mut self) -> &mut Self::Target {
        self
    }
}

macro_rules! direct {
    ($feature:literal, $connection:ty) => {
        #[cfg(feature = $feature)]
        impl Database for $connection {}

        #[cfg(feature = $feature)]
        impl sealed::AsServer for $connection {
            fn as_server(&mut self) -> sealed::Handle<'_> {
                sealed::Handle(self)
            }
        }

        #[cfg(feature = $feature)]
        impl AsConnection<sealed::Direct> for $connection {
            type Target = Self;
            fn as_connection(&mut self) -> &mut Self {
                self
            }
        }
    };
}

direct!("sqlite", diesel::SqliteConnection);
direct!("postgres", diesel::PgConnection);
direct!("mysql", diesel::MysqlConnection);

/// A connection whose kind is known only at run time, from its URL.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// use migrate_core::{AnyConnection, Backend};
/// let connection = AnyConnection::establish("sqlite::memory:").expect("SQLite opens");
/// assert_eq!(connection.backend(), Backend::Sqlite);
/// # }
/// ```
#[non_exhaustive]
pub enum AnyConnection {
    /// SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(diesel::SqliteConnection),
    /// PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
    /// MySQL or MariaDB.
    #[cfg(feature = "mysql")]
    Mysql(diesel::MysqlConnection),
}

/// Why a database could not be opened. No variant shows a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL's scheme is that of a backend that is not compiled in.
    #[error("{backend} is not compiled in")]
    NotCompiled {
        /// The backend.
        backend: Backend,
    },
    /// The scheme is none of the known ones.
    #[error("`{scheme}:` is not the scheme of a database that is known here")]
    UnknownScheme {
        /// The scheme.
        scheme: String,
    },
    /// `sqlite:` alone, which SQLite takes for a database that is gone when the connection is.
    #[error("the URL of the SQLite database names no file")]
    NoFile,
    /// Words such as `host=... dbname=...`, which would otherwise be the name of a SQLite file, password and all.
    #[error("a connection string of keywords is not a URL")]
    Keywords,
    /// The server or the file refused.
    #[error("cannot connect to {url}: {message}")]
    Refused {
        /// The URL without its password.
        url: String,
        /// What was said.
        message: String,
    },
}

/// How libpq and the client libraries of MySQL and MariaDB say that nobody lets in, yet.
const NOT_YET: [&str; 22] = [
    "Connection refused",
    "Connection reset",
    "Connection timed out",
    "Operation timed out",
    "timeout expired",
    "No route to host",
    "Network is unreachable",
    "Host is down",
    "No such file or directory",
    "could not translate host name",
    "server closed the connection unexpectedly",
    "the database system is",
    "too many clients already",
    "remaining connection slots are reserved",
    "Can't connect to",
    "Lost connection to",
    "Unknown MySQL server host",
    "Unknown server host",
    "Unknown MariaDB server host",
    "Too many connections",
    "Server shutdown in progress",
    "server has gone away",
];

impl ConnectError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NotCompiled { backend } => format!("build with the feature `{backend}`"),
            Self::UnknownScheme { .. } | Self::Keywords => {
                "use sqlite:FILE or a file's path, postgres://user@host/database or mysql://user@host/database".into()
            }
            Self::Refused { .. } if self.is_missing_database() => {
                "`migrate create` makes it, and so does `migrate upgrade --create`".into()
            }
            Self::NoFile => "write sqlite:FILE, or sqlite::memory: for one that is not kept".into(),
            Self::Refused { url, .. } if matches!(AnyConnection::backend_of(url), Ok(Backend::Sqlite)) => {
                "check the path: its folder must be there, and you must be allowed to read and write the file".into()
            }
            Self::Refused { .. } => "check that the server runs, and the name, user and password in the URL".into(),
        }
    }

    /// Whether the server is not up yet, not reachable or full, so that it may let in who asks again. Not so where it answered and
    /// said no: to a password, a user, a database that is not there.
    ///
    /// ```
    /// # #[cfg(feature = "postgres")] {
    /// use migrate_core::AnyConnection;
    /// let error = AnyConnection::establish("postgres://nobody@127.0.0.1:1/app").err();
    /// assert!(error.is_some_and(|error| error.is_not_yet()));
    /// # }
    /// ```
    #[must_use]
    pub fn is_not_yet(&self) -> bool {
        self.says(&NOT_YET)
    }

    /// Whether the server answered that it has no such database.
    #[must_use]
    pub fn is_missing_database(&self) -> bool {
        let Self::Refused { message, .. } = self else {
            return false;
        };
        message.contains("Unknown database")
            || message.contains("database \"") && message.contains("does not exist")
    }

    fn says(&self, words: &[&str]) -> bool {
        match self {
            Self::Refused { message, .. } => words.iter().any(|words| message.contains(words)),
            _ => false,
        }
    }
}

impl AnyConnection {
    /// Opens a database by its URL: `sqlite:FILE`, `sqlite://FILE`, `sqlite::memory:`, a plain path, `postgres://...`,
    /// `postgresql://...`, `mysql://...` or `mariadb://...`. A SQLite file that is not there is created.
    ///
    /// # Errors
    /// [`ConnectError`]: the backend is not compiled in, the scheme is unknown, or the server refused.
    pub fn establish(url: &str) -> Result<Self, ConnectError> {
        let (backend, address) = Self::parse(url)?;
        Self::open(backend, &address).map_err(|message| match message {
            None => ConnectError::NotCompiled { backend },
            Some(message) => ConnectError::Refused {
                url: without_password(url),
                message: redact(message.trim_end(), url),
            },
        })
    }

    /// Which backend a URL names, without connecting.
    ///
    /// # Errors
    /// [`ConnectError::UnknownScheme`], [`ConnectError::Keywords`] or [`ConnectError::NoFile`].
    ///
    /// ```
    /// use migrate_core::{AnyConnection, Backend};
    /// assert_eq!(AnyConnection::backend_of("app.db").ok(), Some(Backend::Sqlite));
    /// assert!(AnyConnection::backend_of("oracle://x").is_err());
    /// ```
    pub fn backend_of(url: &str) -> Result<Backend, ConnectError> {
        Self::parse(url).map(|(backend, _)| backend)
    }

    /// The backend of this connection.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Backend::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Backend::Postgres,
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => Backend::Mysql,
        }
    }

    /// The backend, and the address as its driver wants it.
    pub(crate) fn parse(url: &str) -> Result<(Backend, String), ConnectError> {
        // A single letter before a colon is a drive on Windows, not a scheme.
        let Some((scheme, rest)) = url
            .split_once(':')
            .filter(|(scheme, _)| scheme.len() > 1 && is_scheme(scheme))
        else {
            return if has_keywords(url) {
                Err(ConnectError::Keywords)
            } else {
                Ok((Backend::Sqlite, url.to_owned()))
            };
        };
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" | "sqlite3" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" => Err(ConnectError::NoFile),
                file => Ok((Backend::Sqlite, file.to_owned())),
            },
            // SQLite's own URI form, which it reads itself.
            "file" => Ok((Backend::Sqlite, url.to_owned())),
            "postgres" | "postgresql" => Ok((Backend::Postgres, url.to_owned())),
            "mysql" | "mariadb" => Ok((Backend::Mysql, format!("mysql:{rest}"))),
            _ => Err(ConnectError::UnknownScheme {
                scheme: scheme.to_owned(),
            }),
        }
    }

    /// `Err(None)`: the backend is not compiled in.
    #[allow(unused_variables)]
    fn open(backend: Backend, address: &str) -> Result<Self, Option<String>> {
        use diesel::Connection;
        match backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => diesel::SqliteConnection::establish(address)
                .map(Self::Sqlite)
                .map_err(|e| Some(e.to_string())),
            #[cfg(feature = "postgres")]
            Backend::Postgres => diesel::PgConnection::establish(address)
                .map(Self::Postgres)
                .map_err(|e| Some(e.to_string())),
            #[cfg(feature = "mysql")]
            Backend::Mysql => diesel::MysqlConnection::establish(address)
                .map(Self::Mysql)
                .map_err(|e| Some(e.to_string())),
            #[allow(unreachable_patterns)]
            _ => Err(None),
        }
    }
}

impl Database for AnyConnection {}

impl sealed::AsServer for AnyConnection {
    fn as_server(&mut self) -> sealed::Handle<'_> {
        sealed::Handle(match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(connection) => connection,
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => connection,
            #[cfg(feature = "mysql")]
            Self::Mysql(connection) => connection,
            #[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            _ => unreachable!("without a backend no connection can be made"),
        })
    }
}

impl AsConnection<sealed::Direct> for AnyConnection {
    type Target = Self;
    fn as_connection(&mut self) -> &mut Self {
        self
    }
}

/// Whether it is libpq's other way to name a database.
fn has_keywords(text: &str) -> bool {
    const KEYWORDS: [&str; 5] = ["host=", "hostaddr=", "dbname=", "user=", "password="];
    let mut words = text.split_whitespace();
    words.any(|word| KEYWORDS.iter().any(|keyword| word.starts_with(keyword)))
}

fn is_scheme(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// The place of the password in `scheme://user:password@host/...`. One that was not encoded may have any character in it, so it ends
/// at the last `@` of the URL.
fn password(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let (user, _) = rest.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

/// The URL with `***` in the place of its password, in the authority and in a `password=` parameter.
///
/// ```
/// assert_eq!(migrate_core::without_password("mysql://root:s3cret@db/app"), "mysql://root:***@db/app");
/// assert_eq!(migrate_core::without_password("postgres:///app?password=x&user=me"), "postgres:///app?password=***&user=me");
/// ```
#[must_use]
pub fn without_password(url: &str) -> String {
    let mut masked = match password(url) {
        Some(password) => url.replacen(&format!(":{password}@"), ":***@", 1),
        None => url.to_owned(),
    };
    if let Some(query) = masked.find('?') {
        let parameters: Vec<_> = masked[query + 1..]
            .split('&')
            .map(|parameter| match parameter.split_once('=') {
                Some((key, _)) if key.to_ascii_lowercase().contains("password") => {
                    format!("{key}=***")
                }
                _ => parameter.to_owned(),
            })
            .collect();
        masked = format!("{}?{}", &masked[..query], parameters.join("&"));
    }
    masked
}

/// A driver may quote the connection string that it could not read.
fn redact(message: &str, url: &str) -> String {
    let message = message.replace(url, &without_password(url));
    match password(url) {
        // A password of one or two letters would be found in every word; the URL itself is masked above.
        Some(password) if password.len() > 2 => message.replace(password, "***"),
        _ => message,
    }
}
