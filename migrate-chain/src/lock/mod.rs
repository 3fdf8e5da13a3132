//! `migrate.lock`: what every script's checksum was when a command last ran, which revisions are sealed, and what the models said
//! when the head was made.

mod conflict;
mod models;
mod text;

pub use models::LockedModel;
pub(crate) use text::quoted;

use crate::folder::Folder;
use crate::{Backend, Backends, Chain, Checksum, Direction, Project, Revision, Script};

/// What a `migrate.lock` says: for each revision in chain order its id, parent, checksums and tag; and the models, if a command
/// wrote them. It prints as the file.
///
/// ```
/// use migrate_chain::Lock;
///
/// let text = "version = 1\n\n[[revision]]\nid = \"20261121\"\nparent = \"base\"\n";
/// let lock = Lock::parse(text)?;
/// assert_eq!(lock.revisions()[0].id(), "20261121");
/// assert!(lock.to_string().ends_with(&text[12..]));
/// # Ok::<(), migrate_chain::Problems>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    revisions: Vec<Locked>,
    models: Vec<LockedModel>,
}

/// What a lock says of one revision.
#[derive(Clone, Debug, Default)]
pub struct Locked {
    id: String,
    parent: String,
    tag: String,
    sums: Sums,
    /// Where it stands in the file; 0 where it was not read from one.
    pub(crate) line: usize,
}

/// Two are the same if they say the same, wherever they stand.
impl PartialEq for Locked {
    fn eq(&self, other: &Self) -> bool {
        (&self.id, &self.parent, &self.tag, &self.sums)
            == (&other.id, &other.parent, &other.tag, &other.sums)
    }
}

impl Eq for Locked {}

/// Checksums by key: `up` where every backend reads the script alike, else `up.postgres` and so on.
pub(crate) type Sums = Vec<(String, Checksum)>;

const HEAD: &str = "# Written by migrate; commit it. Two branches that each add a revision are meant to conflict here.\n";
const VERSION: i64 = 1;

impl Lock {
    /// The file's name, in the migrations directory.
    pub const FILE: &'static str = "migrate.lock";

    /// What the lock of that project must say now. Tags and models are kept from the lock that it has. The features of a build make no
    /// difference: the backends are those that migrate.toml names, or else all that can read the script.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let tag = |id: &str| project.lock.as_ref().and_then(|lock| lock.get(id)?.tag());
        let entry = |revision: &Revision| Locked {
            id: revision.id().to_owned(),
            parent: revision.parent().unwrap_or("base").to_owned(),
            tag: tag(revision.id()).unwrap_or_default().to_owned(),
            sums: project
                .folder(revision)
                .map(|folder| sums(folder, project.settings.backends))
                .unwrap_or_default(),
            line: 0,
        };
        Self {
            revisions: project.chain.revisions().iter().map(entry).collect(),
            models: project
                .lock
                .as_ref()
                .map_or_else(Vec::new, |lock| lock.models.clone()),
        }
    }

    /// Whether it is what the lock of that project must be, as far as the project was read: a script that every database reads from
    /// one file is told by those that it was read for. [`Lock::of`] asks all of them, and takes the time for it.
    #[must_use]
    pub fn agrees_with(&self, project: &Project) -> bool {
        let revisions = project.chain.revisions();
        self.links_as(&project.chain)
            && self
                .revisions
                .iter()
                .zip(revisions)
                .all(|(locked, revision)| {
                    let folder = project.folder(revision);
                    let sums = |folder| sums(folder, project.settings.backends);
                    locked.agrees_with(revision, folder)
                        || folder.is_some_and(|folder| locked.sums == sums(folder))
                })
    }

    /// The same lock with these as the models of one backend, in the place of those that it had for it: each a name and its
    /// lines, of which the first text is there once.
    #[must_use]
    pub fn with_models(
        mut self,
        backend: Backend,
        models: impl IntoIterator<Item = (String, Vec<(String, String)>)>,
    ) -> Self {
        self.models.retain(|model| model.backend() != backend);
        let new = |(name, lines)| LockedModel::new(backend, name, lines);
        self.models.extend(models.into_iter().map(new));
        models::sort(&mut self.models);
        self
    }

    /// What it says of the models on that backend, by name; nothing where no command has written them.
    pub fn models(&self, backend: Backend) -> impl Iterator<Item = &LockedModel> {
        let models = self.models.iter();
        models.filter(move |model| model.backend() == backend)
    }

    /// Whether it has the revisions of that chain, and no other, each with the same parent.
    pub(crate) fn links_as(&self, chain: &Chain) -> bool {
        let revisions = chain.revisions().iter();
        let links = revisions.map(|revision| (revision.id(), revision.parent().unwrap_or("base")));
        links.eq(self
            .revisions
            .iter()
            .map(|locked| (locked.id(), locked.parent())))
    }

    /// What another lock says otherwise: each revision with what differs.
    ///
    /// ```
    /// use migrate_chain::Lock;
    ///
    /// let lock = |parent: &str| Lock::parse(&format!("version = 1\n[[revision]]\nid = \"b\"\nparent = \"{parent}\"\n"));
    /// let differences = lock("a")?.differences(&lock("base")?);
    /// assert_eq!(differences, [("b".to_owned(), "follows base, and a in the lock".to_owned())]);
    /// # Ok::<(), migrate_chain::Problems>(())
    /// ```
    #[must_use]
    pub fn differences(&self, now: &Self) -> Vec<(String, String)> {
        let mut differences = Vec::new();
        let mut note = |id: &str, what: String| differences.push((id.to_owned(), what));
        for new in &now.revisions {
            let Some(old) = self.get(&new.id) else {
                note(&new.id, "is not in the lock".to_owned());
                continue;
            };
            if old.parent != new.parent {
                let what = format!("follows {}, and {} in the lock", new.parent, old.parent);
                note(&new.id, what);
            }
            if old.sums != new.sums {
                note(
                    &new.id,
                    format!("{} changed", changed(&old.sums, &new.sums)),
                );
            }
        }
        for old in &self.revisions {
            if now.get(&old.id).is_none() {
                note(&old.id, "is in the lock, and not there".to_owned());
            }
        }
        differences
    }

    /// Only what must stay as it is: the revisions under a tag, and the models. The rest can be told from the directory.
    #[must_use]
    pub fn sealed(&self) -> Self {
        let sealed = self
            .revisions
            .iter()
            .filter(|locked| locked.tag().is_some());
        Self {
            revisions: sealed.cloned().collect(),
            models: self.models.clone(),
        }
    }

    /// Its revisions, in chain order.
    #[must_use]
    pub fn revisions(&self) -> &[Locked] {
        &self.revisions
    }

    /// What it says of the revision of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Locked> {
        // A lock is in chain order, along which ids ascend; one that somebody edited by hand may not be.
        match self
            .revisions
            .binary_search_by(|locked| locked.id.as_str().cmp(id))
        {
            Ok(index) => self.revisions.get(index),
            Err(_) => self.revisions.iter().find(|locked| locked.id == id),
        }
    }
}

impl Locked {
    /// The revision's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of the revision before it, or `base`.
    #[must_use]
    pub fn parent(&self) -> &str {
        &self.parent
    }

    /// The release tag that seals it.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        (!self.tag.is_empty()).then_some(&*self.tag)
    }

    /// The checksum of the script of that direction for that backend.
    #[must_use]
    pub fn checksum(&self, direction: Direction, backend: Backend) -> Option<Checksum> {
        find(&self.sums, &format!("{direction}.{backend}"))
            .or_else(|| find(&self.sums, direction.name()))
    }

    /// Whether it has the checksums of the scripts that were read, where each is for every database.
    fn agrees_with(&self, revision: &Revision, folder: Option<&Folder>) -> bool {
        let has = |direction: Direction, scripts: &[Script]| {
            let sum = find(&self.sums, direction.name());
            sum.is_some() != scripts.is_empty()
                && scripts.iter().all(|script| sum == Some(script.checksum()))
        };
        folder.is_some_and(Folder::is_for_all)
            && self.sums.iter().all(|(key, _)| !key.contains('.'))
            && has(Direction::Up, revision.ups())
            && has(Direction::Down, revision.downs())
    }

    pub(crate) fn sums(&self) -> &Sums {
        &self.sums
    }
}

pub(crate) fn find(sums: &Sums, key: &str) -> Option<Checksum> {
    sums.iter()
        .find(|(other, _)| other == key)
        .map(|(_, sum)| *sum)
}

/// The checksums of a revision's scripts as they are now.
pub(crate) fn sums(folder: &Folder, backends: Option<Backends>) -> Sums {
    let mut sums = Sums::new();
    for direction in [Direction::Up, Direction::Down] {
        let read = |backend: Backend| {
            let script = folder.script(direction, backend)?.ok()?;
            Some((format!("{direction}.{backend}"), script.checksum()))
        };
        let each: Sums = backends
            .unwrap_or(Backends::ALL)
            .iter()
            .filter_map(read)
            .collect();
        match each.first() {
            Some(&(_, first)) if each.iter().all(|(_, sum)| *sum == first) => {
                sums.push((direction.name().to_owned(), first));
            }
            _ => sums.extend(each),
        }
    }
    sums
}

/// The keys whose checksums differ, as `up, down.mysql`.
fn changed(old: &Sums, new: &Sums) -> String {
    let keys = new.iter().chain(old).map(|(key, _)| key.as_str());
    let mut changed: Vec<_> = keys
        .filter(|key| find(old, key) != find(new, key))
        .collect();
    changed.sort_unstable();
    changed.dedup();
    changed.join(", ")
}

#[cfg(test)]
mod tests;
