//! One revision's directory, read whole: its scripts as text, and its metadata.toml.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::code::{Code, Function};
use crate::file_name::{METADATA, code_name, nearly, script_name};
use crate::metadata::Metadata;
use crate::revision::id_of;
use crate::{Backend, Direction, Position, Problem, Script, ScriptError};

/// The bytes that most files fit in.
const SMALL: usize = 512;

/// One revision's directory.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(crate) name: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) codes: Vec<CodeFile>,
    /// Where it has a metadata.toml.
    pub(crate) metadata: Option<Metadata>,
    /// Directions that lack a script for a reason that is reported already: its name is misspelt, or nothing can be read.
    pub(crate) explained: Vec<Direction>,
    /// Whether it has nothing of a revision, and revisions of its own.
    pub(crate) nested: bool,
}

/// One script file. A text that is none is kept as the problem that it is.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// `up.mysql.sql`.
    pub(crate) name: String,
    pub(crate) direction: Direction,
    /// The one backend it is for, if its name says so.
    pub(crate) backend: Option<Backend>,
    pub(crate) text: Result<String, Problem>,
}

/// One `migration.rs`.
#[derive(Clone, Debug)]
pub(crate) struct CodeFile {
    /// `migration.mysql.rs`.
    pub(crate) name: String,
    /// The one backend it is for, if its name says so.
    pub(crate) backend: Option<Backend>,
    pub(crate) text: String,
    pub(crate) code: Code,
}

impl CodeFile {
    fn has(&self, direction: Direction) -> bool {
        let function = match direction {
            Direction::Up => self.code.up,
            Direction::Down => self.code.down,
        };
        // One that is private is reported, and is none that is missing.
        function != Function::Missing
    }
}

impl Folder {
    fn new(name: String) -> Self {
        Self {
            name,
            sources: Vec::new(),
            codes: Vec::new(),
            metadata: None,
            explained: Vec::new(),
            nested: false,
        }
    }

    /// Reads what the directory at `path` follows: its metadata.toml, or all of it where there is none. `None`: something is odd.
    pub(crate) fn link(path: &Path, name: String) -> Option<Self> {
        let mut problems = Vec::new();
        let mut folder = Self::new(name);
        if fs::metadata(path.join(METADATA)).is_ok_and(|kind| kind.is_file()) {
            folder.read_metadata(path, true, &mut problems);
        } else {
            folder = Self::read(path, folder.name, &mut problems, &mut Vec::new());
        }
        let is_revision = folder.metadata.is_some() || folder.has(Direction::Up);
        (problems.is_empty() && is_revision).then_some(folder)
    }

    /// Reads the directory at `path`, and adds its metadata.toml and its code to what is tracked.
    pub(crate) fn read(
        path: &Path,
        name: String,
        problems: &mut Vec<Problem>,
        tracked: &mut Vec<PathBuf>,
    ) -> Self {
        let mut folder = Self::new(name);
        let mut names = match names(path) {
            Ok(names) => names,
            Err(error) => {
                problems.push(Problem::Unreadable {
                    file: folder.name.clone(),
                    error: error.to_string(),
                });
                folder.metadata = Some(Metadata::unknown());
                folder.explained = vec![Direction::Up, Direction::Down];
                return folder;
            }
        };
        names.sort();
        let is_revision = |name: &String| path.join(name).join("up.sql").is_file();
        folder.nested = names
            .iter()
            .all(|(name, is_file)| !is_file && is_revision(name))
            && !names.is_empty();
        for (name, is_file) in names {
            let file = folder.file(&name);
            if name == METADATA {
                tracked.push(path.join(&name));
                folder.read_metadata(path, is_file, problems);
            } else if let Some((direction, backend)) = script_name(&name) {
                folder.sources.push(Source {
                    text: text_of(&path.join(&name), &file, is_file),
                    name,
                    direction,
                    backend,
                });
            } else if let Some(backend) = code_name(&name) {
                tracked.push(path.join(&name));
                folder.read_code(path, (name, is_file), backend, problems);
            } else if let Some(right) = nearly(&name) {
                match right.split_once('.') {
                    Some(("migration", _)) => {
                        folder.explained = vec![Direction::Up, Direction::Down];
                    }
                    Some(("up", _)) => folder.explained.push(Direction::Up),
                    Some(("down", _)) => folder.explained.push(Direction::Down),
                    _ if folder.metadata.is_none() => folder.metadata = Some(Metadata::unknown()),
                    _ => {}
                }
                problems.push(Problem::Misspelt { file, right });
            }
        }
        folder
    }

    fn read_metadata(&mut self, path: &Path, is_file: bool, problems: &mut Vec<Problem>) {
        let file = self.file(METADATA);
        self.metadata = Some(match text_of(&path.join(METADATA), &file, is_file) {
            Ok(text) => Metadata::read(&file, &text, problems),
            Err(problem) => {
                problems.push(problem);
                Metadata::unknown()
            }
        });
    }

    fn read_code(
        &mut self,
        path: &Path,
        (name, is_file): (String, bool),
        backend: Option<Backend>,
        problems: &mut Vec<Problem>,
    ) {
        let file = self.file(&name);
        match text_of(&path.join(&name), &file, is_file) {
            Ok(text) => {
                let code = Code::read(&text);
                problems.extend(code_problem(&file, &code));
                self.codes.push(CodeFile {
                    name,
                    backend,
                    text,
                    code,
                });
            }
            Err(problem) => {
                problems.push(problem);
                self.explained = vec![Direction::Up, Direction::Down];
            }
        }
    }

    /// The id that its name gives.
    pub(crate) fn id(&self) -> String {
        id_of(&self.name)
    }

    /// One of its files, seen from the migrations directory.
    pub(crate) fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.name)
    }

    /// Whether it has scripts alone, and none for one backend.
    pub(crate) fn is_for_all(&self) -> bool {
        self.codes.is_empty() && self.sources.iter().all(|source| source.backend.is_none())
    }

    /// Whether there is anything of that direction.
    pub(crate) fn has(&self, direction: Direction) -> bool {
        self.of(direction).next().is_some() || self.codes.iter().any(|code| code.has(direction))
    }

    /// Whether a backend has anything to run in that direction.
    pub(crate) fn serves(&self, direction: Direction, backend: Backend) -> bool {
        self.chosen(direction, backend).is_some() || self.code(direction, backend).is_some()
    }

    /// The code that a backend runs: its own, or that for every backend.
    pub(crate) fn code(&self, direction: Direction, backend: Backend) -> Option<&CodeFile> {
        let named = |name: Option<Backend>| {
            let mut codes = self.codes.iter();
            codes.find(move |code| code.backend == name && code.has(direction))
        };
        named(Some(backend)).or_else(|| named(None))
    }

    /// The name of the script that a backend runs, or of the code where there is no script.
    pub(crate) fn file_of(&self, direction: Direction, backend: Backend) -> Option<&str> {
        let script = self.chosen(direction, backend).map(|source| &source.name);
        let code = || self.code(direction, backend).map(|code| &code.name);
        script.or_else(code).map(String::as_str)
    }

    /// The script that a backend runs, read by its rules, with the code beside it. `None`: there is none, or it is no text.
    pub(crate) fn script(
        &self,
        direction: Direction,
        backend: Backend,
    ) -> Option<Result<Script, ScriptError>> {
        let source = self.chosen(direction, backend);
        let code = self.code(direction, backend);
        let Some(source) = source else {
            let code = code?;
            let file = self.file(&code.name);
            let script = Script::of_code(file, backend.into(), code.text.clone(), &code.code);
            return Some(Ok(script));
        };
        let text = source.text.as_ref().ok()?.clone();
        let script = Script::read(self.file(&source.name), backend.into(), text, backend);
        Some(script.map(|script| match code {
            Some(code) => script.beside(self.file(&code.name), &code.code),
            None => script,
        }))
    }

    /// The script files of one direction.
    pub(crate) fn of(&self, direction: Direction) -> impl Iterator<Item = &Source> {
        self.sources
            .iter()
            .filter(move |source| source.direction == direction)
    }

    /// The file that a backend runs: its own, or the one for every backend.
    pub(crate) fn chosen(&self, direction: Direction, backend: Backend) -> Option<&Source> {
        let named = |name: Option<Backend>| {
            self.of(direction)
                .find(move |source| source.backend == name)
        };
        named(Some(backend)).or_else(|| named(None))
    }
}

/// The names in a directory, and whether each is a file's, or a link's to one.
fn names(path: &Path) -> io::Result<Vec<(String, bool)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        // The kind comes with the entry; only a link costs a look at what it leads to. One that leads nowhere is read, and fails.
        let kind = entry.file_type()?;
        let file = match kind.is_symlink() {
            true => fs::metadata(entry.path()).is_ok_and(|kind| kind.is_file()),
            false => kind.is_file(),
        };
        // A name that is not UTF-8 is no script's.
        if let Ok(name) = entry.file_name().into_string() {
            names.push((name, file));
        }
    }
    Ok(names)
}

/// The same, where the directory's entry says whether it is a file at all: a pipe would never end.
fn text_of(path: &Path, file: &str, is_file: bool) -> Result<String, Problem> {
    if is_file || !path.exists() {
        return text(path, file);
    }
    Err(Problem::NotAFile {
        file: file.to_owned(),
    })
}

/// A file as text: UTF-8 without NUL. `file` is what messages call it.
pub(crate) fn text(path: &Path, file: &str) -> Result<String, Problem> {
    let bytes = bytes(path).map_err(|error| Problem::Unreadable {
        file: file.to_owned(),
        error: error.to_string(),
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..byte]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
            + 1;
        Problem::NotUtf8 {
            file: file.to_owned(),
            byte,
            line,
        }
    })?;
    match text.find('\0') {
        Some(byte) => Err(Problem::Nul {
            file: file.to_owned(),
            byte,
            at: Position::of(&text, byte),
        }),
        None => Ok(text),
    }
}

/// What a file holds. Most are so small that asking for their size first, as a file by itself does, costs more than it saves.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(SMALL);
    File::open(path)?.take(u64::MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn code_problem(file: &str, code: &Code) -> Option<Problem> {
    let file = file.to_owned();
    match (code.up, code.down) {
        (Function::Private, _) => Some(Problem::PrivateFunction { file, name: "up" }),
        (_, Function::Private) => Some(Problem::PrivateFunction { file, name: "down" }),
        (Function::Missing, Function::Missing) => Some(Problem::NoFunction { file }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_whatever_its_size() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("up.sql");
        for size in [0, 1, SMALL - 1, SMALL, SMALL + 1, 100_000] {
            let text = "é".repeat(size / 2) + &"x".repeat(size % 2);
            fs::write(&path, &text).expect("written");
            assert_eq!(super::text(&path, "up.sql"), Ok(text), "{size}");
        }
    }
}
