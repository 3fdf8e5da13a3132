//! The chain of an app, embedded or read, and what an app does with it.

use std::borrow::Cow;
use std::path::Path;

use migrate_chain::{Backend, Backends, Chain, Problems, Project, Revision, Seed, Settings};

use crate::code::Codes;
use crate::connection::{AsConnection, server};
use crate::embed::{Embedded, Store};
use crate::error::Error;
use crate::ledger::{self, Applied, Attempt, Which};
use crate::report::{Report, StampReport, Status};
use crate::runner::Runner;
use crate::seeding::{self, SeedOptions, SeedReport};
use crate::stale::Origin;
use crate::stand;

/// A chain of revisions, ready to run: what [`embed_migrations!`](crate::embed_migrations) gives, or
/// [`Migrations::from_directory`].
///
/// Every method that takes a connection takes `SqliteConnection`, `PgConnection` or `MysqlConnection`, or anything that
/// derefs to one of them, such as a pooled connection.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # let directory = tempfile::tempdir()?;
/// # let revision = directory.path().join("migrations/2026-11-21-101112_create_members");
/// # std::fs::create_dir_all(&revision)?;
/// # std::fs::write(revision.join("up.sql"), "CREATE TABLE members (id INTEGER PRIMARY KEY)")?;
/// # std::fs::write(revision.join("down.sql"), "DROP TABLE members")?;
/// # let migrations = directory.path().join("migrations");
/// use diesel::{Connection, SqliteConnection};
/// use migrate_core::Migrations;
///
/// let migrations = Migrations::from_directory(migrations)?;
/// let mut connection = SqliteConnection::establish(":memory:")?;
/// assert!(migrations.ensure_current(&mut connection).is_err());
/// let report = migrations.upgrade(&mut connection)?;
/// assert_eq!(report.current.as_deref(), Some("20261121101112"));
/// migrations.ensure_current(&mut connection)?;
/// migrations.downgrade_to(&mut connection, "base")?;
/// assert_eq!(migrations.pending(&mut connection)?.len(), 1);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Migrations {
    chain: Store,
    session: Cow<'static, [(Backend, Cow<'static, str>)]>,
    codes: Codes,
    origin: Origin,
}

/// The backends of this build.
const ENABLED: u8 = cfg!(feature = "sqlite") as u8
    | (cfg!(feature = "postgres") as u8) << 1
    | (cfg!(feature = "mysql") as u8) << 2;

impl Migrations {
    /// A chain without revisions.
    pub const EMPTY: Self = Self {
        chain: Store::Built(Chain::EMPTY),
        session: Cow::Borrowed(&[]),
        codes: &[],
        origin: Origin::NOWHERE,
    };

    /// What the macro expands to.
    #[doc(hidden)]
    #[must_use]
    pub const fn embedded(
        chain: &'static Embedded,
        session: &'static [(Backend, Cow<'static, str>)],
        codes: Codes,
        origin: Origin,
    ) -> Self {
        Self {
            chain: Store::Embedded(chain),
            session: Cow::Borrowed(session),
            codes,
            origin,
        }
    }

    /// Reads a directory at run time, with the checks that [`embed_migrations!`](crate::embed_migrations) makes at compile
    /// time. Settings come from the `migrate.toml` beside the directory, if there is one.
    ///
    /// # Errors
    /// [`Problems`]: everything that is wrong with the directory, not the first thing alone.
    pub fn from_directory(directory: impl AsRef<Path>) -> Result<Self, Problems> {
        let directory = directory.as_ref();
        Self::read(directory, Settings::beside(directory)?)
    }

    /// Reads a directory at run time with these settings.
    ///
    /// # Errors
    /// [`Problems`]: everything that is wrong with the directory.
    pub fn read(directory: impl AsRef<Path>, settings: Settings) -> Result<Self, Problems> {
        Project::read(directory.as_ref(), settings, Self::backends()).map(Self::from)
    }

    /// The backends that this build can connect to.
    #[must_use]
    pub const fn backends() -> Backends {
        Backends::from_bits(ENABLED)
    }

    /// A run with options: how long to wait, which transactions, a dry run, an observer.
    #[must_use]
    pub const fn runner(&self) -> Runner<'_> {
        Runner::new(self)
    }

    /// The chain itself.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        self.chain.chain()
    }

    /// Another chain with the same settings, whose scripts are in no directory.
    pub(crate) fn with_chain(&self, chain: Chain) -> Self {
        Self {
            codes: self.codes,
            chain: Store::Built(chain),
            session: self.session.clone(),
            origin: self.origin.without_source(),
        }
    }

    /// Where it came from.
    pub(crate) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The code that is compiled in.
    pub(crate) const fn codes(&self) -> Codes {
        self.codes
    }

    /// The statements that the project wants to be run before a run.
    pub(crate) fn session(&self, backend: Backend) -> impl Iterator<Item = &str> {
        self.session
            .iter()
            .filter(move |(of, _)| *of == backend)
            .map(|(_, statement)| &**statement)
    }

    /// Applies everything that is pending.
    ///
    /// # Errors
    /// [`Error`]; what was applied before the failure stays applied and recorded.
    pub fn upgrade<C: AsConnection<M>, M>(&self, connection: &mut C) -> Result<Report, Error> {
        self.upgrade_to(connection, "head")
    }

    /// Applies up to the target: an id, a unique prefix, a slug, `head`, `+2`.
    ///
    /// # Errors
    /// [`Error`]; a target that is not ahead is refused before anything runs.
    pub fn upgrade_to<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
        target: &str,
    ) -> Result<Report, Error> {
        self.runner().upgrade_to(connection, target)
    }

    /// Takes back down to the target, which stays applied: an id, a unique prefix, a slug, `base`, `-1`.
    ///
    /// # Errors
    /// [`Error`]; a step that cannot be taken back is found before anything runs.
    pub fn downgrade_to<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
        target: &str,
    ) -> Result<Report, Error> {
        self.runner().downgrade_to(connection, target)
    }

    /// Sets the ledger to the target and runs no script; [`Runner::stamp`] says how.
    ///
    /// # Errors
    /// [`Error`]; nothing was changed.
    pub fn stamp<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
        target: &str,
    ) -> Result<StampReport, Error> {
        self.runner().stamp(connection, target)
    }

    /// The newest applied revision: `None` is base.
    ///
    /// # Errors
    /// [`Error`] where the ledger cannot be read.
    pub fn current<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
    ) -> Result<Option<&Revision>, Error> {
        let state = ledger::look(server(connection))?;
        let place = self.chain().place(state.applied.iter().map(String::as_str));
        Ok(place.current.map(|index| &self.chain().revisions()[index]))
    }

    /// The revisions after the current one, in order.
    ///
    /// # Errors
    /// [`Error`] where the ledger cannot be read.
    pub fn pending<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
    ) -> Result<Vec<&Revision>, Error> {
        let state = ledger::look(server(connection))?;
        let place = self.chain().place(state.applied.iter().map(String::as_str));
        let first = place.current.map_or(0, |index| index + 1);
        Ok(self.chain().revisions()[first..].iter().collect())
    }

    /// Where the database stands, without judging it.
    ///
    /// # Errors
    /// [`Error`] where the ledger cannot be read.
    pub fn status<C: AsConnection<M>, M>(&self, connection: &mut C) -> Result<Status, Error> {
        let server = server(connection);
        let state = ledger::look(server)?;
        Ok(stand::status(self.chain(), server.backend(), state))
    }

    /// The start-up check: one query, read-only, never more than SELECT rights.
    ///
    /// # Errors
    /// [`Error::Behind`], [`Error::Ahead`] or another that says why the app must not serve.
    pub fn ensure_current<C: AsConnection<M>, M>(&self, connection: &mut C) -> Result<(), Error> {
        self.say_if_stale();
        let server = server(connection);
        let state = ledger::look(server)?;
        stand::ensure_current(self.chain(), server.backend(), &state)
    }

    /// When each applied revision was recorded, by whichever tool.
    ///
    /// # Errors
    /// [`Error`] where the ledger cannot be read.
    pub fn applied_at<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
    ) -> Result<Vec<Applied>, Error> {
        ledger::applied_at(server(connection))
    }

    /// Every attempt at a step that the log has, oldest first, failures included.
    ///
    /// # Errors
    /// [`Error`] where the log cannot be read.
    pub fn attempts<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
    ) -> Result<Vec<Attempt>, Error> {
        ledger::attempts(server(connection), Which::All)
    }

    /// The attempts at one revision, oldest first. The revision may be one that this chain does not have.
    ///
    /// # Errors
    /// [`Error`] where the log cannot be read.
    pub fn attempts_at<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
        revision: &str,
    ) -> Result<Vec<Attempt>, Error> {
        ledger::attempts(server(connection), Which::At(revision))
    }

    /// So many attempts, the newest first.
    ///
    /// # Errors
    /// [`Error`] where the log cannot be read.
    pub fn newest_attempts<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
        count: usize,
    ) -> Result<Vec<Attempt>, Error> {
        ledger::attempts(server(connection), Which::Newest(count))
    }

    /// Runs seeds in their order, each in a transaction with its row in the log; on MySQL a schema statement among them stays. A
    /// seed that ran before does not run again, unless the options say so. `tell` hears of each when it is done.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")] {
    /// # use diesel::{Connection, SqliteConnection};
    /// # use migrate_core::{Backend, Migrations, Seed, SeedOptions, SeedOutcome};
    /// # let directory = tempfile::tempdir()?;
    /// # std::fs::write(directory.path().join("01_numbers.sql"), "CREATE TABLE numbers (n INTEGER); INSERT INTO numbers VALUES (1)")?;
    /// # let mut connection = SqliteConnection::establish(":memory:")?;
    /// let seeds = Seed::read_all(directory.path(), Backend::Sqlite)?;
    /// let mut outcomes = Vec::new();
    /// let once = SeedOptions::default();
    /// for _ in 0..2 {
    ///     Migrations::EMPTY.seed(&mut connection, &seeds, &once, &mut |seed| outcomes.push(seed.outcome))?;
    /// }
    /// assert_eq!(outcomes, [SeedOutcome::Ran, SeedOutcome::RanBefore]);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Failed`] with the file and line; the seeds before it stay. [`Error`] where the database cannot be locked or read.
    pub fn seed<C: AsConnection<M>, M>(
        &self,
        connection: &mut C,
        seeds: &[Seed],
        options: &SeedOptions,
        tell: &mut dyn FnMut(&SeedReport),
    ) -> Result<(), Error> {
        seeding::run(server(connection), self, (seeds, options), tell)
    }

    fn say_if_stale(&self) {
        if let Some(what) = self.origin.stale(self.chain()) {
            crate::stale::say(&what);
        }
    }
}

impl From<Project> for Migrations {
    fn from(project: Project) -> Self {
        let statements = |backend| {
            let statements = project.settings.session(backend).to_vec();
            statements
                .into_iter()
                .map(move |statement| (backend, Cow::Owned(statement)))
        };
        let session: Vec<_> = Backend::ALL.into_iter().flat_map(statements).collect();
        Self {
            chain: Store::Built(project.chain),
            session: Cow::Owned(session),
            codes: &[],
            origin: Origin::NOWHERE,
        }
    }
}
