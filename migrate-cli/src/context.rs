//! What a command stands on: where the migrations directory is, what it says, and which database is meant. Nothing is read or
//! opened before a command asks for it.

mod lock;
mod place;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use migrate_chain::{Lock, Outline, Project};
use migrate_core::{AnyConnection, Backend, Backends, Chain, Migrations, Problem, Settings};

use crate::author::{self, WAS_STOPPED};
use crate::config::Globals;
use crate::connecting::Connecting;
use crate::database_url::DatabaseUrl;
use crate::environment::{self, Chosen};
use crate::error::CommandError;
use crate::files;
use crate::search::Search;
use crate::ui::Ui;
use crate::variables::Process;

pub(crate) use lock::behind;
pub(crate) use place::Place;

/// Where the chain comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'m> {
    /// The migrations directory that the options name, or that is found from here upward.
    Directory,
    /// What the app embedded. A `--dir` on the command line still means that directory.
    Embedded(&'m Migrations),
}

/// So many warnings are worth a reader's time on every run.
const WARNINGS: usize = 5;

pub(crate) struct Context<'a> {
    pub(crate) globals: &'a Globals,
    source: Source<'a>,
    /// Where the user stands.
    pub(crate) here: PathBuf,
}

/// A chain to run, and where it came from.
pub(crate) struct Loaded<'a> {
    pub(crate) migrations: Cow<'a, Migrations>,
    /// The directory as the user would name it; empty for an embedded chain, whose files are named by themselves.
    pub(crate) shown: String,
}

impl<'a> Context<'a> {
    pub(crate) fn new(globals: &'a Globals, source: Source<'a>) -> Result<Self, CommandError> {
        let here = std::env::current_dir().map_err(|error| {
            CommandError::failed(format!("cannot tell the current directory: {error}"))
        })?;
        Ok(Self {
            globals,
            source,
            here,
        })
    }

    /// What the log calls this program: `migrate` and its version, or the app's own name.
    pub(crate) fn tool(&self) -> String {
        let app = match self.source {
            Source::Directory => None,
            Source::Embedded(_) => std::env::current_exe().ok(),
        };
        let app = app.as_deref().and_then(Path::file_stem);
        app.map_or_else(
            || concat!("migrate ", env!("CARGO_PKG_VERSION")).to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    /// The path as the user would write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        files::shown(path, &self.here)
    }

    /// The variables that may hold a setting.
    pub(crate) fn variables(&self) -> Process<'_> {
        Process { here: &self.here }
    }

    /// Finds the migrations directory and reads its settings.
    pub(crate) fn place(&self) -> Result<Place, CommandError> {
        self.place_if_any()?.ok_or_else(|| self.no_directory())
    }

    /// The same where there may be none.
    pub(crate) fn place_if_any(&self) -> Result<Option<Place>, CommandError> {
        let Some((directory, given)) = self.directory()? else {
            return Ok(None);
        };
        let shown = self.shown(&directory);
        let settings = match given {
            Some(settings) => settings,
            None => self.settings_beside(&directory)?,
        };
        Ok(Some(Place {
            directory,
            settings,
            shown,
        }))
    }

    /// The migrations directory, if there is one, and the settings of a file that the user named.
    fn directory(&self) -> Result<Option<(PathBuf, Option<Settings>)>, CommandError> {
        let config = self.globals.config.as_deref();
        let given = config.map(|file| self.read_settings(file)).transpose()?;
        let directory = match (&self.globals.dir, config, &given) {
            (Some(dir), ..) => Some(self.here.join(dir)),
            (None, Some(file), Some(settings)) => {
                let file = self.here.join(file);
                let named = settings.directory.as_deref();
                let named = named.unwrap_or(Path::new("migrations"));
                Some(file.parent().unwrap_or(&self.here).join(named))
            }
            _ => migrate_chain::find(&self.here),
        };
        Ok(directory.map(|directory| (directory, given)))
    }

    /// Undoes, before the directory is read, what a command that was killed left half done in it.
    pub(crate) fn recover(&self, ui: &mut Ui) -> Result<(), CommandError> {
        match self.directory()? {
            Some((directory, _)) => self.recover_in(ui, &directory),
            None => Ok(()),
        }
    }

    pub(crate) fn recover_in(&self, ui: &mut Ui, directory: &Path) -> Result<(), CommandError> {
        if author::recover(directory)? {
            ui.note(format!("{}: {WAS_STOPPED}", self.shown(directory)));
        }
        Ok(())
    }

    /// The directory of a command that changes the chain.
    pub(crate) fn place_to_write(&self, ui: &mut Ui) -> Result<Place, CommandError> {
        if self.globals.locked {
            return Err(CommandError::usage(
                "--locked: this command changes the chain, and so migrate.lock",
            )
            .with_help("leave --locked out"));
        }
        self.recover(ui)?;
        self.place()
    }

    /// The settings of a directory. Where they cannot be read, what is wrong with the directory is told too.
    pub(crate) fn settings_beside(&self, directory: &Path) -> Result<Settings, CommandError> {
        Settings::beside(directory).map_err(|problems| {
            let all = Project::problems_beside(directory, problems, Backends::ALL);
            CommandError::problems(all, &self.shown(directory))
        })
    }

    /// The settings of a directory that need not be there yet.
    pub(crate) fn settings_for(&self, directory: &Path) -> Result<Settings, CommandError> {
        match &self.globals.config {
            Some(file) => self.read_settings(file),
            None => self.settings_beside(directory),
        }
    }

    fn no_directory(&self) -> CommandError {
        let error = CommandError::failed("there is no migrations/ here or in a directory above");
        match self.source {
            Source::Directory => error
                .with_help("`migrate init` makes it; one that is elsewhere is named by --dir"),
            Source::Embedded(_) => error.with_help(
                "this command works on files: run it in a checkout of the app's sources, or name the directory with --dir",
            ),
        }
    }

    /// Whether the project's files are here: an app that carries its chain with it may run anywhere.
    pub(crate) fn has_files(&self) -> bool {
        matches!(self.source, Source::Directory) || self.globals.dir.is_some()
    }

    /// Refuses a place where an app that runs elsewhere has no business making files.
    pub(crate) fn needs_sources(&self) -> Result<(), CommandError> {
        let is_mounted = matches!(self.source, Source::Embedded(_));
        let named = self.globals.dir.is_some() || self.here.join("Cargo.toml").is_file();
        if is_mounted && !named && migrate_chain::find(&self.here).is_none() {
            return Err(self.no_directory());
        }
        Ok(())
    }

    /// Reads the settings file that the user named.
    pub(crate) fn read_settings(&self, file: &Path) -> Result<Settings, CommandError> {
        let path = self.here.join(file);
        if !path.is_file() {
            return Err(CommandError::usage(format!(
                "--config: there is no file {}",
                file.display()
            )));
        }
        Settings::read(&path)
            .map_err(|problems| CommandError::settings(problems, &self.shown(&path)))
    }

    /// The chain to run on these backends: the embedded one, or the directory's.
    pub(crate) fn load(&self, ui: &mut Ui, backends: Backends) -> Result<Loaded<'a>, CommandError> {
        self.load_by(ui, |place| {
            place.is_for(backends)?;
            place.read(backends)
        })
    }

    /// The chain to look at: one that is still being written will do.
    pub(crate) fn load_to_look(
        &self,
        ui: &mut Ui,
        backends: Backends,
    ) -> Result<Loaded<'a>, CommandError> {
        self.load_by(ui, |place| place.read_unfinished(backends))
    }

    /// The chain by its links alone, and its directory as the user would name it. `None`: the whole is to be read, because it is
    /// embedded, or is to be held against its lock, or because something is not in order.
    pub(crate) fn outline(&self, ui: &mut Ui) -> Result<Option<(Outline, String)>, CommandError> {
        let is_embedded = matches!(self.source, Source::Embedded(_)) && self.globals.dir.is_none();
        if is_embedded || self.globals.locked {
            return Ok(None);
        }
        self.recover(ui)?;
        let Place {
            directory,
            settings,
            shown,
        } = self.place()?;
        let outline = Outline::read(&directory, settings, Backends::ALL);
        Ok(outline.map(|outline| {
            told(ui, &shown, outline.chain());
            (outline, shown)
        }))
    }

    fn load_by(
        &self,
        ui: &mut Ui,
        read: impl FnOnce(Place) -> Result<Project, CommandError>,
    ) -> Result<Loaded<'a>, CommandError> {
        if let (Source::Embedded(migrations), None) = (self.source, &self.globals.dir) {
            return Ok(Loaded {
                migrations: Cow::Borrowed(migrations),
                shown: String::new(),
            });
        }
        self.recover(ui)?;
        let place = self.place()?;
        let shown = place.shown.clone();
        let project = read(place)?;
        told(ui, &shown, &project.chain);
        warn(ui, &shown, &project.warnings);
        if self.globals.locked {
            behind(&project, &format!("{shown}/{}", Lock::FILE)).map_or(Ok(()), Err)?;
        }
        lock::refresh(ui, &project, &shown);
        Ok(Loaded {
            migrations: Cow::Owned(Migrations::from(project)),
            shown,
        })
    }

    /// The settings and the environment that is meant. Without a migrations directory there are no settings.
    pub(crate) fn chosen(&self) -> Result<Chosen, CommandError> {
        let place = self.place_if_any()?;
        self.choose(place.map(|place| place.settings).unwrap_or_default())
    }

    pub(crate) fn choose(&self, settings: Settings) -> Result<Chosen, CommandError> {
        let named = environment::named(self.globals.env.as_deref(), &self.variables())?;
        let files = settings.origin.files();
        let file = files.iter().find(|file| !file.ends_with("diesel.toml"));
        let shown = file.map(|file| self.shown(file)).unwrap_or_default();
        Chosen::new(settings, shown, named)
    }

    /// The URL of the database, if one is named anywhere.
    pub(crate) fn database(&self) -> Result<Option<DatabaseUrl>, CommandError> {
        let option = self.globals.database_url.as_deref();
        let chosen = match (option, self.source) {
            // An option needs no settings, unless an environment is to be there.
            (Some(_), _)
                if environment::named(self.globals.env.as_deref(), &self.variables())?
                    .is_none() =>
            {
                Chosen::default()
            }
            (None, Source::Directory) => self.choose(self.place()?.settings)?,
            _ => self.chosen()?,
        };
        self.search(&chosen, &self.variables()).first()
    }

    /// The same for a command that may do without a directory.
    pub(crate) fn database_anywhere(&self) -> Result<Option<DatabaseUrl>, CommandError> {
        if self.place_if_any()?.is_some() {
            return self.database();
        }
        let chosen = self.choose(Settings::default())?;
        self.search(&chosen, &self.variables()).first()
    }

    /// The places where the database may be named.
    pub(crate) fn search<'s>(
        &'s self,
        chosen: &'s Chosen,
        variables: &'s Process<'s>,
    ) -> Search<'s> {
        Search {
            option: self.globals.database_url.as_deref(),
            app: self.globals.app_database_url.as_deref(),
            chosen,
            here: &self.here,
            variables,
        }
    }

    /// The URL of the database, without which the command cannot work.
    pub(crate) fn needed_database(&self, ui: &mut Ui) -> Result<DatabaseUrl, CommandError> {
        let url = self.database()?.ok_or_else(|| {
            CommandError::usage("no database is named")
                .with_help("set DATABASE_URL, or give --database-url sqlite:FILE, postgres://... or mysql://...")
        })?;
        ui.detail(format!("database: {url} ({})", url.origin));
        Ok(url)
    }

    /// A connection to look through. A SQLite file that is not there is not made: it is seen as the empty database that it
    /// would be.
    pub(crate) fn connect_to_look(
        &self,
        ui: &mut Ui,
        url: &DatabaseUrl,
    ) -> Result<AnyConnection, CommandError> {
        self.finish_to_look(ui, Connecting::later(url))
    }

    /// The same from a connection under way.
    pub(crate) fn finish_to_look(
        &self,
        ui: &mut Ui,
        connecting: Connecting<'_>,
    ) -> Result<AnyConnection, CommandError> {
        let Some(file) = connecting.url.missing_file() else {
            return connecting.finish();
        };
        ui.note(format!("{file} is not there yet"));
        DatabaseUrl::memory().connect()
    }
}

impl Loaded<'_> {
    /// A place on the chain, as it is told: the directory, and whether it is the head.
    pub(crate) fn named(&self, id: Option<&str>) -> String {
        let chain = self.migrations.chain();
        let Some(id) = id else {
            return "base".to_owned();
        };
        let directory = chain.get(id).map_or(id, |revision| revision.directory());
        let head = chain.head().is_some_and(|head| head.id() == id);
        format!("{directory}{}", if head { " (head)" } else { "" })
    }
}

/// Says what is odd in a directory: a few lines of it where nobody asked for more.
fn warn(ui: &mut Ui, shown: &str, warnings: &[Problem]) {
    let most = if ui.is_verbose() {
        usize::MAX
    } else {
        WARNINGS
    };
    for warning in warnings.iter().take(most) {
        ui.note(format!("warning: {}", warning.render(shown)));
    }
    if let Some(more @ 1..) = warnings.len().checked_sub(most) {
        ui.note(format!(
            "warning: and {more} more like these; -v shows them all"
        ));
    }
}

fn told(ui: &mut Ui, shown: &str, chain: &Chain) {
    let revisions = match chain.len() {
        1 => "1 revision".to_owned(),
        count => format!("{count} revisions"),
    };
    ui.detail(format!("chain: {shown}, {revisions}"));
}

/// Which backends a chain is read for, where the database is known.
pub(crate) fn only(backend: Backend) -> Backends {
    Backends::NONE.with(backend)
}
