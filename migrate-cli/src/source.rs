//! Where a schema is read, as it is named on the command line: a database, the chain, the models, a file of SQL.

use std::path::{Path, PathBuf};

use migrate_core::{
    Backend, Error, Failure, InspectError, Inspector, Migrations, Seed, SeedOptions, Settings,
    dialect,
};
use migrate_schema::{Difference, Renames, Schema};

use crate::context::{Context, only};
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::models;
use crate::opened::Opened;
use crate::origin::Origin;
use crate::scratch::{self, Temporary};
use crate::ui::Ui;

/// The words that the help of a command has for a source.
pub(crate) const WORDS: &str =
    "models, chain, chain@REV, database, a URL, or the path of a file of SQL";

/// A source as it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The database that the settings and variables name.
    Database,
    Url(String),
    /// The chain up to a revision.
    Chain(String),
    Models,
    /// A script that makes the schema.
    File(PathBuf),
}

/// What all sources of one command share.
pub(crate) struct Sources<'a> {
    context: &'a Context<'a>,
    pub(crate) backend: Backend,
    /// The server that a scratch database is made on.
    server: Option<DatabaseUrl>,
    settings: Settings,
    tables: &'a [String],
}

/// A source that was read.
pub(crate) struct Read {
    pub(crate) schema: Schema,
    /// `None`: it was not read from a database.
    opened: Option<Opened>,
}

impl Source {
    /// Reads a word of the command line.
    pub(crate) fn parse(word: &str) -> Result<Self, String> {
        let is_url =
            word.contains("://") || word.starts_with("sqlite:") || word.starts_with("file:");
        Ok(match word {
            "models" => Self::Models,
            "database" => Self::Database,
            "chain" => Self::Chain("head".to_owned()),
            _ if is_url => Self::Url(word.to_owned()),
            _ if word.starts_with("chain@") => Self::Chain(word["chain@".len()..].to_owned()),
            _ if is_script(word) => Self::File(word.into()),
            // A SQLite file may be named by its path alone.
            _ if Path::new(word).is_file() => Self::Url(word.to_owned()),
            _ => return Err(format!("no schema is there: there are {WORDS}")),
        })
    }

    /// It as it is shown: without a password.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Database => "database".to_owned(),
            Self::Url(url) => crate::mask::without_passwords(url),
            Self::Chain(revision) if revision == "head" => "chain".to_owned(),
            Self::Chain(revision) => format!("chain@{revision}"),
            Self::Models => "models".to_owned(),
            Self::File(path) => path.to_string_lossy().into_owned(),
        }
    }

    /// The URL that it is, if it is one.
    fn url(&self, ui: &mut Ui, context: &Context<'_>) -> Result<Option<DatabaseUrl>, CommandError> {
        Ok(match self {
            Self::Database => Some(context.needed_database(ui)?),
            Self::Url(url) => Some(DatabaseUrl::new(url, Origin::of("command line"))),
            Self::Chain(_) | Self::Models | Self::File(_) => None,
        })
    }
}

fn is_script(word: &str) -> bool {
    Path::new(word)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("sql"))
}

impl<'a> Sources<'a> {
    /// Finds out for which database all of them are: that of a URL among them, of `--backend`, or of the project.
    pub(crate) fn of(
        ui: &mut Ui,
        context: &'a Context<'a>,
        sources: &[&Source],
        backend: Option<Backend>,
        tables: &'a [String],
    ) -> Result<Self, CommandError> {
        let mut server: Option<DatabaseUrl> = None;
        for source in sources {
            let Some(url) = source.url(ui, context)? else {
                continue;
            };
            match &server {
                Some(other) if other.backend()? != url.backend()? => {
                    let message = format!(
                        "{other} is a database of {} and {url} one of {}: their schemas cannot be compared",
                        other.backend()?,
                        url.backend()?
                    );
                    return Err(CommandError::usage(message));
                }
                _ => server = Some(url),
            }
        }
        let named = server.as_ref().map(DatabaseUrl::backend).transpose()?;
        let backend = match (named, backend) {
            (Some(named), Some(backend)) if named != backend => {
                return Err(CommandError::usage(format!(
                    "--backend {backend}, and the URL is one of {named}"
                ))
                .with_help("leave one of them out"));
            }
            (Some(backend), _) => backend,
            (None, backend) => {
                super::commands::meant(context, context.database_anywhere()?, backend)?
            }
        };
        if server.is_none() {
            let found = context.database_anywhere()?;
            server = found.filter(|url| url.backend().is_ok_and(|of| of == backend));
        }
        let place = context.place_if_any()?;
        Ok(Self {
            context,
            backend,
            server,
            settings: place.map(|place| place.settings).unwrap_or_default(),
            tables,
        })
    }

    /// Reads one.
    pub(crate) fn read(&self, ui: &mut Ui, source: &Source) -> Result<Read, CommandError> {
        let mut opened = match source {
            Source::Models => return self.models(),
            Source::Database | Source::Url(_) => {
                let url = source.url(ui, self.context)?;
                let url = url.unwrap_or_else(|| DatabaseUrl::new("", Origin::default()));
                let connection = self.context.connect_to_look(ui, &url)?;
                Opened::There(Box::new(connection))
            }
            Source::Chain(revision) => Opened::Scratch(Box::new(self.chain(ui, revision)?)),
            Source::File(path) => Opened::Scratch(Box::new(self.file(path)?)),
        };
        let inspector = self.inspector(&Schema::default())?;
        let schema = inspector.schema(opened.connection()).map_err(cannot)?;
        Ok(Read {
            schema,
            opened: Some(opened),
        })
    }

    /// What was read as Diesel sees it: a domain is what it stands for.
    pub(crate) fn seen_by_diesel(&self, read: &mut Read) -> Result<Schema, CommandError> {
        match &mut read.opened {
            Some(opened) => self
                .inspector(&Schema::default())?
                .schema_without_domains(opened.connection())
                .map_err(cannot),
            None => Ok(read.schema.clone()),
        }
    }

    /// What takes one to the other. A database writes the other's expressions as it would its own. Of two databases either may lack what
    /// the other's expressions call: where neither can write them, their texts are compared.
    pub(crate) fn difference(
        &self,
        from: &mut Read,
        to: &mut Read,
    ) -> Result<Difference, CommandError> {
        let renames = Renames::default();
        let dialect = dialect(self.backend);
        let two = from.opened.is_some() && to.opened.is_some();
        let by_text = |from: &Read, to: &Read| {
            Difference::between(&from.schema, &to.schema, dialect, &renames)
        };
        if two {
            let by_text = by_text(from, to);
            if by_text.is_empty() {
                return Ok(by_text);
            }
        }
        let mut refused = None;
        if let Some(opened) = &mut from.opened {
            let inspector = self.inspector(&to.schema)?;
            let there = opened.connection();
            match inspector.difference_from(there, &from.schema, &to.schema, &renames) {
                Ok(difference) => return Ok(difference),
                Err(error) => refused = Some(error),
            }
        }
        if let Some(opened) = &mut to.opened {
            let inspector = self.inspector(&from.schema)?;
            let there = opened.connection();
            match inspector.difference_from(there, &to.schema, &from.schema, &renames) {
                Ok(difference) => return Ok(difference.inverse()),
                Err(error) => refused = Some(error),
            }
        }
        match refused {
            None => Ok(by_text(from, to)),
            Some(InspectError::Refused { .. }) if two => Ok(by_text(from, to)),
            Some(error) => Err(cannot(error)),
        }
    }

    fn inspector(&self, wanted: &Schema) -> Result<Inspector, CommandError> {
        models::inspector(&self.settings, wanted, self.tables, [])
    }

    fn models(&self) -> Result<Read, CommandError> {
        let place = self.context.place()?;
        let models = models::read(self.context, &place)?;
        let schema = models::schema(&models, dialect(self.backend), self.context, &place)?;
        let schema = self.inspector(&schema)?.among(schema);
        Ok(Read {
            schema,
            opened: None,
        })
    }

    /// A database that the chain builds.
    fn chain(&self, ui: &mut Ui, revision: &str) -> Result<Temporary, CommandError> {
        let loaded = self.context.load_to_look(ui, only(self.backend))?;
        let chain = loaded.migrations.chain();
        let target: migrate_core::Target = revision
            .parse()
            .map_err(|error| CommandError::target(&error))?;
        let index = target
            .resolve(chain, None)
            .map_err(|error| CommandError::target(&error))?;
        let revision = index.map(|index| chain.revisions()[index].id());
        scratch::built(&self.server()?, &loaded.migrations, revision, &loaded.shown)
    }

    /// A database that a script makes.
    fn file(&self, path: &Path) -> Result<Temporary, CommandError> {
        let shown = self.context.shown(path);
        let folder = path.parent().unwrap_or(Path::new(""));
        let folder = self.context.shown(folder);
        let whole = self.context.here.join(path);
        if !whole.is_file() {
            return Err(CommandError::usage(format!("there is no file {shown}")));
        }
        let seed = Seed::read(&whole, self.backend)
            .map_err(|problems| CommandError::script(problems, &folder, &shown))?;
        let mut scratch = Temporary::beside(&self.server()?)?;
        let options = SeedOptions {
            tool: self.context.tool(),
            ..SeedOptions::default()
        };
        let made = Migrations::EMPTY.seed(scratch.connection(), &[seed], &options, &mut |_| {});
        made.map_err(|error| match error {
            Error::Failed(failure) => refused(&failure, &shown),
            error => CommandError::core(error, &folder),
        })?;
        Ok(scratch)
    }

    /// Where a database is made for the moment.
    fn server(&self) -> Result<DatabaseUrl, CommandError> {
        let memory = || (self.backend == Backend::Sqlite).then(DatabaseUrl::memory);
        self.server.clone().or_else(memory).ok_or_else(|| {
            let message = format!(
                "a database of {} is to be made for a moment, and no server is named",
                self.backend
            );
            CommandError::usage(message).with_help(
                "name one with --database-url or DATABASE_URL: its database stays as it is",
            )
        })
    }
}

/// What a server said of a statement of a script, with its place.
fn refused(failure: &Failure, shown: &str) -> CommandError {
    let place = failure
        .position
        .map(|at| format!(":{}:{}", at.line, at.column));
    let place = place.unwrap_or_default();
    CommandError::failed(format!("{shown}{place}: {}", failure.error))
}

fn cannot(error: InspectError) -> CommandError {
    CommandError::failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_one_kind_of_source() {
        for (word, source) in [
            ("models", Source::Models),
            ("database", Source::Database),
            ("chain", Source::Chain("head".into())),
            ("chain@add_phone", Source::Chain("add_phone".into())),
            ("db/structure.SQL", Source::File("db/structure.SQL".into())),
            ("postgres://h/d", Source::Url("postgres://h/d".into())),
            ("sqlite:app.db", Source::Url("sqlite:app.db".into())),
            ("Cargo.toml", Source::Url("Cargo.toml".into())),
        ] {
            assert_eq!(Source::parse(word), Ok(source), "{word}");
        }
        assert!(Source::parse("modles").is_err());
    }
}
