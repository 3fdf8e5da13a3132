//! The file of `table!` blocks that a project keeps beside its chain: `[print_schema]` of migrate.toml, or of diesel.toml.

use std::fs;
use std::path::{Path, PathBuf};

use super::read::{filled, table_of};
use crate::document::{Entry, Reader, Table};
use crate::location::cleaned;

const KEYS: [&str; 4] = ["file", "patch_file", "schema", "filter"];
const FILTERS: [&str; 2] = ["only_tables", "except_tables"];

/// Which file has a project's `table!` blocks, and how it is made: the keys of Diesel's `[print_schema]` that count here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrintSchema {
    /// The file, as a whole path.
    pub file: PathBuf,
    /// A patch that is applied to it, as a whole path.
    pub patch_file: Option<PathBuf>,
    /// The schema of the database whose tables it has.
    pub schema: Option<String>,
    /// The tables that it has alone, as regular expressions.
    pub only_tables: Vec<String>,
    /// The tables that it does not have, as regular expressions.
    pub except_tables: Vec<String>,
    /// The settings file that says so.
    pub said_in: PathBuf,
}

impl PrintSchema {
    /// Reads `[print_schema]`; `None` where it names no file.
    pub(super) fn take(reader: &mut Reader<'_>, entry: &Entry, known: bool) -> Option<Self> {
        let mut print = Self::default();
        for entry in table_of(reader, entry) {
            match entry.key.as_str() {
                "file" => print.file = filled(reader, &entry)?.into(),
                "patch_file" => print.patch_file = filled(reader, &entry).map(PathBuf::from),
                "schema" => print.schema = filled(reader, &entry),
                "filter" => print.take_filter(reader, &entry),
                _ if known => reader.unknown(&entry, &KEYS),
                _ => {}
            }
        }
        (!print.file.as_os_str().is_empty()).then_some(print)
    }

    fn take_filter(&mut self, reader: &mut Reader<'_>, entry: &Entry) {
        for entry in table_of(reader, entry) {
            let tables = |reader: &mut Reader<'_>| {
                let texts = reader.texts(&entry).unwrap_or_default();
                texts.into_iter().map(|(_, text)| text.to_owned()).collect()
            };
            match entry.key.as_str() {
                "only_tables" => self.only_tables = tables(reader),
                "except_tables" => self.except_tables = tables(reader),
                _ => reader.unknown(&entry, &FILTERS),
            }
        }
    }

    /// The same with its paths whole, as seen from the settings file that says so.
    pub(super) fn seen_from(mut self, settings: &Path) -> Self {
        let folder = settings.parent().unwrap_or(Path::new("."));
        let whole = |path: &Path| cleaned(&folder.join(path));
        self.patch_file = self.patch_file.as_deref().map(whole);
        self.file = whole(&self.file);
        self.said_in = settings.to_owned();
        self
    }

    /// What a diesel.toml says. It is Diesel's file: what is wrong in it is Diesel's to report.
    pub(super) fn in_diesel(file: &Path) -> Option<Self> {
        let table = Table::parse("", &fs::read_to_string(file).ok()?).ok()?;
        let entry = table.0.iter().find(|entry| entry.key == "print_schema")?;
        let mut reader = Reader {
            file: "",
            problems: &mut Vec::new(),
        };
        Self::take(&mut reader, entry, false).map(|print| print.seen_from(file))
    }
}
