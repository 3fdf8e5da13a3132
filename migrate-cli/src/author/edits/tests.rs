//! A change that ends at any point leaves all of it or nothing.

use std::collections::BTreeMap;

use tempfile::TempDir;

use super::*;
use crate::author::journal::recover;

/// Two revisions move, the first to the name that the second gives up, and a third is new.
fn edits(directory: &Path) -> Edits {
    let path = |name: &str| directory.join(name);
    let mut edits = Edits::default();
    edits.directory(&path("1_new"));
    edits.write(&path("1_new/up.sql"), "new".to_owned());
    edits.write(&path("2_a/metadata.toml"), "a after".to_owned());
    edits.write(&path("3_a/metadata.toml"), "b after".to_owned());
    edits.write(&path("../migrate.toml"), "settings after".to_owned());
    edits.write(&path("migrate.lock"), "lock after".to_owned());
    edits.rename(&path("3_a"), &path("4_a"));
    edits.rename(&path("2_a"), &path("3_a"));
    edits
}

fn project() -> (TempDir, PathBuf) {
    let root = tempfile::tempdir().expect("a directory");
    let directory = root.path().join("migrations");
    let files = [
        ("2_a/metadata.toml", "a before"),
        ("3_a/metadata.toml", "b before"),
        ("migrate.lock", "lock before"),
    ];
    for (file, text) in files {
        let path = directory.join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }
    (root, directory)
}

/// Every file with its text, and every directory.
fn all(root: &Path) -> BTreeMap<PathBuf, Option<String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root).expect("listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(all(&path));
            found.insert(path, None);
        } else {
            let text = fs::read_to_string(&path).expect("text");
            found.insert(path, Some(text));
        }
    }
    found
}

/// Makes the first so many changes, and goes without a farewell.
fn killed_after(count: usize, edits: Edits, directory: &Path) {
    let undos = edits.acts.iter().map(|act| act.undo(directory));
    let undos: Vec<_> = undos.collect::<Result<_, _>>().expect("nothing in the way");
    let journal = Journal::begin(directory, &undos).expect("begun");
    for act in edits.acts.iter().take(count) {
        act.make().expect("nothing in the way");
    }
    drop(journal);
}

#[test]
fn what_is_not_kept_is_as_it_was() {
    let (root, directory) = project();
    let before = all(root.path());
    let made = edits(&directory).make(&directory).expect("made");
    assert_eq!(
        fs::read_to_string(directory.join("3_a/metadata.toml")).expect("read"),
        "a after"
    );
    drop(made);
    assert_eq!(all(root.path()), before);

    let mut blocked = edits(&directory);
    blocked.rename(&directory.join("4_a"), &directory.join("1_new"));
    assert!(blocked.make(&directory).is_err());
    assert_eq!(all(root.path()), before);

    edits(&directory).make(&directory).expect("made").keep();
    let after = all(root.path());
    assert_eq!(after.len(), before.len() + 3, "{after:?}");
    assert!(!recover(&directory).expect("nothing to do"));
    assert_eq!(all(root.path()), after);
}

#[test]
fn whatever_was_done_when_the_process_was_killed_is_undone() {
    let (root, directory) = project();
    let before = all(root.path());
    let count = edits(&directory).acts.len();
    for done in 0..=count {
        killed_after(done, edits(&directory), &directory);
        assert!(recover(&directory).expect("undone"), "after {done}");
        assert_eq!(all(root.path()), before, "after {done}");
        assert!(!recover(&directory).expect("nothing to do"));
    }
}

#[test]
fn an_undoing_that_is_killed_is_gone_on_with() {
    let (root, directory) = project();
    let before = all(root.path());
    let count = edits(&directory).acts.len();
    for undone in 0..=count {
        let undos: Vec<_> = edits(&directory)
            .acts
            .iter()
            .map(|act| act.undo(&directory).expect("nothing in the way"))
            .collect();
        killed_after(count, edits(&directory), &directory);
        for undo in undos.iter().rev().take(undone) {
            undo.run(&directory).expect("undone");
        }
        assert!(recover(&directory).expect("undone"), "after {undone}");
        assert_eq!(all(root.path()), before, "after {undone}");
    }
}

#[test]
fn a_file_that_is_cut_short_or_not_yet_in_its_place_goes_too() {
    let (root, directory) = project();
    let before = all(root.path());
    killed_after(4, edits(&directory), &directory);
    fs::write(directory.join("1_new/up.sql"), "n").expect("written");
    fs::write(directory.join("3_a").join(NEW), "b af").expect("written");
    assert!(recover(&directory).expect("undone"));
    assert_eq!(all(root.path()), before);
}

#[test]
fn a_file_that_somebody_wrote_since_is_theirs() {
    let (_root, directory) = project();
    killed_after(4, edits(&directory), &directory);
    fs::write(directory.join("2_a/metadata.toml"), "mended by hand").expect("written");
    assert!(recover(&directory).expect("undone"));
    let read = |name: &str| fs::read_to_string(directory.join(name)).expect("read");
    assert_eq!(read("2_a/metadata.toml"), "mended by hand");
    assert_eq!(read("3_a/metadata.toml"), "b before");
}

#[test]
fn a_journal_that_was_not_written_to_its_end_undoes_nothing() {
    let (root, directory) = project();
    let before = all(root.path());
    for text in ["", "[{\"directory\":{\"path\":\"2_a\"}}"] {
        fs::write(directory.join(".migrate-undo"), text).expect("written");
        assert!(!recover(&directory).expect("nothing to do"));
        assert_eq!(all(root.path()), before);
    }
}

#[test]
fn a_journal_touches_nothing_outside_its_directory() {
    let (root, directory) = project();
    fs::write(root.path().join("Cargo.toml"), "mine").expect("written");
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.path(), directory.join("5_link")).expect("linked");
    let before = all(&directory.join("2_a"));
    for path in [
        "../Cargo.toml",
        "5_link/Cargo.toml",
        "2_a/../../Cargo.toml",
        "/etc/passwd",
        "..",
    ] {
        let journal = format!(
            r#"[{{"text":{{"path":"2_a/metadata.toml","before":"x","after":null}}}},{{"text":{{"path":"{path}","before":"theirs","after":null}}}}]"#
        );
        fs::write(directory.join(".migrate-undo"), journal).expect("written");
        let error = recover(&directory).expect_err(path).to_string();
        assert!(error.contains("not in this directory"), "{path}: {error}");
    }
    assert_eq!(all(&directory.join("2_a")), before);
    let mine = fs::read_to_string(root.path().join("Cargo.toml")).expect("read");
    assert_eq!(mine, "mine");
}
