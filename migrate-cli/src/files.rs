//! Writing files: never over one that is there, and never half.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

/// Writes a file that is not there yet, whole.
pub(crate) fn create(path: &Path, text: &str) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => replace(path, text),
    }
}

/// Puts a text in the place of a file, whole: whoever reads at the same time sees the old one or the new one.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    // Hidden, so that no reader of the directory takes it for something.
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    let temporary = path.with_file_name(hidden);
    let put = || {
        let mut file = File::create(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    let written = put();
    if written.is_err() {
        // What could not be renamed is of no use to anybody.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// The path as the user would write it from `from`, with `/` between its parts.
pub(crate) fn shown(path: &Path, from: &Path) -> String {
    let absolute = normal(&from.join(path));
    let from = normal(from);
    let shown = match absolute.strip_prefix(&from) {
        Ok(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        Ok(inside) => inside.to_owned(),
        Err(_) => upward(&absolute, &from).unwrap_or(absolute),
    };
    let shown = shown.to_string_lossy().into_owned();
    if cfg!(windows) {
        shown.replace('\\', "/")
    } else {
        shown
    }
}

/// `../migrations`, where that is shorter than the whole path.
fn upward(path: &Path, from: &Path) -> Option<PathBuf> {
    let mut up = PathBuf::new();
    for ancestor in from.ancestors().skip(1) {
        up.push("..");
        // The root is what every path has in common.
        ancestor.parent()?;
        if let Ok(rest) = path.strip_prefix(ancestor) {
            return Some(up.join(rest));
        }
    }
    None
}

/// The path without `.` and `..`, by its text alone: a link keeps the name that the user knows.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => _ = normal.pop(),
            component => normal.push(component),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn paths_are_shown_from_where_the_user_stands() {
        for (path, from, expected) in [
            ("/app/migrations", "/app", "migrations"),
            ("migrations", "/app", "migrations"),
            ("./db/../migrations", "/app", "migrations"),
            ("/app/migrations", "/app/crates/server", "../../migrations"),
            ("/app", "/app", "."),
            ("/elsewhere/migrations", "/app", "/elsewhere/migrations"),
        ] {
            assert_eq!(
                shown(Path::new(path), Path::new(from)),
                expected,
                "{path} from {from}"
            );
        }
    }

    #[test]
    fn a_file_that_is_there_is_not_written_over_unless_it_is_to_be_replaced() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("migrate.lock");
        create(&path, "first").expect("written");
        assert_eq!(
            create(&path, "second").expect_err("it is there").kind(),
            io::ErrorKind::AlreadyExists
        );
        replace(&path, "third").expect("replaced");
        assert_eq!(fs::read_to_string(&path).expect("read"), "third");
        assert_eq!(
            fs::read_dir(directory.path()).expect("listed").count(),
            1,
            "nothing else is left"
        );
    }
}
