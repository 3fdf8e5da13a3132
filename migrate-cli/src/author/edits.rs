//! Several changes of files as one: all of them are made or none, also where the process is killed in between.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use migrate_chain::Lock;

use super::journal::{Journal, NEW, Undo};
use crate::error::CommandError;

/// Changes that are to be made.
#[derive(Default)]
pub(crate) struct Edits {
    acts: Vec<Act>,
}

enum Act {
    Directory(PathBuf),
    Write { path: PathBuf, text: String },
    Rename { from: PathBuf, to: PathBuf },
}

/// Changes that are made and not kept yet. What is not kept in the end is undone, the last change first.
#[must_use]
pub(crate) struct Made {
    directory: PathBuf,
    undos: Vec<Undo>,
    journal: Option<Journal>,
}

impl Edits {
    /// Makes a directory that is not there yet.
    pub(crate) fn directory(&mut self, path: &Path) {
        self.acts.push(Act::Directory(path.to_owned()));
    }

    /// Writes a file, in the place of one that is there.
    pub(crate) fn write(&mut self, path: &Path, text: String) {
        let path = path.to_owned();
        self.acts.push(Act::Write { path, text });
    }

    /// Gives a directory another name, which nothing has then. All renames come after all that is written under the old names:
    /// so it can be undone without knowing how far it came.
    pub(crate) fn rename(&mut self, from: &Path, to: &Path) {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.acts.push(Act::Rename { from, to });
    }

    /// Makes the changes in that migrations directory. How to undo them is written down there before the first.
    pub(crate) fn make(self, directory: &Path) -> Result<Made, CommandError> {
        let undos = self.acts.iter().map(|act| act.undo(directory));
        let undos = undos.collect::<Result<Vec<_>, _>>()?;
        let journal = Journal::begin(directory, &undos)?;
        let made = Made {
            directory: directory.to_owned(),
            undos,
            journal: Some(journal),
        };
        self.acts.iter().try_for_each(Act::make)?;
        Ok(made)
    }
}

impl Made {
    /// Writes another text into a file that was written already.
    pub(crate) fn write_again(&self, path: &Path, text: &str) -> Result<(), CommandError> {
        write(path, text).map_err(|error| cannot("write", path, &error))
    }

    /// Lets all of it stand.
    pub(crate) fn keep(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.undos.clear();
        if let Some(journal) = self.journal.take() {
            journal.end();
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let undone = |undo: &Undo| undo.run(&self.directory).is_ok();
        // The error that led here is the one to report. What cannot be undone now stays in the journal.
        if self.undos.iter().rev().all(undone) {
            self.end();
        }
    }
}

impl Act {
    fn make(&self) -> Result<(), CommandError> {
        match self {
            Self::Directory(path) => {
                fs::create_dir(path).map_err(|error| cannot("make", path, &error))
            }
            Self::Write { path, text } => {
                write(path, text).map_err(|error| cannot("write", path, &error))
            }
            Self::Rename { to, .. } if to.exists() => {
                let there = io::Error::from(io::ErrorKind::AlreadyExists);
                Err(cannot("make", to, &there))
            }
            Self::Rename { from, to } => {
                fs::rename(from, to).map_err(|error| cannot("rename", from, &error))
            }
        }
    }

    /// How it is undone in that migrations directory.
    fn undo(&self, directory: &Path) -> Result<Undo, CommandError> {
        let seen = |path: &Path| seen_from(directory, path);
        Ok(match self {
            Self::Directory(path) if path.exists() => {
                let there = io::Error::from(io::ErrorKind::AlreadyExists);
                return Err(cannot("make", path, &there));
            }
            Self::Directory(path) => Undo::Directory { path: seen(path) },
            Self::Write { path, text } => Undo::Text {
                before: match fs::read_to_string(path) {
                    Ok(before) => Some(before),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                    Err(error) => return Err(cannot("read", path, &error)),
                },
                // A lock is written twice, and may be written anew by whoever reads it.
                after: (!path.ends_with(Lock::FILE)).then(|| text.clone()),
                path: seen(path),
            },
            Self::Rename { from, to } => Undo::Rename {
                from: seen(from),
                to: seen(to),
            },
        })
    }
}

/// The path as the journal of a directory has it. One that is neither in it nor beside it stays as it is.
fn seen_from(directory: &Path, path: &Path) -> PathBuf {
    let beside = || path.strip_prefix(directory.parent()?).ok();
    match path.strip_prefix(directory) {
        Ok(inside) => inside.to_owned(),
        Err(_) => beside().map_or_else(|| path.to_owned(), |beside| Path::new("..").join(beside)),
    }
}

/// Writes a file. One that is there is replaced as a whole.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let put = |path: &Path| {
        let mut file = fs::File::create(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    if !path.exists() {
        return put(path);
    }
    let new = path.with_file_name(NEW);
    put(&new).and_then(|()| fs::rename(&new, path))
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> CommandError {
    CommandError::failed(format!("cannot {what} {}: {error}", path.display()))
        .with_help("nothing was changed")
}

#[cfg(test)]
mod tests;
