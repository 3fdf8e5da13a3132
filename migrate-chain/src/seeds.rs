//! Seeds: files of rows to begin with, read in the order of their names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::folder;
use crate::{Backend, Backends, Position, Problem, Problems, Script};

/// A file of statements that fills tables, such as `seeds/01_users.sql`.
///
/// ```
/// use migrate_chain::{Backend, Seed};
///
/// let directory = tempfile::tempdir()?;
/// std::fs::write(directory.path().join("02_orders.sql"), "INSERT INTO orders VALUES (1);")?;
/// std::fs::write(directory.path().join("01_users.sql"), "INSERT INTO users VALUES (1);")?;
/// std::fs::write(directory.path().join("01_users.mysql.sql"), "INSERT IGNORE INTO users VALUES (1);")?;
/// let seeds = Seed::read_all(directory.path(), Backend::Mysql)?;
/// let names: Vec<_> = seeds.iter().map(Seed::name).collect();
/// assert_eq!(names, ["01_users.sql", "02_orders.sql"]);
/// assert_eq!(seeds[0].script().file(), "01_users.mysql.sql");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Seed {
    name: String,
    script: Script,
}

impl Seed {
    /// The seeds of a directory for one backend, in the order of their names. A file in the words of one backend,
    /// `01_users.mysql.sql`, stands there for `01_users.sql`. Other files, and whatever begins with a dot, are none.
    ///
    /// # Errors
    /// Everything that is wrong with them, each seen from the directory.
    pub fn read_all(directory: &Path, backend: Backend) -> Result<Vec<Self>, Problems> {
        let mut problems = Vec::new();
        let mut seeds = Vec::new();
        for (name, file) in files(directory, backend)? {
            match read(directory, &file, backend) {
                Ok(script) => seeds.push(Self { name, script }),
                Err(problem) => problems.push(problem),
            }
        }
        Problems::none_or(problems).map(|()| seeds)
    }

    /// One file, whatever it is called.
    ///
    /// ```
    /// use migrate_chain::{Backend, Seed};
    ///
    /// let directory = tempfile::tempdir()?;
    /// let file = directory.path().join("schema.sql");
    /// std::fs::write(&file, "CREATE TABLE users (id INTEGER); CREATE TABLE orders (id INTEGER);")?;
    /// assert_eq!(Seed::read(&file, Backend::Sqlite)?.script().statements().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with it, seen from its directory.
    pub fn read(file: &Path, backend: Backend) -> Result<Self, Problems> {
        let directory = file.parent().unwrap_or(Path::new(""));
        let name = file.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let script = read(directory, &name, backend)?;
        Ok(Self { name, script })
    }

    /// Its name, whichever backend it is for: `01_users.sql`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its statements.
    #[must_use]
    pub fn script(&self) -> &Script {
        &self.script
    }
}

/// Each seed's name and the file that is it on this backend.
fn files(directory: &Path, backend: Backend) -> Result<BTreeMap<String, String>, Problem> {
    let unreadable = |error: std::io::Error| Problem::Unreadable {
        file: String::new(),
        error: error.to_string(),
    };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.file_name();
        let file = file.to_string_lossy().into_owned();
        let Some((name, only)) = taken_apart(&file) else {
            continue;
        };
        match only {
            Some(other) if other != backend => {}
            Some(_) => _ = files.insert(name, file),
            None => _ = files.entry(name).or_insert(file),
        }
    }
    Ok(files)
}

/// `01_users.mysql.sql` is `01_users.sql` for MySQL alone.
fn taken_apart(file: &str) -> Option<(String, Option<Backend>)> {
    let stem = file.strip_suffix(".sql").filter(|stem| !stem.is_empty())?;
    if stem.starts_with('.') {
        return None;
    }
    let own = stem.rsplit_once('.');
    let own = own.and_then(|(name, backend)| Some((name, Backend::from_name(backend)?)));
    Some(match own {
        Some((name, backend)) => (format!("{name}.sql"), Some(backend)),
        None => (file.to_owned(), None),
    })
}

fn read(directory: &Path, file: &str, backend: Backend) -> Result<Script, Problem> {
    let text = folder::text(&directory.join(file), file)?;
    Script::read(file.to_owned(), backend.into(), text.clone(), backend).map_err(|error| {
        Problem::Script {
            file: file.to_owned(),
            at: Position::of(&text, error.at()),
            backends: Backends::NONE,
            error,
        }
    })
}
