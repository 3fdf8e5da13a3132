//! The cases and real projects that lie beside the checkout. Without them the tests that read them say so and pass.

use std::path::{Path, PathBuf};
use std::sync::Once;

use crate::servers::say;

static SAID: Once = Once::new();

/// A file or folder of the shared ones: in the folder that `MIGRATE_SHARED` names, or in `shared` beside the workspace.
/// `None`: it is not there, which was said.
///
/// # Panics
/// Where it is not there although `MIGRATE_REQUIRE_SHARED` is set.
#[must_use]
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MIGRATE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let found = root.join(path);
    if found.exists() {
        return Some(found.canonicalize().unwrap_or(found));
    }
    assert!(
        std::env::var_os("MIGRATE_REQUIRE_SHARED").is_none(),
        "{} is not there",
        found.display()
    );
    SAID.call_once(|| {
        say(&format!(
            "skipped: {path} and the other shared cases are not there; MIGRATE_SHARED names their folder"
        ));
    });
    None
}

/// A shared JSON file.
///
/// # Panics
/// Where it cannot be read, or is not JSON.
#[must_use]
pub fn shared_json(path: &str) -> Option<serde_json::Value> {
    let file = shared(path)?;
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}
