//! Where the shared test data is.

use std::path::{Path, PathBuf};

/// The folder with the shared test data; says so where there is none.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("MIGRATE_SHARED").map_or_else(beside, PathBuf::from);
    if !shared.is_dir() {
        println!("skipped: no shared test data at {}", shared.display());
        return None;
    }
    Some(shared)
}

/// A JSON file as a value.
pub(crate) fn json(path: &Path) -> serde_json::Value {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
