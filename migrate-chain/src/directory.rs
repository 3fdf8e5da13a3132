//! A migrations directory, read whole and then checked whole.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::check::scripts::Judge;
use crate::check::{Adopted, links, lock};
use crate::folder::Folder;
use crate::{Backends, Chain, Lock, Problem, Problems, Revision, Settings};

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
        problems.retain(|problem| {
            !matches!(
                problem,
                Problem::NoRevision { .. }
                    | Problem::MissingDown { .. }
                    | Problem::EmptyDown { .. }
            )
        });
        Problems::none_or(problems).map(|()| project)
    }

    /// What a directory says, and all that is wrong with it.
    fn survey(
        directory: &Path,
        settings: Settings,
        enabled: Backends,
    ) -> Result<(Self, Vec<Problem>), Problems> {
        let mut problems = Vec::new();
        let mut tracked = settings.origin.files().to_vec();
        let mut folders = read_folders(directory, &mut problems, &mut tracked)?;
        let lock = read_lock(directory, &mut problems, &mut tracked);
        let mut judge = Judge {
            backends: settings.backends.unwrap_or(if enabled.is_empty() {
                Backends::ALL
            } else {
                enabled
            }),
            strict: settings.backends.is_some(),
            adopted: Adopted::of(&settings),
            problems: Vec::new(),
            warnings: Vec::new(),
            downs: Vec::new(),
        };
        let revisions: Vec<_> = folders
            .iter()
            .filter_map(|folder| judge.revision(folder))
            .collect();
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
        if !downs.is_empty() {
            let names = downs.iter().map(|down| down.id.clone());
            let irreversible = settings.irreversible.iter().cloned().chain(names).collect();
            problems.push(Problem::AdoptedDowns {
                file: String::new(),
                downs,
                irreversible,
            });
        }
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

    /// The directory that a revision of the chain was read from.
    pub(crate) fn folder(&self, revision: &Revision) -> Option<&Folder> {
        self.chain
            .index(revision.id())
            .and_then(|index| self.folders.get(index))
    }
}

/// Reads every revision's directory, in order of their names. Files, and whatever begins with a dot, are none of them.
fn read_folders(
    directory: &Path,
    problems: &mut Vec<Problem>,
    tracked: &mut Vec<PathBuf>,
) -> Result<Vec<Folder>, Problem> {
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
        if !name.as_encoded_bytes().starts_with(b".") {
            match is_directory(&entry) {
                Ok(true) => names.push(name),
                Ok(false) => {}
                Err(error) => {
                    let file = name.to_string_lossy().into_owned();
                    problems.push(Problem::Unreadable {
                        file,
                        error: error.to_string(),
                    });
                }
            }
        }
    }
    names.sort();
    let mut folders = Vec::with_capacity(names.len());
    for name in names {
        match name.into_string() {
            Ok(name) => folders.push(Folder::read(
                &directory.join(&name),
                name,
                problems,
                tracked,
            )),
            Err(name) => problems.push(Problem::Unreadable {
                file: name.to_string_lossy().into_owned(),
                error: "its name is not UTF-8".to_owned(),
            }),
        }
    }
    Ok(folders)
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

fn read_lock(
    directory: &Path,
    problems: &mut Vec<Problem>,
    tracked: &mut Vec<PathBuf>,
) -> Option<Lock> {
    let path = directory.join(Lock::FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            problems.push(Problem::Unreadable {
                file: Lock::FILE.to_owned(),
                error: error.to_string(),
            });
            return None;
        }
    };
    tracked.push(path);
    Lock::parse(&text)
        .map_err(|found| problems.extend(found))
        .ok()
}
