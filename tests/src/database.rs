//! A database of a test's own: made empty, under a name that nobody else has, and gone afterwards.

use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::{Connection as _, MysqlConnection, PgConnection, SqliteConnection};
use migrate_core::{AnyConnection, Backend};
use migrate_schema::Dialect;
use tempfile::TempDir;
use url::Url;

use crate::client::Client;
use crate::servers::server;

/// The schema that is not the connection's own.
pub(crate) const OTHER_SCHEMA: &str = "Oth\"er";

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// An empty database, dropped with the value.
#[derive(Debug)]
pub struct Database {
    backend: Backend,
    name: String,
    url: String,
    client: Client,
    directory: Option<TempDir>,
    beside: OnceLock<Box<Database>>,
}

impl Database {
    /// Makes one. `None`: there is no such server.
    ///
    /// # Panics
    /// Where the server refuses, or is missing although it is demanded.
    pub fn create(backend: Backend) -> Option<Self> {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let random = RandomState::new().hash_one(number) & 0xffff;
        let name = format!("migrate_test_{}_{number}_{random:04x}", process::id());
        if backend == Backend::Sqlite {
            // In memory where the system has such files: hundreds of small commits need no disk to be right.
            let fast = PathBuf::from("/dev/shm");
            return Some(Self::file(
                name,
                &if fast.is_dir() {
                    fast
                } else {
                    std::env::temp_dir()
                },
            ));
        }
        let server = server(backend)?;
        let mut url = server.clone();
        url.set_path(&name);
        let made = Self {
            backend,
            name,
            client: Client::new(backend, url.as_str()),
            url: url.into(),
            directory: None,
            beside: OnceLock::new(),
        };
        made.administer(&format!("CREATE DATABASE {}", made.name))
            .unwrap_or_else(|error| panic!("{error}"));
        Some(made)
    }

    /// A SQLite database on the disk that this very program lies on, for whom the time of its commits matters.
    ///
    /// # Panics
    /// Where the file's directory cannot be made.
    #[must_use]
    pub fn on_disk() -> Self {
        let program = std::env::current_exe().expect("a program has a path");
        Self::file(
            "migrate_on_disk".into(),
            program.parent().expect("a program lies somewhere"),
        )
    }

    fn file(name: String, parent: &Path) -> Self {
        let directory = tempfile::Builder::new()
            .prefix(&name)
            .tempdir_in(parent)
            .expect("a directory for a test's database");
        let path = directory
            .path()
            .join("test.db")
            .to_string_lossy()
            .into_owned();
        let client = Client::new(Backend::Sqlite, &path);
        Self {
            backend: Backend::Sqlite,
            name,
            url: format!("sqlite:{path}"),
            client,
            directory: Some(directory),
            beside: OnceLock::new(),
        }
    }

    /// A second one on the same server, which goes with this one: thousands of comparisons need not make thousands.
    ///
    /// # Panics
    /// Where the server refuses.
    #[must_use]
    pub fn beside(&self) -> &Self {
        self.beside
            .get_or_init(|| Box::new(Self::create(self.backend).expect("there was one")))
    }

    /// Takes out everything that is in it, and runs SQL in it then. On PostgreSQL there are two schemas afterwards.
    ///
    /// # Panics
    /// With the client's words, where it fails.
    pub fn begin_again(&self, sql: &str) {
        let name = &self.name;
        let empty = match self.backend {
            Backend::Sqlite => {
                let _ = std::fs::remove_file(self.path());
                String::new()
            }
            Backend::Postgres => {
                let schemas = ["public".into(), Dialect::Postgres.quote(OTHER_SCHEMA)];
                let anew =
                    |name| format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name};");
                schemas.map(anew).concat()
            }
            Backend::Mysql => format!("DROP DATABASE {name}; CREATE DATABASE {name}; USE {name};"),
        };
        self.run(&format!("{empty}\n{sql}"));
    }

    /// The backend.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// The name on its server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL, as an app would be given it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL with another user or another port.
    ///
    /// # Panics
    /// For SQLite.
    #[must_use]
    pub fn url_with(&self, change: impl FnOnce(&mut Url)) -> String {
        let mut url = Url::parse(&self.url).expect("a server's URL");
        change(&mut url);
        url.into()
    }

    /// The file of a SQLite database.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.url.trim_start_matches("sqlite:").into()
    }

    /// A connection of whichever kind, new.
    ///
    /// # Panics
    /// Where it cannot be opened.
    #[must_use]
    pub fn connect(&self) -> AnyConnection {
        AnyConnection::establish(&self.url).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A typed connection.
    ///
    /// # Panics
    /// Where it cannot be opened.
    #[must_use]
    pub fn sqlite(&self) -> SqliteConnection {
        SqliteConnection::establish(&self.path().to_string_lossy()).expect("SQLite opens")
    }

    /// A typed connection.
    ///
    /// # Panics
    /// Where it cannot be opened.
    #[must_use]
    pub fn postgres(&self) -> PgConnection {
        PgConnection::establish(&self.url).expect("PostgreSQL connects")
    }

    /// A typed connection.
    ///
    /// # Panics
    /// Where it cannot be opened.
    #[must_use]
    pub fn mysql(&self) -> MysqlConnection {
        MysqlConnection::establish(&self.url).expect("MySQL connects")
    }

    /// The plain client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Runs SQL through the plain client.
    ///
    /// # Panics
    /// With the client's words, where it fails.
    pub fn run(&self, sql: &str) -> String {
        self.client
            .run(sql)
            .unwrap_or_else(|error| panic!("{error}\nin: {sql}"))
    }

    /// The rows of a query, through the plain client.
    ///
    /// # Panics
    /// With the client's words, where it fails.
    #[must_use]
    pub fn query(&self, sql: &str) -> Vec<Vec<String>> {
        self.client
            .query(sql)
            .unwrap_or_else(|error| panic!("{error}\nin: {sql}"))
    }

    /// The first column of a query.
    #[must_use]
    pub fn column(&self, sql: &str) -> Vec<String> {
        self.query(sql)
            .into_iter()
            .filter_map(|row| row.into_iter().next())
            .collect()
    }

    /// The first column of the first row of a query; empty where there is none.
    #[must_use]
    pub fn value(&self, sql: &str) -> String {
        self.column(sql).into_iter().next().unwrap_or_default()
    }

    /// Whether there is a table of this name.
    #[must_use]
    pub fn has_table(&self, table: &str) -> bool {
        let sql = match self.backend {
            Backend::Sqlite => format!(
                "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{table}'"
            ),
            Backend::Postgres => {
                format!("SELECT count(*) FROM pg_tables WHERE tablename = '{table}'")
            }
            Backend::Mysql => format!(
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '{table}'"
            ),
        };
        self.value(&sql) != "0"
    }

    /// The ids that Diesel's table has, in order.
    #[must_use]
    pub fn applied(&self) -> Vec<String> {
        if !self.has_table("__diesel_schema_migrations") {
            return Vec::new();
        }
        self.column("SELECT version FROM __diesel_schema_migrations ORDER BY version")
    }

    /// The log's rows as `revision action outcome done/total`, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        let rows = self.query(
            "SELECT revision, action, outcome, statements_done, statements_total FROM __migrate_log \
             WHERE action <> 'layout' ORDER BY id",
        );
        rows.iter()
            .map(|row| format!("{} {} {} {}/{}", row[0], row[1], row[2], row[3], row[4]))
            .collect()
    }

    /// Runs SQL on the server, outside this database.
    ///
    /// # Errors
    /// What the client said.
    pub fn administer(&self, sql: &str) -> Result<String, String> {
        let server = server(self.backend).expect("a server");
        Client::new(self.backend, server.as_str()).run(sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let result = match self.backend {
            Backend::Sqlite => {
                // A test may have taken the right to write away.
                if let Some(directory) = &self.directory {
                    let _ = process::Command::new("chmod")
                        .arg("-R")
                        .arg("u+rwX")
                        .arg(directory.path())
                        .status();
                }
                Ok(String::new())
            }
            Backend::Postgres => self.administer(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                self.name
            )),
            Backend::Mysql => {
                let connections = format!(
                    "SELECT id FROM information_schema.processlist WHERE db = '{}'",
                    self.name
                );
                for id in self.administer(&connections).unwrap_or_default().lines() {
                    let _ = self.administer(&format!("KILL {id}"));
                }
                self.administer(&format!("DROP DATABASE IF EXISTS {}", self.name))
            }
        };
        if let Err(error) = result {
            crate::say(&format!("{} was left behind: {error}", self.name));
        }
    }
}
