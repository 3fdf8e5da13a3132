//! The models against the chain: whether they still say what the lock says that they were when its head was made.

use std::path::{Path, PathBuf};

use migrate_chain::{Backend, Project};
use migrate_schema::{Dialect, ModelError, ModelErrors, Models, Naming, Outline};

/// What was read, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Every file that was read.
    pub(crate) files: Vec<PathBuf>,
    /// How the models have moved on, or what kept them from being read: a sentence each.
    pub(crate) moved: Vec<String>,
}

/// Compares the models with the lock, where that says something of them.
pub(crate) fn compare(project: &Project) -> Comparison {
    let _lines = OwnTokens::forced();
    let kept = |backend: Backend| -> Vec<Outline> {
        let models = project.lock.iter().flat_map(|lock| lock.models(backend));
        models
            .map(|model| Outline::new(model.name(), model.lines().to_vec()))
            .collect()
    };
    let kept = Backend::ALL.map(|backend| (dialect(backend), kept(backend)));
    let mut kept = kept
        .into_iter()
        .filter(|(_, kept)| !kept.is_empty())
        .peekable();
    if kept.peek().is_none() {
        return Comparison::default();
    }
    let folder = project.settings.folder(&project.directory);
    let globs = project.settings.model_globs(&project.directory);
    let mut found = Comparison {
        files: Models::find(&folder, &globs).unwrap_or_default(),
        moved: Vec::new(),
    };
    let models = match Models::read(&folder, &globs) {
        Ok(models) => models,
        Err(errors) => {
            found.moved = unsaid(&errors, &folder);
            return found;
        }
    };
    for (dialect, before) in kept {
        let moved = match models.schema(dialect, &Naming::default()) {
            Ok(now) => {
                let now: Vec<_> = Outline::of(&now, dialect).collect();
                Outline::moved(&before, &now)
            }
            Err(errors) => unsaid(&errors, &folder),
        };
        for sentence in moved {
            if !found.moved.contains(&sentence) {
                found.moved.push(sentence);
            }
        }
    }
    found
}

/// As long as this lives, a text becomes proc-macro2's own tokens, which know their lines: the compiler's would all stand where
/// the macro is called.
struct OwnTokens;

impl OwnTokens {
    fn forced() -> Self {
        proc_macro2::fallback::force();
        Self
    }
}

impl Drop for OwnTokens {
    fn drop(&mut self) {
        proc_macro2::fallback::unforce();
    }
}

/// What the compiler does not say by itself, because it does not compile the file or cannot know.
fn unsaid(errors: &ModelErrors, folder: &Path) -> Vec<String> {
    let krate = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let said = |error: &&ModelError| {
        let file = folder.join(&error.file);
        error.compiled && krate.as_ref().is_some_and(|krate| file.starts_with(krate))
    };
    let unsaid = errors.all().iter().filter(|error| !said(error));
    unsaid.map(ToString::to_string).collect()
}

const fn dialect(backend: Backend) -> Dialect {
    match backend {
        Backend::Sqlite => Dialect::Sqlite,
        Backend::Postgres => Dialect::Postgres,
        Backend::Mysql => Dialect::Mysql,
    }
}
