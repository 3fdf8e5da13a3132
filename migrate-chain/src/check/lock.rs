//! The lock against the directory: what it lists is there, and what it seals is as it was.

use std::collections::HashMap;

use crate::folder::Folder;
use crate::lock::{Locked, find, sums};
use crate::problem::Change;
use crate::{Backend, Backends, Checksum, Direction, Lock, Problem, Revision};

/// Compares the lock with what was read. A lock that is merely behind is no problem: the next command writes it anew.
pub(crate) fn check(
    lock: &Lock,
    folders: &[Folder],
    revisions: &[Revision],
    backends: Option<Backends>,
    problems: &mut Vec<Problem>,
) {
    let mut by_id: Vec<_> = folders.iter().map(|folder| (folder.id(), folder)).collect();
    by_id.sort_by(|one, other| one.0.cmp(&other.0));
    let parents: HashMap<_, _> = revisions
        .iter()
        .filter(|revision| !revision.link_unknown())
        .map(|revision| (revision.id(), revision.parent().unwrap_or("base")))
        .collect();
    for locked in lock.revisions() {
        let folder = by_id
            .binary_search_by(|(id, _)| id.as_str().cmp(locked.id()))
            .map(|index| by_id[index].1);
        match (folder, locked.tag()) {
            (Ok(folder), Some(tag)) => sealed(locked, tag, folder, backends, problems),
            (Ok(folder), None) => scripts(locked, folder, problems),
            (Err(_), tag) => problems.push(gone(locked, tag)),
        }
        if let (Some(tag), Ok(folder)) = (locked.tag(), folder) {
            let parent = parents.get(locked.id());
            if parent.is_some_and(|parent| *parent != locked.parent()) {
                problems.push(Problem::Sealed {
                    file: folder.file("metadata.toml"),
                    what: "what it follows".to_owned(),
                    tag: tag.to_owned(),
                    change: change(None, None),
                });
            }
        }
    }
}

fn gone(locked: &Locked, tag: Option<&str>) -> Problem {
    let (file, what) = (Lock::FILE.to_owned(), locked.id().to_owned());
    match tag {
        Some(tag) => {
            let old = locked.sums().first().map(|(_, sum)| *sum);
            Problem::Sealed {
                file,
                what,
                tag: tag.to_owned(),
                change: change(old, None),
            }
        }
        None => Problem::Vanished {
            file,
            line: locked.line,
            what,
        },
    }
}

/// The scripts that the lock lists and the directory lacks.
fn scripts(locked: &Locked, folder: &Folder, problems: &mut Vec<Problem>) {
    for (key, _) in locked.sums() {
        let (direction, backend) = parts(key);
        let there = match backend {
            Some(backend) => folder.serves(direction, backend),
            None => folder.has(direction),
        };
        let file = folder.file(&format!("{key}.sql"));
        if !there && !problems.iter().any(|problem| explains(problem, &file)) {
            problems.push(Problem::Vanished {
                file: Lock::FILE.to_owned(),
                line: locked.line,
                what: file,
            });
        }
    }
}

/// Whether the problem is that this script is to be written.
fn missing(problem: &Problem, script: &str) -> bool {
    matches!(problem, Problem::MissingUp { file, .. } | Problem::MissingDown { file, .. } if file == script)
}

/// Whether the problem says already that this script is not there.
fn explains(problem: &Problem, script: &str) -> bool {
    let directory = |file: &str| {
        file.rsplit_once('/')
            .map(|(directory, _)| directory.to_owned())
    };
    match problem {
        Problem::Misspelt { file, right } => {
            directory(file).is_some_and(|directory| format!("{directory}/{right}") == script)
        }
        Problem::AdoptedDowns { downs, .. } => downs
            .iter()
            .any(|down| format!("{}/down.sql", down.revision) == script),
        _ => missing(problem, script),
    }
}

/// The scripts of a sealed revision that are not what they were.
fn sealed(
    locked: &Locked,
    tag: &str,
    folder: &Folder,
    backends: Option<Backends>,
    problems: &mut Vec<Problem>,
) {
    let now = sums(folder, backends);
    let mut named: Vec<String> = Vec::new();
    let mut report = |name: String, old, new| {
        let (file, what) = (folder.file(&name), name.clone());
        if !named.contains(&name) {
            named.push(name);
            // Nobody is to write it anew, or to delete the rest.
            problems.retain(|problem| !missing(problem, &file));
            problems.push(Problem::Sealed {
                file,
                what,
                tag: tag.to_owned(),
                change: change(old, new),
            });
        }
    };
    for (key, old) in locked.sums() {
        let (direction, backend) = parts(key);
        if !folder.has(direction) {
            report(format!("{key}.sql"), Some(*old), None);
            continue;
        }
        for backend in Backend::ALL
            .into_iter()
            .filter(|other| backend.is_none_or(|backend| backend == *other))
        {
            let own = format!("{direction}.{backend}");
            if let Some(new) = find(&now, &own).or_else(|| find(&now, direction.name()))
                && new != *old
                // A key for one backend speaks for that one, whatever the key for all says.
                && (key.contains('.') || find(locked.sums(), &own).is_none())
            {
                let name = folder.file_of(direction, backend).map(str::to_owned);
                report(
                    name.unwrap_or_else(|| format!("{key}.sql")),
                    Some(*old),
                    Some(new),
                );
            }
        }
    }
    for direction in [Direction::Up, Direction::Down] {
        let listed = locked
            .sums()
            .iter()
            .any(|(key, _)| parts(key).0 == direction);
        if let (false, Some((key, new))) = (
            listed,
            now.iter().find(|(key, _)| parts(key).0 == direction),
        ) {
            report(format!("{key}.sql"), None, Some(*new));
        }
    }
}

fn parts(key: &str) -> (Direction, Option<Backend>) {
    let (direction, backend) = key.split_once('.').unwrap_or((key, ""));
    (
        if direction == "up" {
            Direction::Up
        } else {
            Direction::Down
        },
        Backend::from_name(backend),
    )
}

fn change(old: Option<Checksum>, new: Option<Checksum>) -> Box<Change> {
    Box::new(Change { old, new })
}
