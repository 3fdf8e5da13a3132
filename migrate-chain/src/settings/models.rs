//! Where the models are, how constraints are called, and which tables are looked at: the keys of what compares models with databases.

use std::path::{Path, PathBuf};

use super::Settings;
use super::read::{filled, table_of};
use crate::document::{Entry, Reader, Value};

/// The kinds of constraint that `[naming]` has templates for, each with the places that its template may have.
const NAMING: [(&str, &[&str]); 5] = [
    ("ix", &["{table}", "{columns}"]),
    ("uq", &["{table}", "{columns}"]),
    ("ck", &["{table}", "{columns}"]),
    ("fk", &["{table}", "{columns}", "{referred}"]),
    ("pk", &["{table}", "{columns}"]),
];

/// Where models are looked for if nothing says it.
const SOURCES: &str = "src/**/*.rs";

impl Settings {
    /// The folder that the paths and globs of these settings are seen from: that of migrate.toml, or without one that of the
    /// migrations directory.
    #[must_use]
    pub fn folder(&self, migrations: &Path) -> PathBuf {
        let files = self.origin.files();
        let read = files.iter().find(|file| !file.ends_with("diesel.toml"));
        let folder = read.map_or(migrations, PathBuf::as_path).parent();
        folder.map_or_else(|| PathBuf::from("."), Path::to_owned)
    }

    /// The globs of the files that have models, seen from [`folder`](Self::folder): what `models` says; else every Rust file under
    /// `src`, and the files of `print_schema` that are elsewhere.
    ///
    /// ```
    /// use migrate_chain::Settings;
    /// let settings = Settings::default();
    /// assert_eq!(settings.model_globs("app/migrations".as_ref()), ["src/**/*.rs"]);
    /// ```
    #[must_use]
    pub fn model_globs(&self, migrations: &Path) -> Vec<String> {
        if let Some(models) = &self.models {
            return models.clone();
        }
        let folder = crate::location::cleaned(&self.folder(migrations));
        let printed = self.print_schema.iter().map(|print| &print.file);
        let printed = printed.filter(|file| !file.starts_with(folder.join("src")));
        let printed: Vec<_> = printed.map(|file| seen_from(&folder, file)).collect();
        let mut globs = Vec::new();
        if printed.is_empty() || folder.join("src").is_dir() {
            globs.push(SOURCES.to_owned());
        }
        globs.extend(printed);
        globs
    }

    pub(super) fn take_models(&mut self, reader: &mut Reader<'_>, entry: &Entry) {
        match entry.key.as_str() {
            "models" => self.models = one_or_more(reader, entry),
            "exclude" => self.exclude = one_or_more(reader, entry).unwrap_or_default(),
            "schemas" => self.schemas = one_or_more(reader, entry).unwrap_or_default(),
            _ => self.naming = naming(reader, entry),
        }
    }
}

/// A list of texts, or one of them by itself.
fn one_or_more(reader: &mut Reader<'_>, entry: &Entry) -> Option<Vec<String>> {
    if let Value::Text(_) = entry.value {
        return filled(reader, entry).map(|text| vec![text]);
    }
    let texts = reader.texts(entry)?;
    if let Some((line, _)) = texts.iter().find(|(_, text)| text.is_empty()) {
        reader.bad_value(entry, *line, "", "it is empty");
    }
    if texts.is_empty() && entry.key == "models" {
        reader.bad_list(entry, "it names no file");
    }
    Some(texts.into_iter().map(|(_, text)| text.to_owned()).collect())
}

fn naming(reader: &mut Reader<'_>, entry: &Entry) -> Vec<(String, String)> {
    let mut templates = Vec::new();
    for entry in table_of(reader, entry) {
        let Some((_, places)) = NAMING.iter().find(|(kind, _)| *kind == entry.key) else {
            reader.unknown(&entry, &NAMING.map(|(kind, _)| kind));
            continue;
        };
        let Some(template) = filled(reader, &entry) else {
            continue;
        };
        if let Err(why) = check(&template, places) {
            reader.bad_value(&entry, entry.line, &template, why);
        }
        templates.push((entry.key, template));
    }
    templates
}

/// Whether a template has known places alone, and one at least: else all its constraints would have one name.
fn check(template: &str, places: &[&str]) -> Result<(), String> {
    let mut rest = template.to_owned();
    for place in places {
        rest = rest.replace(place, "");
    }
    let known = || places.join(", ");
    if let Some(at) = rest.find(['{', '}']) {
        let from = &rest[at..];
        let end = from.find('}').map_or(from.len(), |end| end + 1);
        return Err(format!(
            "`{}` is none of its places, which are {}",
            &from[..end],
            known()
        ));
    }
    if rest == template {
        return Err(format!(
            "it has none of its places, which are {}, so that all would have one name",
            known()
        ));
    }
    Ok(())
}

/// A path as it is written from a folder: a file of another branch of the tree begins with `..`.
fn seen_from(folder: &Path, file: &Path) -> String {
    let mut up = String::new();
    for ancestor in folder.ancestors() {
        if let Ok(rest) = file.strip_prefix(ancestor) {
            return format!("{up}{}", rest.to_string_lossy().replace('\\', "/"));
        }
        up += "../";
    }
    file.to_string_lossy().into_owned()
}
