//! The project's binaries, built as a user would build them, once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);

/// Builds a binary of the workspace with every backend and gives its path.
///
/// # Panics
/// Where it does not build.
#[must_use]
pub fn binary(package: &str, name: &str) -> PathBuf {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built
        .get_or_insert_default()
        .entry(format!("{package}/{name}"))
        .or_insert_with(|| build(package, name))
        .clone()
}

fn build(package: &str, name: &str) -> PathBuf {
    let target = target_directory();
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    // The whole workspace is selected, so that what is shared is built with the features that the tests have built it with.
    command
        .args([
            "build",
            "--quiet",
            "--workspace",
            "--bin",
            name,
            "--target-dir",
        ])
        .arg(&target);
    let bundled = if cfg!(feature = "postgres-bundled") {
        ",migrate-tests/postgres-bundled"
    } else {
        ""
    };
    let backends = "migrate-cli/postgres,migrate-cli/mysql,example-app/postgres,example-app/mysql";
    command
        .arg("--features")
        .arg(format!("{backends}{bundled}"));
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "{package} does not build:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    target
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The target directory that this very test was built in: `TARGET/debug/deps/test-123`.
pub(crate) fn target_directory() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test
        .ancestors()
        .find(|folder| folder.ends_with("debug") || folder.ends_with("release"));
    profile
        .and_then(Path::parent)
        .expect("a test lies in a target directory")
        .to_path_buf()
}
