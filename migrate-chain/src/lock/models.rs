//! The models in a lock: what they said when the head was made. To this crate they are lines of text; who compares them knows more.

use std::fmt;

use super::quoted;
use super::text::missing;
use crate::Backend;
use crate::document::{Entry, Reader, Table, Value};

/// What a lock keeps of one model on one backend: lines of text, each a thing that is there and how it is.
///
/// ```
/// use migrate_chain::{Backend, Lock};
///
/// let lines = vec![("column id".to_owned(), "integer not null".to_owned())];
/// let lock = Lock::default().with_models(Backend::Postgres, [("members".to_owned(), lines)]);
/// let read = Lock::parse(&lock.to_string())?;
/// assert_eq!(read.models(Backend::Postgres).next().unwrap().lines()[0].0, "column id");
/// assert_eq!(read.models(Backend::Sqlite).count(), 0);
/// # Ok::<(), migrate_chain::Problems>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedModel {
    backend: Backend,
    name: String,
    lines: Vec<(String, String)>,
}

const NAME: &str = "name";
const BACKEND: &str = "backend";

impl LockedModel {
    pub(super) const fn new(backend: Backend, name: String, lines: Vec<(String, String)>) -> Self {
        Self {
            backend,
            name,
            lines,
        }
    }

    /// The backend on which it is so.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is there, and how it is. The first of the two is there once.
    #[must_use]
    pub fn lines(&self) -> &[(String, String)] {
        &self.lines
    }
}

/// What both sides of a merge say alike of the models on a backend. Where they differ nobody can tell what one side dropped from what the
/// other added: then nothing is known, until a command that compares the models with a database writes it.
pub(super) fn agreed(mut ours: Vec<LockedModel>, theirs: &[LockedModel]) -> Vec<LockedModel> {
    let of = |models: &[LockedModel], backend: Backend| {
        let models = models.iter().filter(|model| model.backend == backend);
        models.cloned().collect::<Vec<_>>()
    };
    let same = Backend::ALL.map(|backend| (backend, of(&ours, backend) == of(theirs, backend)));
    ours.retain(|model| same.contains(&(model.backend, true)));
    ours
}

pub(super) fn sort(models: &mut [LockedModel]) {
    models.sort_by(|one, other| (one.backend, &one.name).cmp(&(other.backend, &other.name)));
}

pub(super) fn read(reader: &mut Reader<'_>, entry: &Entry) -> Vec<LockedModel> {
    let Value::List(items) = &entry.value else {
        return reader
            .wrong_type(entry, "a list of tables")
            .unwrap_or_default();
    };
    let mut models = Vec::with_capacity(items.len());
    for (line, item) in items {
        match item {
            Value::Table(table) => models.extend(read_one(reader, *line, table)),
            _ => _ = reader.wrong_type::<()>(entry, "a list of tables"),
        }
    }
    models
}

fn read_one(reader: &mut Reader<'_>, line: usize, table: &Table) -> Option<LockedModel> {
    let (mut name, mut backend) = (None, None);
    let mut lines = Vec::with_capacity(table.0.len());
    for entry in &table.0 {
        let text = reader.text(entry)?;
        match entry.key.as_str() {
            NAME => name = Some(text.to_owned()),
            BACKEND => {
                backend = Backend::from_name(text);
                if backend.is_none() {
                    let why = "a backend is sqlite, postgres or mysql";
                    reader.bad_value(entry, entry.line, text, why);
                    return None;
                }
            }
            what => lines.push((what.to_owned(), text.to_owned())),
        }
    }
    for (key, there) in [(NAME, name.is_some()), (BACKEND, backend.is_some())] {
        if !there {
            reader.bad_value(&missing(key, line), line, "", "it is missing");
        }
    }
    Some(LockedModel::new(backend?, name?, lines))
}

impl fmt::Display for LockedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, backend) = (quoted(&self.name), self.backend);
        writeln!(f, "\n[[model]]\n{NAME} = {name}\n{BACKEND} = \"{backend}\"")?;
        self.lines
            .iter()
            .try_for_each(|(what, how)| writeln!(f, "{} = {}", quoted(what), quoted(how)))
    }
}
