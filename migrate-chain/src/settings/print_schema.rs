//! The files of `table!` blocks that a project keeps beside its chain: `[print_schema]` of migrate.toml, or of diesel.toml.

use std::fs;
use std::path::{Path, PathBuf};

use super::read::{filled, table_of};
use crate::document::{Entry, Reader, Table, Value};
use crate::location::cleaned;

const KEYS: [&str; 13] = [
    "file",
    "patch_file",
    "schema",
    "filter",
    "with_docs",
    "with_docs_config",
    "column_sorting",
    "import_types",
    "generate_missing_sql_type_definitions",
    "except_custom_type_definitions",
    "custom_type_derives",
    "sqlite_integer_primary_key_is_bigint",
    "allow_tables_to_appear_in_same_query_config",
];
const FILTERS: [&str; 2] = ["only_tables", "except_tables"];

/// Which file has a project's `table!` blocks, and how it is made: the keys of Diesel's `[print_schema]`.
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
    /// Which comments its tables and columns have, in Diesel's words; none where nothing is said.
    pub docs: Option<String>,
    /// Whether columns are in the order of their names.
    pub sort_columns: bool,
    /// What each block imports.
    pub import_types: Vec<String>,
    /// Whether types that Diesel does not have are declared in it; so it is where nothing is said.
    pub sql_types: Option<bool>,
    /// The types that are not declared, as regular expressions.
    pub except_types: Vec<String>,
    /// What declared types derive.
    pub type_derives: Vec<String>,
    /// Whether SQLite's `INTEGER PRIMARY KEY` is a `BigInt`.
    pub bigint_keys: bool,
    /// Which tables may appear in one query, in Diesel's words; all where nothing is said.
    pub same_query: Option<String>,
    /// The keys of diesel.toml that are not known here: what they ask for cannot be done.
    pub unknown: Vec<String>,
    /// The settings file that says so.
    pub said_in: PathBuf,
}

impl PrintSchema {
    /// Reads `[print_schema]`, or each of the tables in it; nothing where none names a file.
    pub(super) fn take(reader: &mut Reader<'_>, entry: &Entry, known: bool) -> Vec<Self> {
        let entries = table_of(reader, entry);
        let is_named =
            |entry: &Entry| matches!(entry.value, Value::Table(_)) && entry.key != "filter";
        if !entries.is_empty() && entries.iter().all(is_named) {
            let each = entries
                .iter()
                .filter_map(|entry| Self::take_one(reader, entry, known));
            return each.collect();
        }
        Self::take_one(reader, entry, known).into_iter().collect()
    }

    fn take_one(reader: &mut Reader<'_>, entry: &Entry, known: bool) -> Option<Self> {
        let mut print = Self::default();
        for entry in table_of(reader, entry) {
            print.take_key(reader, &entry, known);
        }
        (!print.file.as_os_str().is_empty()).then_some(print)
    }

    fn take_key(&mut self, reader: &mut Reader<'_>, entry: &Entry, known: bool) {
        match entry.key.as_str() {
            "file" => self.file = filled(reader, entry).unwrap_or_default().into(),
            "patch_file" => self.patch_file = filled(reader, entry).map(PathBuf::from),
            "schema" => self.schema = filled(reader, entry),
            "filter" => self.take_filter(reader, entry),
            "with_docs" if matches!(entry.value, Value::Flag(_)) => {
                let all = "database-comments-fallback-to-auto-generated-doc-comment";
                self.docs = reader
                    .flag(entry)
                    .filter(|&flag| flag)
                    .map(|_| all.to_owned());
            }
            "with_docs" | "with_docs_config" => {
                let words = [
                    "no-doc-comments",
                    "only-database-comments",
                    "database-comments-fallback-to-auto-generated-doc-comment",
                ];
                self.docs = one_of(reader, entry, &words);
            }
            "column_sorting" => {
                let words = ["ordinal_position", "name"];
                self.sort_columns =
                    one_of(reader, entry, &words).is_some_and(|word| word == "name");
            }
            "import_types" => self.import_types = texts(reader, entry),
            "generate_missing_sql_type_definitions" => self.sql_types = reader.flag(entry),
            "except_custom_type_definitions" => self.except_types = texts(reader, entry),
            "custom_type_derives" => self.type_derives = texts(reader, entry),
            "sqlite_integer_primary_key_is_bigint" => {
                self.bigint_keys = reader.flag(entry).unwrap_or_default();
            }
            "allow_tables_to_appear_in_same_query_config" => {
                self.same_query =
                    one_of(reader, entry, &["all_tables", "fk_related_tables", "none"]);
            }
            _ if known => reader.unknown(entry, &KEYS),
            // What is off asks for nothing.
            _ if matches!(entry.value, Value::Flag(false)) => {}
            key => self.unknown.push(key.to_owned()),
        }
    }

    fn take_filter(&mut self, reader: &mut Reader<'_>, entry: &Entry) {
        for entry in table_of(reader, entry) {
            match entry.key.as_str() {
                "only_tables" => self.only_tables = texts(reader, &entry),
                "except_tables" => self.except_tables = texts(reader, &entry),
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
    pub(super) fn in_diesel(file: &Path) -> Vec<Self> {
        let text = fs::read_to_string(file).ok();
        let table = text
            .and_then(|text| Table::parse("", &text).ok())
            .unwrap_or_default();
        let Some(entry) = table.0.iter().find(|entry| entry.key == "print_schema") else {
            return Vec::new();
        };
        let mut reader = Reader {
            file: "",
            problems: &mut Vec::new(),
        };
        let found = Self::take(&mut reader, entry, false).into_iter();
        found.map(|print| print.seen_from(file)).collect()
    }
}

fn texts(reader: &mut Reader<'_>, entry: &Entry) -> Vec<String> {
    let texts = reader.texts(entry).unwrap_or_default();
    texts.into_iter().map(|(_, text)| text.to_owned()).collect()
}

fn one_of(reader: &mut Reader<'_>, entry: &Entry, words: &[&str]) -> Option<String> {
    let text = filled(reader, entry)?;
    if words.contains(&text.as_str()) {
        return Some(text);
    }
    reader.bad_value(
        entry,
        entry.line,
        &text,
        format!("it must be one of {}", words.join(", ")),
    );
    None
}
