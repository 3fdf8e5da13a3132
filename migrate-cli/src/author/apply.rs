//! A new order of revisions, shown and carried out.

use std::fs;
use std::io;
use std::path::Path;

use migrate_chain::{Lock, Placed, Project, with_link};
use migrate_core::Backends;
use serde_json::{Value, json};

use super::Edits;
use crate::context::{Context, Place};
use crate::error::CommandError;
use crate::files;
use crate::ui::Ui;

/// Shows the part of the line that changes, with the revision that it goes on from.
pub(crate) fn show(ui: &mut Ui, placed: &[Placed]) {
    let first = placed.iter().position(Placed::changed).unwrap_or(0);
    for placed in &placed[first.saturating_sub(1)..] {
        ui.result(line(placed));
    }
}

/// A revision in its place, and what is new about it.
pub(crate) fn line(placed: &Placed) -> String {
    let what = match &placed.was {
        None => format!("new, follows {}", placed.down_revision),
        Some(was) if placed.renamed() => {
            format!("was {was}, follows {}", placed.down_revision)
        }
        Some(_) if placed.relinked => format!("follows {}", placed.down_revision),
        Some(_) => return placed.directory.clone(),
    };
    format!("{}  ({what})", placed.directory)
}

/// The revisions that change, for a program.
pub(crate) fn put(placed: &[Placed]) -> Value {
    let changed = placed.iter().filter(|placed| placed.changed());
    changed
        .map(|placed| {
            json!({
                "revision": placed.id(),
                "directory": placed.directory,
                "was": placed.was,
                "down_revision": placed.down_revision,
            })
        })
        .collect()
}

impl Edits {
    /// Renames directories and writes links as they were placed. Those that are new are not made.
    pub(crate) fn place(
        &mut self,
        migrations: &Path,
        placed: &[Placed],
    ) -> Result<(), CommandError> {
        let changed = || placed.iter().filter(|placed| placed.changed());
        for placed in changed().filter(|placed| placed.relinked) {
            let Some(was) = &placed.was else { continue };
            let file = migrations.join(was).join("metadata.toml");
            let text = match fs::read_to_string(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(CommandError::failed(format!(
                        "cannot read {}: {error}",
                        file.display()
                    )));
                }
                text => text.unwrap_or_default(),
            };
            self.write(&file, with_link(&text, &placed.down_revision));
        }
        // From the last on: a new name may be one that a later revision gives up.
        for placed in changed().rev().filter(|placed| placed.renamed()) {
            if let Some(was) = &placed.was {
                self.rename(&migrations.join(was), &migrations.join(&placed.directory));
            }
        }
        Ok(())
    }
}

/// Makes the changes, reads what is there then as every command will, writes the lock anew, and lets it all stand. Of the lock that
/// was there only what is sealed counts: what follows what, and under which name, may be new.
pub(crate) fn finish(
    mut edits: Edits,
    context: &Context<'_>,
    place: &Place,
    lock: &Lock,
) -> Result<(), CommandError> {
    let file = place.directory.join(Lock::FILE);
    edits.write(&file, lock.sealed().to_string());
    let made = edits.make(&place.directory)?;
    // Its settings may be new.
    let project = context.place()?.read_unfinished(Backends::ALL)?;
    made.write_again(&file, &Lock::of(&project).to_string())?;
    made.keep();
    Ok(())
}

/// Writes the lock that a directory must have now; says whether it said something else before.
pub(crate) fn write_lock(project: &Project) -> Result<bool, CommandError> {
    put_lock(project, &Lock::of(project))
}

/// The same with a lock that says more than the directory.
pub(crate) fn put_lock(project: &Project, lock: &Lock) -> Result<bool, CommandError> {
    let path = project.directory.join(Lock::FILE);
    let text = lock.to_string();
    if fs::read_to_string(&path).is_ok_and(|there| there == text) {
        return Ok(false);
    }
    files::replace(&path, &text).map_err(|error| {
        CommandError::failed(format!("cannot write {}: {error}", path.display()))
    })?;
    Ok(true)
}
