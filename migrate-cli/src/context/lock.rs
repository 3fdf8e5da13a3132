//! Whether migrate.lock is up to date, and how it becomes so beside other work.

use std::fs;

use migrate_chain::{Lock, Project};

use crate::error::{CommandError, Kind};
use crate::files;
use crate::ui::Ui;

/// Why the lock is not up to date, if it is not.
pub(crate) fn behind(project: &Project, file: &str) -> Option<CommandError> {
    let error = |message: String| {
        CommandError::failed(message)
            .with_help("`migrate lock` brings it up to date; commit it")
            .with_kind(Kind::NotCurrent)
    };
    let Some(lock) = &project.lock else {
        return Some(error(format!("there is no {file}")));
    };
    match lock.differences(&Lock::of(project)).as_slice() {
        [] => None,
        [(revision, what)] => Some(error(format!(
            "{file} is not up to date: {revision} {what}"
        ))),
        [(revision, what), more @ ..] => Some(error(format!(
            "{file} is not up to date: {revision} {what}, and {} more",
            more.len()
        ))),
    }
}

/// Brings an existing migrate.lock up to date, as cargo does with its own. A directory that cannot be written, as in a
/// container, is left as it is: the lock guards what is edited, not what is deployed.
pub(super) fn refresh(ui: &mut Ui, project: &Project, shown: &str) {
    if project
        .lock
        .as_ref()
        .is_none_or(|lock| lock.agrees_with(project))
    {
        return;
    }
    let path = project.directory.join(Lock::FILE);
    let text = Lock::of(project).to_string();
    if fs::read_to_string(&path).is_ok_and(|there| there == text) {
        return;
    }
    match files::replace(&path, &text) {
        Ok(()) => ui.detail(format!("refreshed {shown}/{}", Lock::FILE)),
        Err(error) => ui.detail(format!(
            "{shown}/{} is not up to date and cannot be written: {error}",
            Lock::FILE
        )),
    }
}
