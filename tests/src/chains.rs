//! The chains of real projects, read where they lie, and what happened when the plain client ran them.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use migrate_core::Backend;
use tempfile::TempDir;

use crate::client::feed;
use crate::database::Database;
use crate::shared::{shared, shared_json};

/// One real project.
#[derive(Debug)]
pub struct RealChain {
    /// The folder's name.
    pub name: String,
    /// The backend that it was written for.
    pub backend: Backend,
    /// Its migrations, in place.
    pub migrations: PathBuf,
    /// How many revisions it has.
    pub revisions: usize,
    /// How many downs in a row work with the plain client, from the head.
    pub downs: usize,
}

/// Every real project; `None` where the folder is not there.
///
/// # Panics
/// Where a folder lacks what it should have.
#[must_use]
pub fn real_chains() -> Option<Vec<RealChain>> {
    let folder = shared("chains")?;
    let mut names: Vec<_> = fs::read_dir(&folder)
        .expect("the folder is read")
        .flatten()
        .filter(|entry| entry.path().join("migrations").is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Some(names.iter().map(|name| real_chain(&folder, name)).collect())
}

fn real_chain(folder: &Path, name: &str) -> RealChain {
    let expected =
        shared_json(&format!("chains/{name}/expected.json")).expect("each has its expected.json");
    let number = |pointer: &str| {
        expected
            .pointer(pointer)
            .and_then(serde_json::Value::as_u64)
            .expect("a number") as usize
    };
    let backend = match name {
        "libxmtp" | "splinter_sqlite" | "tari_wallet" | "tari_contacts" => Backend::Sqlite,
        "tokenserver_mysql" | "syncstorage_mysql" => Backend::Mysql,
        _ => Backend::Postgres,
    };
    RealChain {
        name: name.to_owned(),
        backend,
        migrations: folder.join(name).join("migrations"),
        revisions: number("/revisions"),
        downs: number("/downgrade_to_base/downs_in_a_row"),
    }
}

impl RealChain {
    /// The revisions' directories in the order of their versions, as Diesel sorts them.
    ///
    /// # Panics
    /// Where they cannot be read.
    #[must_use]
    pub fn directories(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.migrations)
            .expect("the migrations are read")
            .flatten();
        let mut names: Vec<_> = entries
            .filter(|entry| entry.path().join("up.sql").is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort_by_key(|name| name.split('_').next().unwrap_or(name).replace('-', ""));
        names
    }

    /// Whether a revision's down is missing or has no statement in it.
    #[must_use]
    pub fn has_no_down(&self, directory: &str) -> bool {
        let text = fs::read_to_string(self.migrations.join(directory).join("down.sql"))
            .unwrap_or_default();
        migrate_chain::split(self.backend, &text).is_ok_and(|statements| statements.is_empty())
    }

    /// How many downs in a row this project's own words allow: a down without a statement counts as irreversible here.
    #[must_use]
    pub fn downs_here(&self) -> usize {
        let newest_first: Vec<_> = self.directories().into_iter().rev().collect();
        let irreversible = newest_first
            .iter()
            .position(|directory| self.has_no_down(directory));
        irreversible.map_or(self.downs, |place| place.min(self.downs))
    }

    /// A directory that takes the project over: a link to its migrations beside a migrate.toml.
    ///
    /// # Panics
    /// Where it cannot be made.
    #[must_use]
    pub fn adopt(&self) -> TempDir {
        let directory = tempfile::tempdir().expect("a directory beside the real one");
        symlink(&self.migrations, directory.path().join("migrations"))
            .expect("a link to the migrations");
        let mut settings = format!("backends = [\"{}\"]\nirreversible = [\n", self.backend);
        for name in self
            .directories()
            .iter()
            .filter(|name| self.has_no_down(name))
        {
            let _ = writeln!(settings, "    \"{name}\",");
        }
        fs::write(directory.path().join("migrate.toml"), settings + "]\n")
            .expect("migrate.toml is written");
        directory
    }

    fn transactional(&self, directory: &str) -> bool {
        let Ok(text) = fs::read_to_string(self.migrations.join(directory).join("metadata.toml"))
        else {
            return true;
        };
        let table: toml::Table = text.parse().expect("metadata.toml is TOML");
        table
            .get("run_in_transaction")
            .and_then(toml::Value::as_bool)
            .unwrap_or(false)
    }
}

/// Runs every up script through the plain client, each in a transaction of its own unless its metadata says otherwise, with the
/// session put back between them.
///
/// # Panics
/// With the client's words, where one fails.
pub fn plain_run(chain: &RealChain, database: &Database) {
    // Some scripts speak of Diesel's table.
    database.run(
        "CREATE TABLE __diesel_schema_migrations \
         (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);",
    );
    let mut script = String::new();
    for directory in chain.directories() {
        let file = chain.migrations.join(&directory).join("up.sql");
        let (begin, commit) = if chain.transactional(&directory) {
            ("BEGIN;", "COMMIT;")
        } else {
            ("", "")
        };
        let file_name = file.display();
        let _ = match chain.backend {
            Backend::Postgres => {
                writeln!(script, "{begin}\n\\i '{file_name}'\n{commit}\nRESET ALL;")
            }
            Backend::Sqlite => writeln!(script, "{begin}\n.read \"{file_name}\"\n{commit}"),
            Backend::Mysql => {
                // The file goes to the server in one piece, as procedures without DELIMITER need it.
                let mut command = database.client().command();
                command.arg("--delimiter=~~~~");
                let text = fs::read_to_string(&file).expect("the script is read");
                feed(command, &text).unwrap_or_else(|error| panic!("{directory}: {error}"));
                continue;
            }
        };
    }
    if !script.is_empty() {
        database.run(&script);
    }
}
