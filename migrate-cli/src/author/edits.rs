//! Several changes of files as one: what is not kept in the end is undone, the last change first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::CommandError;
use crate::files;

/// Changes that are made and not kept yet.
#[derive(Default)]
pub(crate) struct Edits {
    done: Vec<Done>,
}

enum Done {
    Directory(PathBuf),
    Created(PathBuf),
    Replaced { path: PathBuf, before: Vec<u8> },
    Renamed { from: PathBuf, to: PathBuf },
}

impl Edits {
    /// Makes a directory that is not there yet.
    pub(crate) fn directory(&mut self, path: &Path) -> Result<(), CommandError> {
        fs::create_dir(path).map_err(|error| cannot("make", path, &error))?;
        self.done.push(Done::Directory(path.to_owned()));
        Ok(())
    }

    /// Writes a file, in the place of one that is there.
    pub(crate) fn write(&mut self, path: &Path, text: &str) -> Result<(), CommandError> {
        let before = match fs::read(path) {
            Ok(before) => Some(before),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(cannot("read", path, &error)),
        };
        files::replace(path, text).map_err(|error| cannot("write", path, &error))?;
        let path = path.to_owned();
        self.done.push(match before {
            Some(before) => Done::Replaced { path, before },
            None => Done::Created(path),
        });
        Ok(())
    }

    /// Gives a directory another name, which nothing has yet.
    pub(crate) fn rename(&mut self, from: &Path, to: &Path) -> Result<(), CommandError> {
        if to.exists() {
            let there = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(cannot("make", to, &there));
        }
        fs::rename(from, to).map_err(|error| cannot("rename", from, &error))?;
        let (from, to) = (from.to_owned(), to.to_owned());
        self.done.push(Done::Renamed { from, to });
        Ok(())
    }

    /// Lets all of it stand.
    pub(crate) fn keep(mut self) {
        self.done.clear();
    }
}

impl Drop for Edits {
    fn drop(&mut self) {
        for done in self.done.drain(..).rev() {
            // The error that led here is the one to report.
            let _ = match done {
                Done::Directory(path) => fs::remove_dir(path),
                Done::Created(path) => fs::remove_file(path),
                Done::Replaced { path, before } => fs::write(path, before),
                Done::Renamed { from, to } => fs::rename(to, from),
            };
        }
    }
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> CommandError {
    CommandError::failed(format!("cannot {what} {}: {error}", path.display()))
        .with_help("nothing was changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_as_it_was() {
        let root = tempfile::tempdir().expect("a directory");
        let path = |name: &str| root.path().join(name);
        fs::create_dir(path("a")).expect("made");
        fs::write(path("a/file"), "before").expect("written");
        let all = |edits: &mut Edits| -> Result<(), CommandError> {
            edits.write(&path("a/file"), "after")?;
            edits.write(&path("a/new"), "new")?;
            edits.rename(&path("a"), &path("b"))?;
            edits.directory(&path("c"))?;
            edits.write(&path("c/new"), "new")
        };
        let mut edits = Edits::default();
        all(&mut edits).expect("nothing is in the way");
        assert!(edits.rename(&path("c"), &path("b")).is_err());
        drop(edits);
        assert_eq!(fs::read_to_string(path("a/file")).expect("read"), "before");
        let left = |name: &str| fs::read_dir(path(name)).expect("listed").count();
        assert_eq!((left(""), left("a")), (1, 1));

        let mut edits = Edits::default();
        all(&mut edits).expect("nothing is in the way");
        edits.keep();
        assert_eq!(fs::read_to_string(path("b/file")).expect("read"), "after");
        assert_eq!((left(""), left("b"), left("c")), (2, 2, 1));
    }
}
