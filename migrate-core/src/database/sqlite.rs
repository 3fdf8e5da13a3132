//! SQLite: a file, and the files beside it that belong to it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use super::{DatabaseError, NamedDatabase, Sessions};
use crate::connection::AnyConnection;
use crate::failure::ErrorKind;

/// How every SQLite database begins: <https://www.sqlite.org/fileformat2.html>.
const HEADER: &[u8] = b"SQLite format 3\0";

/// What SQLite and a run put beside the file. They go first: a journal that outlives its database would be taken for that of the
/// next one.
const BESIDE: [&str; 4] = ["-journal", "-wal", "-shm", "-migrate-lock"];

pub(super) fn exists(database: &NamedDatabase) -> Result<bool, DatabaseError> {
    is_database(&PathBuf::from(database.name()))
}

pub(super) fn create(database: &NamedDatabase) -> Result<bool, DatabaseError> {
    let path = PathBuf::from(database.name());
    if is_database(&path)? {
        return Ok(false);
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed("create", parent))?;
    }
    let mut connection = AnyConnection::establish(&database.url)?;
    // A file of no length would be taken for anything.
    let written = crate::connection::server(&mut connection).execute("PRAGMA user_version = 0");
    match written {
        Ok(()) => Ok(true),
        // Another process made the file at the same moment, and writes to it.
        Err(error) if error.kind == ErrorKind::Busy => Ok(false),
        Err(error) => Err(DatabaseError::Server {
            what: "create",
            name: database.name().to_owned(),
            error: Box::new(error),
        }),
    }
}

pub(super) fn drop(database: &NamedDatabase, sessions: Sessions) -> Result<bool, DatabaseError> {
    let path = PathBuf::from(database.name());
    if !is_database(&path)? {
        return Ok(false);
    }
    // SQLite puts its journals beside the file that a link leads to. The link stays, so that the next database is made there.
    let path = fs::canonicalize(&path).map_err(failed("drop", &path))?;
    if sessions == Sessions::Refuse {
        refuse_users(&path)?;
    }
    for suffix in BESIDE {
        let beside = with_suffix(&path, suffix);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("drop", &beside)(error));
            }
            _ => {}
        }
    }
    fs::remove_file(&path).map_err(failed("drop", &path))?;
    Ok(true)
}

/// Whether the file is there. One that is something else is an error; an empty one is what SQLite makes at first.
fn is_database(path: &Path) -> Result<bool, DatabaseError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed("read", path)(error)),
    };
    let mut begin = Vec::new();
    let read = (&mut file).take(16).read_to_end(&mut begin);
    match read {
        Ok(_) if begin.is_empty() || begin == HEADER => Ok(true),
        // A directory cannot be read.
        _ => Err(DatabaseError::NotSqlite {
            path: path.to_owned(),
        }),
    }
}

/// Refuses a file that another process runs on. One that merely has it open shows only where it keeps a write-ahead log.
fn refuse_users(path: &Path) -> Result<(), DatabaseError> {
    let in_use = |by: &str| DatabaseError::InUse {
        name: path.display().to_string(),
        by: by.to_owned(),
    };
    if let Ok(lock) = File::open(with_suffix(path, "-migrate-lock"))
        && matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock))
    {
        return Err(in_use("a migration runs on it"));
    }
    let Ok(mut connection) = SqliteConnection::establish(&path.to_string_lossy()) else {
        return Ok(());
    };
    // The journal's mode is changed by nobody but the only one who has the file open.
    let alone = connection.batch_execute("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
    match alone {
        Err(error) if error.to_string().contains("locked") => {
            Err(in_use("another process has it open"))
        }
        // What is broken can be dropped all the same.
        _ => Ok(()),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn failed<'p>(what: &'static str, path: &'p Path) -> impl Fn(io::Error) -> DatabaseError + 'p {
    move |error| DatabaseError::File {
        what,
        path: path.to_owned(),
        error,
    }
}
