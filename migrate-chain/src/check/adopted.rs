//! Which adopted revisions migrate.toml names as irreversible, and whether each name is one.

use std::collections::HashSet;

use crate::nearest::nearest;
use crate::{Problem, Revision, Settings};

/// The names under `irreversible` in migrate.toml.
pub(crate) struct Adopted<'s> {
    settings: &'s Settings,
    ids: HashSet<String>,
}

impl<'s> Adopted<'s> {
    pub(crate) fn of(settings: &'s Settings) -> Self {
        // A name is an id, with or without dashes, or a whole directory; the id of a directory is the same as that of an id.
        let ids = settings
            .irreversible
            .iter()
            .map(|name| name.replace('-', ""))
            .collect();
        Self { settings, ids }
    }

    /// Whether one of the names is this revision.
    pub(crate) fn names(&self, revision: &Revision) -> bool {
        self.ids.contains(revision.id())
            || self.ids.contains(&revision.directory().replace('-', ""))
    }

    /// Reports the names that are no adopted revision.
    pub(crate) fn check(&self, revisions: &[Revision], problems: &mut Vec<Problem>) {
        for (index, name) in self.settings.irreversible.iter().enumerate() {
            let bare = name.replace('-', "");
            let meant = |revision: &&Revision| {
                revision.id() == bare || revision.directory().replace('-', "") == bare
            };
            let (file, line) = self.settings.origin.irreversible(index);
            match revisions.iter().find(meant) {
                Some(revision) if revision.linked() => problems.push(Problem::BadValue {
                    file,
                    line,
                    key: "irreversible".to_owned(),
                    value: format!("\"{name}\""),
                    why: "it is linked, so its own metadata.toml says whether it is irreversible"
                        .to_owned(),
                }),
                Some(_) => {}
                None => {
                    let names = revisions
                        .iter()
                        .flat_map(|revision| [revision.id(), revision.directory()]);
                    let nearest = nearest(name, names).map(str::to_owned);
                    problems.push(Problem::UnknownRevision {
                        file,
                        line,
                        key: "irreversible",
                        name: name.clone(),
                        nearest,
                    });
                }
            }
        }
    }
}
