//! What the compiler says of each problem, word for word.
//!
//! Each case is one file that says in its first lines what its migrations directory holds:
//!
//! ```text
//! //@ 2026-01-01_members follows base            a whole revision, linked
//! //@ 2026-01-01_members/up.sql: SELECT 1;\n     a file of this text; \xff is a byte
//! //@ without 2026-01-01_members/down.sql        what was there is taken away
//! //@ locked                                     migrate.lock is written as it must be now
//! //@ sealed v1.0                                each revision in the lock gets this tag
//! ```
//!
//! To accept new words, run the test with `TRYBUILD=overwrite` and read what changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use migrate_chain::{Backends, Lock, Project, Settings};

#[test]
fn every_problem_is_a_compile_error() {
    prepare_all("compile-fail");
    trybuild::TestCases::new().compile_fail("compile-fail/*.rs");
}

#[test]
fn a_valid_chain_is_embedded_anywhere() {
    prepare_all("compile-pass");
    trybuild::TestCases::new().pass("compile-pass/*.rs");
}

/// Makes the directory of every case in that folder.
fn prepare_all(folder: &str) {
    let fixtures = crate_of_cases().join("fixtures");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).expect("the cases are there").flatten();
    let files = files.map(|entry| entry.path());
    for file in files.filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let name = file.file_stem().expect("a case has a name");
        let case = fs::read_to_string(&file).expect("a case is text");
        prepare(&fixtures.join(name), &case);
    }
}

/// Where trybuild puts the crate that it makes of the cases: directories in the macro's arguments are seen from there.
fn crate_of_cases() -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
    let output = command.output().expect("cargo runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo answers in JSON");
    let target = metadata["target_directory"]
        .as_str()
        .expect("there is a target directory");
    Path::new(target)
        .join("tests")
        .join("trybuild")
        .join(env!("CARGO_PKG_NAME"))
}

fn prepare(directory: &Path, case: &str) {
    _ = fs::remove_dir_all(directory);
    let migrations = directory.join("migrations");
    for line in case.lines().filter_map(|line| line.strip_prefix("//@ ")) {
        if let Some((file, text)) = line.split_once(": ") {
            write(&migrations.join(file), &unescaped(text));
        } else if let Some((revision, parent)) = line.split_once(" follows ") {
            linked(&migrations.join(revision), revision, parent);
        } else if let Some(gone) = line.strip_prefix("without ") {
            let gone = migrations.join(gone);
            if gone.is_dir() {
                fs::remove_dir_all(&gone)
            } else {
                fs::remove_file(&gone)
            }
            .expect("it was there");
        } else if let Some(tag) = line.strip_prefix("sealed ") {
            let lock = migrations.join(Lock::FILE);
            let text = fs::read_to_string(&lock).expect("a lock");
            write(&lock, sealed(&text, tag).as_bytes());
        } else {
            assert_eq!(line, "locked", "a line that says nothing");
            write(&migrations.join(Lock::FILE), locked(&migrations).as_bytes());
        }
    }
}

fn linked(directory: &Path, revision: &str, parent: &str) {
    let table = revision.split_once('_').map_or(revision, |(_, name)| name);
    write(
        &directory.join("up.sql"),
        format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY);\n").as_bytes(),
    );
    write(
        &directory.join("down.sql"),
        format!("DROP TABLE {table};\n").as_bytes(),
    );
    let metadata = format!("down_revision = \"{parent}\"\nrun_in_transaction = true\n");
    write(&directory.join("metadata.toml"), metadata.as_bytes());
}

fn locked(migrations: &Path) -> String {
    let project =
        Project::read(migrations, Settings::default(), Backends::ALL).expect("a chain to lock");
    Lock::of(&project).to_string()
}

/// The lock with a tag on each revision.
fn sealed(lock: &str, tag: &str) -> String {
    let mut sealed = lock.replace(
        "[[revision]]\n",
        &format!("[[revision]]\ntag = \"{tag}\"\n"),
    );
    sealed.retain(|character| character != '\r');
    sealed
}

fn write(file: &Path, text: &[u8]) {
    fs::create_dir_all(file.parent().expect("a file is in a directory"))
        .expect("its directory is made");
    fs::write(file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => match rest.next().expect("something follows a backslash") {
                b'n' => bytes.push(b'\n'),
                b'0' => bytes.push(0),
                b'x' => {
                    let digits: String = rest.by_ref().take(2).map(char::from).collect();
                    bytes.push(u8::from_str_radix(&digits, 16).expect("two hexadecimal digits"));
                }
                other => bytes.push(other),
            },
            other => bytes.push(other),
        }
    }
    bytes
}
