//! The scripts of one revision: each reads, both directions are there, and what cannot be taken back says why.

use super::Adopted;
use crate::folder::Folder;
use crate::metadata::Metadata;
use crate::{
    AdoptedDown, Backend, Backends, Direction, Position, Problem, Revision, Script, Settings,
    Transactions,
};

/// What revisions are judged by, and what was found.
pub(crate) struct Judge<'s> {
    pub(crate) backends: Backends,
    /// Whether every backend must be served, because migrate.toml names them. Otherwise they are merely those of this build,
    /// and a script that one of them cannot read is simply not there for that one.
    pub(crate) strict: bool,
    pub(crate) adopted: Adopted<'s>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) warnings: Vec<Problem>,
    pub(crate) downs: Vec<AdoptedDown>,
}

/// One direction of one revision.
#[derive(Default)]
struct Side {
    scripts: Vec<Script>,
    failures: Vec<Problem>,
    /// Files that read, and have no statement.
    empty: Vec<String>,
    /// Backends without a file.
    without: Backends,
}

impl<'s> Judge<'s> {
    pub(crate) fn new(backends: Backends, settings: &'s Settings) -> Self {
        Self {
            backends,
            strict: settings.backends.is_some(),
            adopted: Adopted::of(settings),
            problems: Vec::new(),
            warnings: Vec::new(),
            downs: Vec::new(),
        }
    }

    /// Whether it found nothing to report.
    pub(crate) fn is_clean(&self) -> bool {
        self.problems.is_empty() && self.warnings.is_empty() && self.downs.is_empty()
    }

    /// Takes over what another one found in the revisions after its own.
    pub(crate) fn absorb(&mut self, mut other: Self) {
        self.problems.append(&mut other.problems);
        self.warnings.append(&mut other.warnings);
        self.downs.append(&mut other.downs);
    }

    /// The revision that a directory holds. One that holds nothing of it is one all the same: others may follow it.
    pub(crate) fn revision(&mut self, folder: &Folder) -> Revision {
        if folder.sources.is_empty() && folder.codes.is_empty() && folder.metadata.is_none() {
            if folder.nested {
                let file = folder.name.clone();
                self.problems.push(Problem::Nested { file });
            } else if folder.explained.is_empty() {
                self.problems.push(Problem::MissingUp {
                    file: folder.file("up.sql"),
                    backends: Backends::NONE,
                });
            }
            return described(folder).with_metadata(true);
        }
        let revision = described(folder);
        self.counterparts(folder, &revision);
        let revision = self.up(folder, revision);
        self.down(folder, revision)
    }

    fn up(&mut self, folder: &Folder, revision: Revision) -> Revision {
        let mut side = self.side(folder, Direction::Up);
        self.problems.append(&mut side.failures);
        if let Some(backends) = self.lacks(folder, Direction::Up, side.without) {
            self.problems.push(Problem::MissingUp {
                file: folder.file("up.sql"),
                backends,
            });
        }
        let scripts = self.outside_transactions(&revision, Direction::Up, side.scripts);
        revision.with_scripts(Direction::Up, scripts)
    }

    fn down(&mut self, folder: &Folder, mut revision: Revision) -> Revision {
        let mut side = self.side(folder, Direction::Down);
        let written = side
            .scripts
            .iter()
            .find(|script| !script.is_empty())
            .map(|script| script.file().to_owned());
        let lacks = self.lacks(folder, Direction::Down, side.without);
        if let Some((reason, line)) = folder
            .metadata
            .as_ref()
            .and_then(|metadata| metadata.irreversible.clone())
        {
            self.problems.append(&mut side.failures);
            if let Some(down) = written {
                let file = folder.file("metadata.toml");
                self.problems
                    .push(Problem::IrreversibleWithDown { file, line, down });
            }
            revision = revision.with_irreversible(reason);
        } else if revision.linked() || revision.link_unknown() {
            self.problems.append(&mut side.failures);
            if let Some(backends) = lacks {
                self.problems.push(Problem::MissingDown {
                    file: folder.file("down.sql"),
                    backends,
                });
            }
            self.problems.extend(
                side.empty
                    .into_iter()
                    .map(|file| Problem::EmptyDown { file }),
            );
        } else if let Some(why) = why_not(&side, lacks) {
            if !self.adopted.names(&revision) {
                let (directory, id) = (revision.directory().to_owned(), revision.id().to_owned());
                self.downs.push(AdoptedDown {
                    revision: directory,
                    id,
                    why,
                });
            } else if written.is_none() {
                revision = revision.with_irreversible("named in migrate.toml");
            }
        }
        let scripts = self.outside_transactions(&revision, Direction::Down, side.scripts);
        revision.with_scripts(Direction::Down, scripts)
    }

    /// The backends that have no script of this direction and should: none of them, if there is no script at all.
    fn lacks(&self, folder: &Folder, direction: Direction, without: Backends) -> Option<Backends> {
        if folder.explained.contains(&direction) {
            return None;
        }
        if !folder.has(direction) {
            return Some(Backends::NONE);
        }
        // One whose other direction has a file of its own is reported as that file's missing counterpart.
        let own = |backend: &Backend| {
            folder
                .sources
                .iter()
                .any(|source| source.backend == Some(*backend))
        };
        let lacks: Backends = without.iter().filter(|backend| !own(backend)).collect();
        (self.strict && !lacks.is_empty()).then_some(lacks)
    }

    fn counterparts(&mut self, folder: &Folder, revision: &Revision) {
        let accepted = folder
            .metadata
            .as_ref()
            .is_some_and(|metadata| metadata.irreversible.is_some())
            || !revision.linked() && self.adopted.names(revision);
        for source in &folder.sources {
            let Some(backend) = source.backend else {
                continue;
            };
            let other = match source.direction {
                Direction::Up if accepted => continue,
                Direction::Up => Direction::Down,
                Direction::Down => Direction::Up,
            };
            if folder.has(other)
                && !folder.serves(other, backend)
                && !folder.explained.contains(&other)
            {
                let counterpart = format!("{other}.{backend}.sql");
                self.problems.push(Problem::Counterpart {
                    file: folder.file(&source.name),
                    counterpart,
                });
            }
        }
    }

    fn side(&self, folder: &Folder, direction: Direction) -> Side {
        let mut side = Side {
            without: self
                .backends
                .iter()
                .filter(|&backend| !folder.serves(direction, backend))
                .collect(),
            ..Side::default()
        };
        for source in folder.of(direction) {
            let runs = |backend: &Backend| {
                folder
                    .chosen(direction, *backend)
                    .is_some_and(|chosen| chosen.name == source.name)
            };
            let users: Backends = self.backends.iter().filter(runs).collect();
            match &source.text {
                Ok(text) => {
                    let file = folder.file(&source.name);
                    self.read((folder, direction), (file, text), users, &mut side);
                }
                Err(problem) => side.failures.push(problem.clone()),
            }
        }
        // Backends that have code alone.
        for backend in self.backends.iter() {
            if folder.chosen(direction, backend).is_none()
                && let Some(Ok(script)) = folder.script(direction, backend)
            {
                share(&mut side.scripts, script);
            }
        }
        side
    }

    /// Reads a text once for each backend that runs it; those that read it alike share one script.
    fn read(
        &self,
        (folder, direction): (&Folder, Direction),
        (file, text): (String, &str),
        users: Backends,
        side: &mut Side,
    ) {
        let mut scripts: Vec<Script> = Vec::new();
        let mut errors = Vec::new();
        for backend in users.iter() {
            match folder.script(direction, backend) {
                Some(Ok(script)) => share(&mut scripts, script),
                Some(Err(error)) => errors.push((backend, error)),
                None => {}
            }
        }
        if self.strict || scripts.is_empty() {
            while let Some((_, error)) = errors.first().cloned() {
                let same: Backends = errors
                    .iter()
                    .filter(|(_, other)| *other == error)
                    .map(|(backend, _)| *backend)
                    .collect();
                errors.retain(|(_, other)| *other != error);
                let at = Position::of(text, error.at());
                let backends = if same == users { Backends::NONE } else { same };
                side.failures.push(Problem::Script {
                    file: file.clone(),
                    at,
                    backends,
                    error,
                });
            }
        }
        if !scripts.is_empty() && scripts.iter().all(Script::is_empty) {
            side.empty.push(file);
        }
        side.scripts.append(&mut scripts);
    }

    /// Reports BEGIN, COMMIT and ROLLBACK in scripts that run in a transaction; the scripts that may run.
    fn outside_transactions(
        &mut self,
        revision: &Revision,
        direction: Direction,
        scripts: Vec<Script>,
    ) -> Vec<Script> {
        if !revision.transactional(direction) {
            return scripts;
        }
        let found: Vec<Vec<Problem>> = scripts
            .iter()
            .map(|script| controls(script, direction, !revision.linked()))
            .collect();
        if found.iter().all(Vec::is_empty) {
            return scripts;
        }
        let clean = |file: &str| {
            scripts
                .iter()
                .zip(&found)
                .any(|(script, found)| script.file() == file && found.is_empty())
        };
        let mut kept = Vec::with_capacity(scripts.len());
        let list = if revision.linked() {
            &mut self.problems
        } else {
            &mut self.warnings
        };
        for (script, found) in scripts.iter().zip(&found) {
            if revision.linked() && !self.strict && !found.is_empty() && clean(script.file()) {
                continue;
            }
            for problem in found {
                if !list.contains(problem) {
                    list.push(problem.clone());
                }
            }
            kept.push(script.clone());
        }
        kept
    }
}

/// Adds a script of one backend, or its backend to one that is the same.
fn share(scripts: &mut Vec<Script>, script: Script) {
    let same = |other: &&mut Script| {
        (other.file(), other.facts(), other.code())
            == (script.file(), script.facts(), script.code())
    };
    match scripts.iter_mut().find(same) {
        Some(other) => {
            let backends = script.backends().iter().chain(other.backends().iter());
            *other = other.clone().with_backends(backends.collect());
        }
        None => scripts.push(script),
    }
}

/// What a directory's name and metadata.toml say.
pub(crate) fn described(folder: &Folder) -> Revision {
    let revision = Revision::new(folder.name.as_str());
    let Some(metadata) = &folder.metadata else {
        return revision;
    };
    let Metadata {
        down_revision,
        run_in_transaction,
        revert_in_transaction,
        lock_timeout,
        link_unknown,
        ..
    } = metadata;
    let mut revision = revision.with_metadata(*link_unknown);
    if let Some(down_revision) = down_revision {
        revision = revision.following(down_revision);
    }
    if let Some(timeout) = lock_timeout {
        revision = revision.with_lock_timeout(*timeout);
    }
    let up = run_in_transaction.unwrap_or(true);
    revision.with_transactions(Transactions {
        up,
        down: revert_in_transaction.unwrap_or(up),
    })
}

/// Why an adopted revision cannot be taken back.
fn why_not(side: &Side, lacks: Option<Backends>) -> Option<String> {
    let name = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
    let failure = side.failures.first().map(|problem| {
        let at = problem
            .position()
            .map(|at| format!(":{at}"))
            .unwrap_or_default();
        format!("{}{at}: {problem}", name(problem.file()))
    });
    let empty = || {
        side.empty
            .first()
            .map(|file| format!("{} has no statement", name(file)))
    };
    let lacks = || {
        lacks.map(|backends| {
            Problem::MissingDown {
                file: String::new(),
                backends,
            }
            .to_string()
        })
    };
    failure.or_else(empty).or_else(lacks)
}

fn controls(script: &Script, direction: Direction, adopted: bool) -> Vec<Problem> {
    let Some(dialect) = script.backends().iter().next() else {
        return Vec::new();
    };
    let key = match direction {
        Direction::Up => "run_in_transaction",
        Direction::Down => "revert_in_transaction",
    };
    let control = |statement: crate::Statement<'_>| {
        statement
            .transaction_control(dialect)
            .map(|keyword| Problem::TransactionControl {
                file: script.file().to_owned(),
                at: script.position(statement.start),
                keyword: keyword.to_owned(),
                key,
                adopted,
            })
    };
    script.statements().filter_map(control).collect()
}
