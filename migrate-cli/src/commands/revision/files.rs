//! The files that a new revision begins with: those of a template, or plain ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use migrate_chain::{Moment, Placed, Revision, filled, with_link, with_reason};
use migrate_core::{Backend, Backends};

use super::Args;
use crate::context::Place;
use crate::error::CommandError;

const DOWN: &str = "-- Takes back what up.sql does. The build refuses a down script without a statement: write it, or delete\n\
     -- this file and say in metadata.toml why there is none: irreversible = \"drops the audit table\"\n";

/// Where the files come from.
pub(super) enum Template {
    Plain {
        /// The backends that every script is for, as far as they are known.
        backends: Backends,
    },
    Folder {
        path: PathBuf,
    },
    /// Functions in Rust for these.
    Rust {
        backends: Vec<Backend>,
        /// Whether there is another one, which needs a file of its own.
        several: bool,
    },
}

impl Template {
    /// The template that is named, or the one called `default`, or plain files.
    pub(super) fn of(place: &Place, args: &Args) -> Result<Self, CommandError> {
        if args.rust {
            return Self::rust(place, args);
        }
        let templates = &place.settings.templates;
        let wanted = args.template.as_deref().unwrap_or("default");
        let found = templates.iter().find(|(name, _)| name == wanted);
        let usage = |why: String, help: String| Err(CommandError::usage(why).with_help(help));
        match (found, &args.template) {
            (Some(_), None) if !args.own.is_empty() => usage(
                "--for names scripts, and the template `default` has its own".to_owned(),
                "put the scripts of every database into the template, or make another one"
                    .to_owned(),
            ),
            (Some(_), Some(name)) if !args.own.is_empty() => usage(
                format!("--for names scripts, and the template `{name}` has its own"),
                "leave one of the two out".to_owned(),
            ),
            (Some((_, path)), _) => Ok(Self::Folder {
                path: place.settings_folder().join(path),
            }),
            (None, Some(name)) => {
                let names: Vec<_> = templates.iter().map(|(name, _)| name.as_str()).collect();
                let help = match names[..] {
                    [] => "[templates] in migrate.toml names them: default = \"db/template\""
                        .to_owned(),
                    _ => format!("there is {}", names.join(", ")),
                };
                usage(
                    format!("--template {name}: no template is called that"),
                    help,
                )
            }
            (None, None) => Ok(Self::Plain {
                backends: place.settings.backends.unwrap_or(Backends::ALL),
            }),
        }
    }

    /// Whether its scripts are the project's own.
    pub(super) const fn is_folder(&self) -> bool {
        matches!(self, Self::Folder { .. })
    }

    /// A function has the type of one connection, so that the backend must be known.
    fn rust(place: &Place, args: &Args) -> Result<Self, CommandError> {
        let settled = place
            .settings
            .backends
            .map(|set| set.iter().collect::<Vec<_>>());
        let backends = match (&args.own[..], &settled) {
            ([], Some(settled)) => settled.clone(),
            ([], None) => {
                return Err(
                    CommandError::usage("--rust: for which database is not known")
                        .with_help("name it: --for postgres, or `backends` in migrate.toml"),
                );
            }
            (own, _) => own.to_vec(),
        };
        let several = settled.is_some_and(|settled| settled.len() > 1) || backends.len() > 1;
        Ok(Self::Rust { backends, several })
    }

    /// The names and texts of the new revision's files.
    pub(super) fn files(
        &self,
        new: &Placed,
        message: &str,
        args: &Args,
        now: Moment,
    ) -> Result<Vec<(String, String)>, CommandError> {
        let mut files = match self {
            Self::Plain { backends } => plain(message, &args.own, *backends),
            Self::Folder { path } => copied(path, &values(new, message, now))?,
            Self::Rust { backends, several } => {
                let reversible = args.irreversible.is_none();
                let file = |backend: &Backend| match several {
                    true => (
                        format!("migration.{backend}.rs"),
                        code(message, *backend, reversible),
                    ),
                    false => (
                        "migration.rs".to_owned(),
                        code(message, *backend, reversible),
                    ),
                };
                backends.iter().map(file).collect()
            }
        };
        if args.irreversible.is_some() {
            files.retain(|(name, _)| !name.starts_with("down."));
        }
        let metadata = files
            .iter()
            .position(|(name, _)| name == "metadata.toml")
            .map_or_else(String::new, |at| files.remove(at).1);
        let metadata = with_link(&metadata, &new.down_revision);
        files.push((
            "metadata.toml".to_owned(),
            match &args.irreversible {
                Some(why) => with_reason(&metadata, why.trim()),
                None => metadata,
            },
        ));
        Ok(files)
    }
}

/// A pair of scripts for each backend that gets its own, and one for the others.
fn plain(message: &str, own: &[Backend], backends: Backends) -> Vec<(String, String)> {
    let mut ends: Vec<_> = own.iter().map(|backend| format!("{backend}.sql")).collect();
    if backends.iter().any(|backend| !own.contains(&backend)) {
        ends.insert(0, "sql".to_owned());
    }
    let up = |end: &String| (format!("up.{end}"), format!("-- {message}\n"));
    let down = |end: &String| {
        let text = DOWN.replace("up.sql", &format!("up.{end}"));
        (format!("down.{end}"), text)
    };
    ends.iter().flat_map(|end| [up(end), down(end)]).collect()
}

/// Functions to be filled in. Until they are, a run stops there and is rolled back.
fn code(message: &str, backend: Backend, reversible: bool) -> String {
    let connection = match backend {
        Backend::Sqlite => "SqliteConnection",
        Backend::Postgres => "PgConnection",
        Backend::Mysql => "MysqlConnection",
    };
    let function = |name: &str, what: &str| {
        format!(
            "\npub fn {name}(connection: &mut {connection}) -> QueryResult<()> {{\n    todo!(\"{what}\")\n}}\n"
        )
    };
    let mut text = format!("//! {message}\n\nuse diesel::prelude::*;\n");
    text += &function("up", "what this revision does");
    if reversible {
        text += &function("down", "take it back");
    }
    text
}

/// The files of a template with their placeholders filled in.
fn copied(path: &Path, values: &[(&str, String)]) -> Result<Vec<(String, String)>, CommandError> {
    let cannot = |path: &Path, error: &std::io::Error| {
        CommandError::failed(format!("the template {}: {error}", path.display()))
            .with_help("[templates] in migrate.toml names a directory, seen from that file")
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| cannot(path, &error))? {
        let file = entry.map_err(|error| cannot(path, &error))?.path();
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if name.starts_with('.') || !file.is_file() {
            continue;
        }
        let text = fs::read_to_string(&file).map_err(|error| cannot(&file, &error))?;
        let text = filled(&text, values).map_err(|unknown| {
            let help = match &unknown.nearest {
                Some(nearest) => format!("did you mean `${{{nearest}}}`?"),
                None => {
                    let names: Vec<_> = values
                        .iter()
                        .map(|(name, _)| format!("${{{name}}}"))
                        .collect();
                    format!("there is {}; `$${{` is `${{`", names.join(", "))
                }
            };
            CommandError::failed(format!("the template {}, {unknown}", file.display()))
                .with_help(help)
        })?;
        files.push((name.to_owned(), text));
    }
    // Up before down, as they are written.
    files.sort_by(|one, other| {
        let down = |name: &str| name.starts_with("down.");
        (down(&one.0), &one.0).cmp(&(down(&other.0), &other.0))
    });
    Ok(files)
}

/// What a template may name.
fn values(new: &Placed, message: &str, now: Moment) -> [(&'static str, String); 6] {
    let revision = Revision::new(new.directory.as_str());
    // A moment begins with its date.
    let date: String = now.to_string().chars().take(10).collect();
    [
        ("id", revision.id().to_owned()),
        ("slug", revision.slug().to_owned()),
        ("message", message.to_owned()),
        ("date", date),
        ("down_revision", new.down_revision.clone()),
        ("author", author()),
    ]
}

/// Who writes it: as git knows them, else as the system does.
fn author() -> String {
    let git = Command::new("git").args(["config", "user.name"]).output();
    let of_git = git
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .filter(|name| !name.is_empty());
    let of_system = || {
        ["USER", "USERNAME"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok())
    };
    of_git.or_else(of_system).unwrap_or_default()
}
