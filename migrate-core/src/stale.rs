//! Where a chain came from, and whether its directory still says what was embedded.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use migrate_chain::{Backends, Chain, Direction, Lock, Revision};

/// Where a chain came from.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    app: &'static str,
    source: Option<Source>,
}

/// The directory that a debug build embedded, as it was.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Source {
    directory: &'static str,
    /// Each ended by a NUL, which no path and no TOML can hold.
    names: &'static str,
    files: &'static str,
}

impl Source {
    /// `names` and `files` are what was read besides the scripts.
    #[must_use]
    pub const fn new(directory: &'static str, names: &'static str, files: &'static str) -> Self {
        Self {
            directory,
            names,
            files,
        }
    }
}

impl Origin {
    /// A chain that no app embeds.
    pub(crate) const NOWHERE: Self = Self {
        app: "",
        source: None,
    };

    /// A chain that the app of that name and version embeds, with its directory in a debug build.
    #[must_use]
    pub const fn embedded(app: &'static str, source: Option<Source>) -> Self {
        Self { app, source }
    }

    /// The app's name and version; `""` if the chain is not embedded in one.
    pub(crate) const fn app(&self) -> &str {
        self.app
    }

    /// The same app, without a directory to compare with.
    pub(crate) const fn without_source(&self) -> Self {
        Self {
            app: self.app,
            source: None,
        }
    }

    /// One line that says how the directory differs from what was embedded. A directory that is not there says nothing: the
    /// app runs elsewhere.
    pub(crate) fn stale(&self, chain: &Chain) -> Option<String> {
        let source = self.source.as_ref()?;
        let directory = Path::new(source.directory);
        let now = directories(directory)?;
        let (file, what) = listing(chain, &now)
            .or_else(|| {
                let backends = backends(chain);
                let mut revisions = chain.revisions().iter();
                revisions.find_map(|revision| scripts(directory, revision, backends))
            })
            .or_else(|| source.changed(directory))?;
        let path = directory.join(file);
        Some(format!(
            "{} {what} since this build embedded it; build again",
            path.display()
        ))
    }
}

/// A file of the directory, and what happened to it.
type Change = (String, &'static str);

const EDITED: &str = "was edited";
const REMOVED: &str = "was removed";
const ADDED: &str = "was added";

/// The names of the revisions' directories, or `None` where the directory cannot be listed.
fn directories(directory: &Path) -> Option<BTreeSet<String>> {
    let entries = fs::read_dir(directory).ok()?.flatten();
    let directories = entries.filter(|entry| entry.path().is_dir());
    let names = directories.filter_map(|entry| entry.file_name().into_string().ok());
    Some(names.filter(|name| !name.starts_with('.')).collect())
}

fn listing(chain: &Chain, now: &BTreeSet<String>) -> Option<Change> {
    let before: BTreeSet<_> = chain.revisions().iter().map(Revision::directory).collect();
    let added = now
        .iter()
        .find(|name| !before.contains(name.as_str()))
        .map(|name| (name.clone(), ADDED));
    added.or_else(|| {
        before
            .iter()
            .find(|name| !now.contains(**name))
            .map(|name| ((*name).to_owned(), REMOVED))
    })
}

/// The backends that the chain was embedded for, as far as its scripts show.
fn backends(chain: &Chain) -> Backends {
    let scripts = chain
        .revisions()
        .iter()
        .flat_map(|revision| revision.ups().iter().chain(revision.downs()));
    scripts
        .flat_map(|script| script.backends().iter())
        .collect()
}

fn scripts(directory: &Path, revision: &Revision, backends: Backends) -> Option<Change> {
    let embedded = || revision.ups().iter().chain(revision.downs());
    let changed = embedded().find_map(|script| {
        let change = compared(&directory.join(script.file()), script.text().as_bytes())?;
        Some((script.file().to_owned(), change))
    });
    changed.or_else(|| {
        let added = possible(revision, backends).find(|file| {
            embedded().all(|script| script.file() != file) && directory.join(file).exists()
        })?;
        Some((added, ADDED))
    })
}

/// The files that could be scripts of this revision. A down that may be left out is not asked for: it may be there, and not
/// embedded because it is no SQL.
fn possible(revision: &Revision, backends: Backends) -> impl Iterator<Item = String> {
    let down = revision.irreversible().is_none().then_some(Direction::Down);
    let names = [Some(Direction::Up), down]
        .into_iter()
        .flatten()
        .flat_map(move |direction| {
            let own = backends
                .iter()
                .map(move |backend| format!("{direction}.{backend}.sql"));
            own.chain([format!("{direction}.sql")])
        });
    names.map(|name| format!("{}/{name}", revision.directory()))
}

impl Source {
    fn changed(&self, directory: &Path) -> Option<Change> {
        let names = self
            .names
            .split_terminator('\0')
            .zip(self.files.split_terminator('\0'));
        // Nothing of the lock reaches a run.
        let mut names = names.filter(|(name, _)| *name != Lock::FILE);
        names.find_map(|(name, before)| {
            Some((
                name.to_owned(),
                compared(&directory.join(name), before.as_bytes())?,
            ))
        })
    }
}

/// What happened to a file that was embedded as these bytes.
fn compared(file: &Path, before: &[u8]) -> Option<&'static str> {
    match fs::read(file) {
        Ok(now) if now == before => None,
        Ok(_) => Some(EDITED),
        Err(_) => Some(REMOVED),
    }
}

/// Says it where nobody observes: once, however often the app asks.
pub(crate) fn say(what: &str) {
    static SAID: AtomicBool = AtomicBool::new(false);
    if !SAID.swap(true, Ordering::Relaxed) {
        // An app whose standard error is closed has nobody to tell.
        _ = writeln!(std::io::stderr(), "migrate: {what}");
    }
}
