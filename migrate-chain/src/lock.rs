//! `migrate.lock`: what every script's checksum was when a command last ran, and which revisions are sealed.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use crate::document::{Entry, Reader, Table, Value};
use crate::folder::Folder;
use crate::{Backend, Backends, Checksum, Direction, Problem, Problems, Project, Revision};

/// What a `migrate.lock` says: for each revision in chain order its id, parent, checksums and tag. It prints as the file.
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

    /// What the lock of that project must say now. Tags are kept from the lock that it has. The features of a build make no
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
        }
    }

    /// Reads the text of a lock.
    ///
    /// # Errors
    /// Everything that is wrong in it; the marks of a conflict in git are a problem of their own.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        if let Some(line) = text.lines().position(|line| mark(line).is_some()) {
            return Err(Problem::LockConflict {
                file: Self::FILE.to_owned(),
                line: line + 1,
            }
            .into());
        }
        let table = Table::parse(Self::FILE, text)?;
        let mut problems = Vec::new();
        let mut reader = Reader {
            file: Self::FILE,
            problems: &mut problems,
        };
        let mut lock = Self::default();
        if let Some(entry) = table.0.iter().find(|entry| entry.key == "version") {
            check_version(&mut reader, entry)?;
        }
        for entry in &table.0 {
            match entry.key.as_str() {
                "version" => {}
                "revision" => {
                    lock.revisions = revisions(&mut reader, entry);
                    once(&mut reader, &lock.revisions);
                }
                _ => reader.unknown(entry, &["version", "revision"]),
            }
        }
        Problems::none_or(problems).map(|()| lock)
    }

    /// The lock of a directory in which git left the marks of a conflict, as both sides together: the lines of ours, then what
    /// theirs has besides. `None` where there is no lock with marks.
    pub(crate) fn merged(directory: &Path) -> Result<Option<Self>, Problems> {
        let text = match std::fs::read_to_string(directory.join(Self::FILE)) {
            Ok(text) if text.lines().any(|line| mark(line).is_some()) => text,
            _ => return Ok(None),
        };
        let [ours, theirs] = sides(&text).map(|side| Self::parse(&side));
        let (mut lock, theirs) = (ours?, theirs?);
        for other in theirs.revisions {
            match lock
                .revisions
                .iter_mut()
                .find(|locked| locked.id == other.id)
            {
                // What either side sealed is sealed.
                Some(locked) if locked.tag.is_empty() => {
                    if !other.tag.is_empty() {
                        *locked = other;
                    }
                }
                Some(_) => {}
                None => lock.revisions.push(other),
            }
        }
        lock.revisions.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Some(lock))
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

    /// Only what must stay as it is: the revisions under a tag. The rest can be told from the directory.
    #[must_use]
    pub fn sealed(&self) -> Self {
        let sealed = self
            .revisions
            .iter()
            .filter(|locked| locked.tag().is_some());
        Self {
            revisions: sealed.cloned().collect(),
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

/// The marks that git leaves: ours, what both come from, theirs, the end.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

fn mark(line: &str) -> Option<usize> {
    MARKS.iter().position(|mark| line.starts_with(mark))
}

/// The two texts that git could not make one of.
fn sides(text: &str) -> [String; 2] {
    let mut sides = [String::new(), String::new()];
    // Outside a conflict a line is on both sides; of what both come from, on neither.
    let mut on: &[usize] = &[0, 1];
    for line in text.lines() {
        match mark(line) {
            Some(0) => on = &[0],
            Some(1) => on = &[],
            Some(2) => on = &[1],
            Some(_) => on = &[0, 1],
            None => on.iter().for_each(|&side| sides[side].extend([line, "\n"])),
        }
    }
    sides
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

/// Whether this build can read the rest: what another version has in it is no mistake.
fn check_version(reader: &mut Reader<'_>, entry: &Entry) -> Result<(), Problem> {
    match reader.number(entry) {
        Some(version) if version != VERSION => Err(Problem::LockVersion {
            file: Lock::FILE.to_owned(),
            line: entry.line,
            version,
            known: VERSION,
        }),
        _ => Ok(()),
    }
}

fn revisions(reader: &mut Reader<'_>, entry: &Entry) -> Vec<Locked> {
    let Value::List(items) = &entry.value else {
        return reader
            .wrong_type(entry, "a list of tables")
            .unwrap_or_default();
    };
    let mut revisions = Vec::with_capacity(items.len());
    for (line, item) in items {
        match item {
            Value::Table(table) => revisions.push(revision(reader, *line, table)),
            _ => _ = reader.wrong_type::<()>(entry, "a list of tables"),
        }
    }
    revisions
}

/// Reports the ids that are listed more than once, as a merge by hand leaves them.
fn once(reader: &mut Reader<'_>, revisions: &[Locked]) {
    let mut lines = HashMap::new();
    for locked in revisions.iter().filter(|locked| !locked.id.is_empty()) {
        if let Some(first) = lines.insert(locked.id.as_str(), locked.line) {
            let entry = missing("id", locked.line);
            let why = format!("it is listed already, in line {first}");
            reader.bad_value(&entry, locked.line, &locked.id, why);
        }
    }
}

/// A key to name where there is none to point at.
fn missing(key: &str, line: usize) -> Entry {
    Entry {
        key: key.to_owned(),
        line,
        value: Value::Flag(false),
    }
}

fn revision(reader: &mut Reader<'_>, line: usize, table: &Table) -> Locked {
    let mut locked = Locked {
        line,
        ..Locked::default()
    };
    for entry in &table.0 {
        let Some(text) = reader.text(entry) else {
            continue;
        };
        match entry.key.as_str() {
            "id" => locked.id = text.to_owned(),
            "parent" => locked.parent = text.to_owned(),
            "tag" => locked.tag = text.to_owned(),
            key if is_sum(key) => match Checksum::from_hex(text) {
                Some(sum) => locked.sums.push((key.to_owned(), sum)),
                None => {
                    reader.bad_value(entry, entry.line, text, "it must be 64 hexadecimal digits")
                }
            },
            _ => reader.unknown(entry, &["id", "parent", "up", "down", "tag"]),
        }
    }
    for (key, value) in [("id", &locked.id), ("parent", &locked.parent)] {
        if value.is_empty() {
            reader.bad_value(&missing(key, line), line, "", "it is missing");
        }
    }
    locked
}

fn is_sum(key: &str) -> bool {
    let (direction, backend) = key.split_once('.').unwrap_or((key, "mysql"));
    ["up", "down"].contains(&direction) && Backend::from_name(backend).is_some()
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}version = {VERSION}")?;
        for locked in &self.revisions {
            write!(
                f,
                "\n[[revision]]\nid = {}\nparent = {}\n",
                quoted(&locked.id),
                quoted(&locked.parent)
            )?;
            for (key, sum) in &locked.sums {
                match key.contains('.') {
                    true => writeln!(f, "\"{key}\" = \"{sum}\"")?,
                    false => writeln!(f, "{key} = \"{sum}\"")?,
                }
            }
            if let Some(tag) = locked.tag() {
                writeln!(f, "tag = {}", quoted(tag))?;
            }
        }
        Ok(())
    }
}

/// A basic string of TOML.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => quoted += &format!("\\u{:04X}", u32::from(control)),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        Lock::parse(text).unwrap_err().render("migrations")
    }

    #[test]
    fn what_it_prints_it_reads() {
        let sum = |byte| Checksum([byte; 32]);
        let lock = Lock {
            revisions: vec![
                Locked {
                    id: "a\"\\\u{7f}é".to_owned(),
                    parent: "base".to_owned(),
                    tag: "v1.0".to_owned(),
                    sums: vec![("up".to_owned(), sum(1)), ("down.mysql".to_owned(), sum(2))],
                    line: 0,
                },
                Locked {
                    id: "b".to_owned(),
                    parent: "a".to_owned(),
                    ..Locked::default()
                },
            ],
        };
        let read = Lock::parse(&lock.to_string()).unwrap();
        assert_eq!(read, lock);
        assert_eq!(read.revisions()[0].line, 4);
        assert_eq!(
            read.revisions()[0].checksum(Direction::Up, Backend::Sqlite),
            Some(sum(1))
        );
        assert_eq!(
            read.revisions()[0].checksum(Direction::Down, Backend::Mysql),
            Some(sum(2))
        );
        assert_eq!(
            read.revisions()[0].checksum(Direction::Down, Backend::Sqlite),
            None
        );
    }

    #[test]
    fn a_conflict_in_git_is_a_problem_of_its_own() {
        let text = "version = 1\n<<<<<<< HEAD\n[[revision]]\nid = \"a\"\n=======\n[[revision]]\nid = \"b\"\n>>>>>>> other\n";
        assert_eq!(
            problems(text),
            [
                "migrations/migrate.lock:2: git left a conflict here: two branches each changed the chain\n  help: `migrate rebase` puts one side behind the other, and writes the lock anew"
            ]
        );
    }

    #[test]
    fn a_lock_of_another_version_is_left_to_who_wrote_it() {
        assert_eq!(
            problems("version = 2\nnew = [1]\n[[revision]]\nid = 1\n"),
            [
                "migrations/migrate.lock:1: it is of version 2, and this build reads version 1\n  help: use the release of migrate that wrote it, here and on the command line"
            ]
        );
    }

    #[test]
    fn a_lock_cut_short_is_brought_back_not_mended() {
        for text in ["[[revision]]\nid = \"a\n", "[[revision]]\nid = \"a\"\n"] {
            let found = problems(text);
            assert!(
                found[0].ends_with(
                    "\n  help: bring the lock back from git, or delete it: `migrate lock` writes it anew"
                ),
                "{found:?}"
            );
        }
    }

    #[test]
    fn an_id_that_is_listed_twice_is_named_with_both_lines() {
        let entry = "[[revision]]\nid = \"a\"\nparent = \"base\"\n";
        let found = problems(&entry.repeat(2));
        assert!(
            found[0].starts_with(
                "migrations/migrate.lock:4: `id = \"a\"`: it is listed already, in line 1\n"
            ),
            "{found:?}"
        );
    }

    #[test]
    fn every_wrong_line_is_named_at_once() {
        let text = "version = \"2\"\n[[revision]]\nid = \"a\"\nparent = \"base\"\nup = \"zz\"\nupp = \"x\"\n[[revision]]\ntag = 1\n";
        let found = problems(text);
        let starts = [
            "migrations/migrate.lock:1: `version` is text and must be a number\n  help: bring the lock back from git, or delete it: `migrate lock` writes it anew",
            "migrations/migrate.lock:5: `up = \"zz\"`: it must be 64 hexadecimal digits",
            "migrations/migrate.lock:6: unknown key `upp`\n  help: did you mean `up`?",
            "migrations/migrate.lock:8: `tag` is a number and must be text",
            "migrations/migrate.lock:7: `id = \"\"`: it is missing",
            "migrations/migrate.lock:7: `parent = \"\"`: it is missing",
        ];
        assert_eq!(found.len(), starts.len(), "{found:#?}");
        for (found, start) in found.iter().zip(starts) {
            assert!(found.starts_with(start), "{found}");
        }
    }
}
