//! How a half done change of a migrations directory is undone, written into it before the first file is touched. Whoever changes
//! the directory holds a lock on that file, which the system takes back when the process ends: one that nobody holds was left by a
//! process that was killed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use migrate_chain::Project;
use serde::{Deserialize, Serialize};

use crate::error::CommandError;

/// The name of a text that is about to replace another one.
pub(super) const NEW: &str = ".migrate-new";

/// How long another process may take that changes the same directory.
const PATIENCE: Duration = Duration::from_secs(10);

/// How one change is undone. Each path is seen from the migrations directory. Undoing what was not done, or is undone already,
/// changes nothing.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Undo {
    /// A directory was made.
    Directory { path: PathBuf },
    /// A text was written.
    Text {
        path: PathBuf,
        /// What was there; `None` where nothing was.
        before: Option<String>,
        /// What was written: another text was put there since, by somebody else. `None`: it does not matter which.
        after: Option<String>,
    },
    /// A directory got another name.
    Rename { from: PathBuf, to: PathBuf },
}

impl Undo {
    pub(super) fn run(&self, directory: &Path) -> io::Result<()> {
        match self {
            Self::Directory { path } => match fs::remove_dir(directory.join(path)) {
                Err(error)
                    if !matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty
                    ) =>
                {
                    Err(error)
                }
                _ => Ok(()),
            },
            Self::Text {
                path,
                before,
                after,
            } => restore(&directory.join(path), before.as_deref(), after.as_deref()),
            Self::Rename { from, to } => {
                let (from, to) = (directory.join(from), directory.join(to));
                match from.exists() || !to.exists() {
                    true => Ok(()),
                    false => fs::rename(to, from),
                }
            }
        }
    }

    fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Directory { path } | Self::Text { path, .. } => vec![path],
            Self::Rename { from, to } => vec![from, to],
        }
    }

    /// Whether it stays in the directory, and in the settings beside it. A journal may come from a stranger's repository.
    fn stays(&self, directory: &Path) -> bool {
        self.paths().into_iter().all(|path| {
            let parts: Vec<_> = path.components().collect();
            match parts[..] {
                [Component::Normal(_)] => true,
                [Component::Normal(revision), Component::Normal(_)] => {
                    let there = fs::symlink_metadata(directory.join(revision));
                    !there.is_ok_and(|there| there.is_symlink())
                }
                [Component::ParentDir, Component::Normal(file)] => file == "migrate.toml",
                _ => false,
            }
        })
    }
}

/// Puts the text back that was there before, unless somebody else has written the file since.
fn restore(path: &Path, before: Option<&str>, after: Option<&str>) -> io::Result<()> {
    let new = path.with_file_name(NEW);
    if new.exists() {
        fs::remove_file(&new)?;
    }
    let now = match fs::read_to_string(path) {
        Ok(now) => now,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    match before {
        // A new file may be cut short.
        None if after.is_none_or(|after| after.starts_with(&now)) => fs::remove_file(path),
        Some(before) if now != before && after.is_none_or(|after| after == now) => {
            fs::write(&new, before)?;
            fs::rename(&new, path)
        }
        _ => Ok(()),
    }
}

/// The journal of a change that is being made.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Writes down how a change is undone, so that it outlasts this process and a loss of power.
    pub(super) fn begin(directory: &Path, undos: &[Undo]) -> Result<Self, CommandError> {
        // What is elsewhere is undone by this process alone.
        let undos: Vec<_> = undos.iter().filter(|undo| undo.stays(directory)).collect();
        let path = directory.join(Project::UNDO_FILE);
        loop {
            if recover(directory)? {
                return Err(
                    CommandError::failed(format!("{}: {WAS_STOPPED}", path.display())).with_help(
                        "run this once more: what it began with is not there any longer",
                    ),
                );
            }
            match Self::write(&path, &undos) {
                Ok(journal) => return Ok(journal),
                // Another process was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    let message = format!("cannot write {}: {error}", path.display());
                    return Err(CommandError::failed(message).with_help("nothing was changed"));
                }
            }
        }
    }

    fn write(path: &Path, undos: &[&Undo]) -> io::Result<Self> {
        let text = serde_json::to_vec(undos)?;
        let file = File::create_new(path)?;
        let path = path.to_owned();
        let mut journal = Self { path, file };
        let written = journal.file.lock().and_then(|()| {
            journal.file.write_all(&text)?;
            journal.file.sync_all()
        });
        match written {
            // One that nobody held for a moment may have been taken for one that is left over.
            Ok(()) if !journal.path.exists() => Err(io::ErrorKind::AlreadyExists.into()),
            Ok(()) => {
                settle(&journal.path);
                Ok(journal)
            }
            Err(error) => {
                journal.end();
                Err(error)
            }
        }
    }

    /// There is nothing to undo any more.
    pub(super) fn end(self) {
        settle(&self.path);
        let _ = fs::remove_file(&self.path);
        // Somebody may have opened it just before: nothing in it is theirs to undo.
        let _ = self.file.set_len(0);
    }
}

/// Has the names beside a file written to the disk, where the system can.
fn settle(path: &Path) {
    let directory = path.parent().map(File::open);
    let _ = directory.map(|directory| directory.and_then(|directory| directory.sync_all()));
}

/// What there is to say after [`recover`] did something.
pub(crate) const WAS_STOPPED: &str =
    "an earlier command was stopped while it changed files here, and what it had done is undone";

/// Undoes what a process that was killed left half done in a migrations directory; whether there was anything. Waits for one that
/// is still at work.
pub(crate) fn recover(directory: &Path) -> Result<bool, CommandError> {
    let path = directory.join(Project::UNDO_FILE);
    let cannot = |error: io::Error| {
        CommandError::failed(format!(
            "an earlier command was stopped while it changed files, and that cannot be undone: {}: {error}",
            path.display()
        ))
        .with_help("see to that and run this again; or put the files back with git, and delete that one")
    };
    let Some(mut file) = left_over(&path).map_err(cannot)? else {
        return Ok(false);
    };
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(cannot)?;
    // One that was not written to its end was followed by no change.
    let undos: Vec<Undo> = serde_json::from_str(&text).unwrap_or_default();
    if undos.iter().any(|undo| !undo.stays(directory)) {
        let why = "it names files that are not in this directory";
        return Err(cannot(io::Error::other(why)));
    }
    let mut undos_left = undos.iter().rev();
    undos_left
        .try_for_each(|undo| undo.run(directory))
        .map_err(cannot)?;
    Journal {
        path: path.clone(),
        file,
    }
    .end();
    Ok(!undos.is_empty())
}

/// The journal that nobody holds any more, locked, if there is one.
fn left_over(path: &Path) -> io::Result<Option<File>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(None),
            file => file?,
        };
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                // Opened anew then: it goes away with its owner.
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("a process that still runs holds it"));
            }
        }
    }
}
