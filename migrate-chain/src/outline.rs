//! A migrations directory of which only the links are read, for whoever asks no more: which revisions there are, in which order.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::check::scripts::{Judge, described};
use crate::check::{Adopted, links};
use crate::directory::{self, Part};
use crate::folder::Folder;
use crate::{Backends, Chain, Revision, Settings, parallel};

/// A migrations directory whose links are in order. Its scripts are read when they are asked for.
///
/// It judges nothing: whatever is not in order is left to [`Project`](crate::Project), which reports it with all the rest.
///
/// ```
/// use migrate_chain::{Backends, Outline, Settings};
///
/// let directory = tempfile::tempdir()?;
/// let revision = directory.path().join("2026-11-21_create_members");
/// std::fs::create_dir_all(&revision)?;
/// std::fs::write(revision.join("up.sql"), "CREATE TABLE members (id INTEGER PRIMARY KEY);")?;
/// std::fs::write(revision.join("down.sql"), "DROP TABLE members;")?;
///
/// let read = || Outline::read(directory.path(), Settings::default(), Backends::ALL);
/// let mut outline = read().unwrap();
/// assert!(outline.chain().revisions()[0].ups().is_empty());
/// assert!(outline.read_scripts(0..1));
/// assert_eq!(outline.chain().revisions()[0].ups().len(), 1);
///
/// std::fs::create_dir(directory.path().join("2026-11-22_nothing"))?;
/// assert!(read().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Outline {
    directory: PathBuf,
    settings: Settings,
    backends: Backends,
    chain: Chain,
}

impl Outline {
    /// Reads the names of the directories, and what their metadata.toml and migrate.lock say. `enabled` are the backends of this
    /// build; they count where migrate.toml names none.
    ///
    /// `None` is a directory to be read whole: its links are not one line, a file with a part in it cannot be read, or the lock
    /// knows other links.
    #[must_use]
    pub fn read(directory: &Path, settings: Settings, enabled: Backends) -> Option<Self> {
        let mut problems = Vec::new();
        let names = directory::names(directory, &mut problems).ok()?;
        let link = |name: &String| {
            let folder = Folder::link(&directory.join(name), name.clone())?;
            Some(described(&folder))
        };
        let (lock, parts) = parallel::both(
            names.len(),
            || directory::read_lock(directory),
            || {
                parallel::parts(&names, |names| {
                    names.iter().map(link).collect::<Option<Vec<_>>>()
                })
            },
        );
        let parts: Option<Vec<Vec<Revision>>> = parts.into_iter().collect();
        let revisions = parts?.concat();
        Adopted::of(&settings).check(&revisions, &mut problems);
        let chain = links::order(revisions, &mut problems);
        let agrees = lock.is_none_or(|(_, lock)| lock.is_ok_and(|lock| lock.links_as(&chain)));
        (problems.is_empty() && agrees).then(|| Self {
            directory: directory.to_owned(),
            backends: directory::backends(&settings, enabled),
            settings,
            chain,
        })
    }

    /// The chain. A revision has its scripts, and the reason why it cannot be taken back, once they were asked for.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Reads the scripts of the revisions at these places of the chain. `false`: there is something to report, and the directory
    /// is to be read whole.
    #[must_use]
    pub fn read_scripts(&mut self, places: Range<usize>) -> bool {
        let Some(revisions) = self.chain.revisions().get(places.clone()) else {
            return false;
        };
        let names: Vec<_> = revisions
            .iter()
            .map(|revision| revision.directory().to_owned())
            .collect();
        let judge = || Judge::new(self.backends, &self.settings);
        let parts = parallel::parts(&names, |names| Part::read(&self.directory, names, judge()));
        if !parts.iter().all(Part::is_clean) {
            return false;
        }
        let read: Vec<_> = parts.into_iter().flat_map(|part| part.revisions).collect();
        for (place, revision) in places.zip(read) {
            self.chain.replace(place, revision);
        }
        true
    }
}
