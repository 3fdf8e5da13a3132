//! A migrations directory, read whole and then checked whole.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::check::scripts::Judge;
use crate::check::{links, lock};
use crate::folder::{self, Folder};
use crate::{AdoptedDown, Backends, Chain, Lock, Problem, Problems, Revision, Settings, parallel};

/// A migrations directory whose chain is valid.
///
/// ```
/// use migrate_chain::{Backends, Project, Settings};
///
/// let directory = tempfile::tempdir()?;
/// let revision = directory.path().join("migrations/2026-11-21_create_members");
/// std::fs::create_dir_all(&revision)?;
/// std::fs::write(revision.join("up.sql"), "CREATE TABLE members (id INTEGER PRIMARY KEY);")?;
/// std::fs::write(revision.join("down.sql"), "DROP TABLE members;")?;
///
/// let migrations = directory.path().join("migrations");
/// let project = Project::read(&migrations, Settings::beside(&migrations)?, Backends::ALL)?;
/// assert_eq!(project.chain.head().map(|head| head.id()), Some("20261121"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Project {
    /// The migrations directory.
    pub directory: PathBuf,
    /// What migrate.toml says.
    pub settings: Settings,
    /// Its revisions, in order. A script's file is seen from the migrations directory.
    pub chain: Chain,
    /// What is odd and no error: adopted scripts with a BEGIN or COMMIT of their own.
    pub warnings: Vec<Problem>,
    /// Every file that was read besides the scripts: metadata.toml, migrate.lock, migrate.toml, diesel.toml.
    pub tracked: Vec<PathBuf>,
    /// What migrate.lock says, if there is one.
    pub lock: Option<Lock>,
    /// In chain order.
    folders: Vec<Folder>,
}

impl Project {
    /// The file in a migrations directory that says how to undo a change of it that is under way, or that was broken off.
    pub const UNDO_FILE: &'static str = ".migrate-undo";

    /// Reads and checks a migrations directory. `enabled` are the backends of this build; they count where migrate.toml names
    /// none.
    ///
    /// # Errors
    /// Every problem there is, in a stable order.
    pub fn read(directory: &Path, settings: Settings, enabled: Backends) -> Result<Self, Problems> {
        let (project, problems) = Self::survey(directory, settings, enabled)?;
        Problems::none_or(problems).map(|()| project)
    }

    /// The same for a chain that is still being written: that there is no revision yet, or no statement in a down script, is no
    /// problem here.
    ///
    /// # Errors
    /// Every other problem there is, in a stable order.
    pub fn read_unfinished(
        directory: &Path,
        settings: Settings,
        enabled: Backends,
    ) -> Result<Self, Problems> {
        let (project, mut problems) = Self::survey(directory, settings, enabled)?;
        problems.retain(|problem| !problem.is_unfinished());
        Problems::none_or(problems).map(|()| project)
    }

    /// All that is wrong where the settings, whose problems are known, cannot be read: those, and what is wrong with the directory
    /// whatever they are meant to say.
    #[must_use]
    pub fn problems_beside(directory: &Path, settings: Problems, enabled: Backends) -> Problems {
        let others = Self::read(directory, Settings::default(), enabled).err();
        let others = others.into_iter().flatten();
        settings.and(others.filter(whatever_the_settings))
    }

    /// What a directory says, and all that is wrong with it.
    pub(crate) fn survey(
        directory: &Path,
        settings: Settings,
        enabled: Backends,
    ) -> Result<(Self, Vec<Problem>), Problems> {
        let mut problems = Vec::new();
        let names = names(directory, &mut problems)?;
        let backends = backends(&settings, enabled);
        let judge = || Judge::new(backends, &settings);
        let (lock, parts) = parallel::both(
            names.len(),
            || read_lock(directory),
            || parallel::parts(&names, |names| Part::read(directory, names, judge())),
        );
        let mut whole = Part::new(judge());
        parts.into_iter().for_each(|part| whole.absorb(part));
        let Part {
            mut folders,
            revisions,
            problems: mut of_folders,
            tracked: of_revisions,
            mut judge,
        } = whole;
        problems.append(&mut of_folders);
        let mut tracked = settings.origin.files().to_vec();
        tracked.extend(of_revisions);
        let lock = lock.and_then(|(path, lock)| {
            tracked.push(path);
            lock.map_err(|found| problems.extend(found)).ok()
        });
        judge.adopted.check(&revisions, &mut judge.problems);
        let Judge {
            problems: mut of_scripts,
            warnings,
            downs,
            ..
        } = judge;
        if folders.is_empty() {
            problems.push(Problem::NoRevision {
                file: String::new(),
            });
        }
        let chain = links::order(revisions, &mut problems);
        problems.append(&mut of_scripts);
        problems.extend(adopted_downs(downs, &settings));
        if let Some(lock) = &lock {
            lock::check(
                lock,
                &folders,
                chain.revisions(),
                settings.backends,
                &mut problems,
            );
        }
        folders.sort_by_cached_key(Folder::id);
        let project = Self {
            directory: directory.to_owned(),
            settings,
            chain,
            warnings,
            tracked,
            lock,
            folders,
        };
        Ok((project, problems))
    }

    /// All directories that were read, by id.
    pub(crate) fn folders(&self) -> &[Folder] {
        &self.folders
    }

    /// The directory that a revision of the chain was read from.
    pub(crate) fn folder(&self, revision: &Revision) -> Option<&Folder> {
        self.chain
            .index(revision.id())
            .and_then(|index| self.folders.get(index))
    }
}

/// The backends that scripts are read for.
pub(crate) fn backends(settings: &Settings, enabled: Backends) -> Backends {
    settings.backends.unwrap_or(if enabled.is_empty() {
        Backends::ALL
    } else {
        enabled
    })
}

/// Whether it is a problem also where migrate.toml, which cannot be read, names another directory or other backends, or accepts
/// what is missing.
fn whatever_the_settings(problem: &Problem) -> bool {
    !matches!(
        problem,
        Problem::AdoptedDowns { .. }
            | Problem::Counterpart { .. }
            | Problem::MissingDirectory { .. }
            | Problem::MissingDown { .. }
            | Problem::MissingUp { .. }
            | Problem::NoRevision { .. }
            | Problem::Script { .. }
            | Problem::TransactionControl { .. }
    )
}

/// The adopted revisions that cannot be taken back, as one problem with one line that accepts them all.
fn adopted_downs(downs: Vec<AdoptedDown>, settings: &Settings) -> Option<Problem> {
    let names = downs.iter().map(|down| down.id.clone());
    let irreversible = settings.irreversible.iter().cloned().chain(names).collect();
    (!downs.is_empty()).then(|| Problem::AdoptedDowns {
        file: String::new(),
        downs,
        irreversible,
    })
}

/// Some of the revisions' directories, read and judged.
pub(crate) struct Part<'s> {
    folders: Vec<Folder>,
    pub(crate) revisions: Vec<Revision>,
    problems: Vec<Problem>,
    tracked: Vec<PathBuf>,
    judge: Judge<'s>,
}

impl<'s> Part<'s> {
    fn new(judge: Judge<'s>) -> Self {
        Self {
            folders: Vec::new(),
            revisions: Vec::new(),
            problems: Vec::new(),
            tracked: Vec::new(),
            judge,
        }
    }

    pub(crate) fn read(directory: &Path, names: &[String], judge: Judge<'s>) -> Self {
        let mut part = Self::new(judge);
        for name in names {
            let path = directory.join(name);
            let name = name.clone();
            let folder = Folder::read(&path, name, &mut part.problems, &mut part.tracked);
            part.revisions.push(part.judge.revision(&folder));
            part.folders.push(folder);
        }
        part
    }

    /// Whether there is nothing to report.
    pub(crate) fn is_clean(&self) -> bool {
        self.problems.is_empty() && self.judge.is_clean()
    }

    /// Takes over what is in the part after it.
    fn absorb(&mut self, mut next: Self) {
        self.folders.append(&mut next.folders);
        self.revisions.append(&mut next.revisions);
        self.problems.append(&mut next.problems);
        self.tracked.append(&mut next.tracked);
        self.judge.absorb(next.judge);
    }
}

/// The names of the revisions' directories, in order. Files, and whatever begins with a dot, are none of them.
pub(crate) fn names(directory: &Path, problems: &mut Vec<Problem>) -> Result<Vec<String>, Problem> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Problem::MissingDirectory {
            file: String::new(),
        },
        _ => Problem::Unreadable {
            file: String::new(),
            error: error.to_string(),
        },
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let error = match (is_directory(&entry), name.to_str()) {
            (Ok(true), Some(name)) => {
                names.push(name.to_owned());
                continue;
            }
            (Ok(false), _) => continue,
            (Ok(true), None) => "its name is not UTF-8".to_owned(),
            (Err(error), _) => error.to_string(),
        };
        let file = name.to_string_lossy().into_owned();
        problems.push(Problem::Unreadable { file, error });
    }
    names.sort();
    problems.sort_by(|one, other| one.file().cmp(other.file()));
    Ok(names)
}

fn is_directory(entry: &fs::DirEntry) -> io::Result<bool> {
    let kind = entry.file_type()?;
    // The kind comes with the entry; only a link costs a look at what it leads to.
    if kind.is_symlink() {
        Ok(fs::metadata(entry.path())?.is_dir())
    } else {
        Ok(kind.is_dir())
    }
}

/// The lock's path and what it says, or `None` where there is none.
pub(crate) fn read_lock(directory: &Path) -> Option<(PathBuf, Result<Lock, Problems>)> {
    let path = directory.join(Lock::FILE);
    if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return None;
    }
    let lock = folder::text(&path, Lock::FILE)
        .map_err(Problems::from)
        .and_then(|text| Lock::parse(&text));
    Some((path, lock))
}
