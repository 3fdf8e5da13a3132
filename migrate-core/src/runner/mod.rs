//! A run with options: lock, plan, steps, one after the other.

mod blame;
mod rehearsal;
mod rescue;
mod run;
mod stamp;
mod steps;
mod wait;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use migrate_chain::{Direction, PlanError, Target};

use crate::canceller::Canceller;
use crate::connection::{AsConnection, server};
use crate::error::Error;
use crate::migrations::Migrations;
use crate::observer::Observer;
use crate::report::Report;

pub(crate) use blame::describe;

/// How steps share transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TransactionMode {
    /// A transaction for each revision.
    Each,
    /// One transaction for the whole plan. Refused before anything runs where a step cannot be in one.
    All,
    /// Groups of revisions while the database is fresh, where nobody can see the steps between, and one each otherwise or
    /// after a failure.
    #[default]
    Auto,
}

/// What to do with a statement that was running when an earlier run died, where nobody can tell whether it took effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InDoubt {
    /// Stop and ask: [`Error::InDoubt`].
    #[default]
    Stop,
    /// It took effect: go on with the one after it.
    Done,
    /// It did not: run it again.
    Retry,
}

/// A run of a chain on a database, with options. Made by [`Migrations::runner`].
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # use diesel::{Connection, SqliteConnection};
/// # use migrate_core::{Event, Migrations, TransactionMode};
/// # use std::time::Duration;
/// let migrations = Migrations::EMPTY;
/// let mut connection = SqliteConnection::establish(":memory:")?;
/// let mut print = |event: &Event<'_>| println!("{event:?}");
/// let report = migrations
///     .runner()
///     .lock_wait(Duration::from_secs(5))
///     .transaction(TransactionMode::Each)
///     .observer(&mut print)
///     .upgrade_to(&mut connection, "head")?;
/// assert!(report.steps.is_empty());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Runner<'m> {
    migrations: &'m Migrations,
    observer: Option<&'m mut dyn Observer>,
    options: Options,
}

/// What the user chose.
struct Options {
    lock_wait: Duration,
    lock_timeout: Duration,
    transaction: TransactionMode,
    in_doubt: InDoubt,
    dry_run: bool,
    rehearse: bool,
    fill_gaps: bool,
    from_ledger: bool,
    statement_timeout: Duration,
    purge: bool,
    stop: Option<Arc<AtomicBool>>,
    canceller: Option<Canceller>,
    tool: Cow<'static, str>,
}

/// What a run is to do.
#[derive(Clone)]
enum Goal {
    /// Lead to the target.
    To(Direction, Target),
    /// Lead down, and up again to where it began.
    Redo(Target),
}

impl Goal {
    /// Which way it leads in the end.
    fn direction(&self) -> Direction {
        match self {
            Self::To(direction, _) => *direction,
            Self::Redo(_) => Direction::Up,
        }
    }
}

/// What the log calls this library, where no program names itself.
pub(crate) const TOOL: &str = concat!("migrate-core ", env!("CARGO_PKG_VERSION"));

impl<'m> Runner<'m> {
    pub(crate) const fn new(migrations: &'m Migrations) -> Self {
        let options = Options {
            lock_wait: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(5),
            transaction: TransactionMode::Auto,
            in_doubt: InDoubt::Stop,
            dry_run: false,
            rehearse: false,
            fill_gaps: false,
            from_ledger: false,
            statement_timeout: Duration::ZERO,
            purge: false,
            stop: None,
            canceller: None,
            tool: Cow::Borrowed(TOOL),
        };
        Self {
            migrations,
            observer: None,
            options,
        }
    }

    /// How long to wait for another run to finish. 60 seconds where nothing is said.
    #[must_use]
    pub const fn lock_wait(mut self, wait: Duration) -> Self {
        self.options.lock_wait = wait;
        self
    }

    /// How long a statement may wait for a table that somebody else uses, before it is taken back and tried again. 5 seconds
    /// where nothing is said; zero waits as long as the server does. MySQL counts in whole seconds. SQLite has no such lock.
    #[must_use]
    pub const fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = timeout;
        self
    }

    /// How steps share transactions.
    #[must_use]
    pub const fn transaction(mut self, mode: TransactionMode) -> Self {
        self.options.transaction = mode;
        self
    }

    /// What to do with a statement whose effect nobody knows.
    #[must_use]
    pub const fn in_doubt(mut self, choice: InDoubt) -> Self {
        self.options.in_doubt = choice;
        self
    }

    /// Makes the plan and reports it, and changes nothing.
    #[must_use]
    pub const fn dry_run(mut self, dry: bool) -> Self {
        self.options.dry_run = dry;
        self
    }

    /// Runs all of it in one transaction, ledger and all, and rolls it back: what fails would have failed, and nothing is changed but
    /// the next values of PostgreSQL's sequences. Refused before anything runs on MySQL, and where a step cannot be in a transaction.
    #[must_use]
    pub const fn rehearse(mut self, rehearse: bool) -> Self {
        self.options.rehearse = rehearse;
        self
    }

    /// How long a statement may take before the server ends it and its step fails; zero, which is the default, is for ever. MySQL and
    /// SQLite know no such limit, MariaDB does: where there is none, the run is refused before anything of it runs.
    #[must_use]
    pub const fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.options.statement_timeout = timeout;
        self
    }

    /// Lets a downgrade take back revisions that the chain does not know, with the down scripts that the ledger kept when a newer
    /// build applied them. Without it, and where the ledger does not have what that takes, such a database is refused.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")] {
    /// # use diesel::{Connection, SqliteConnection};
    /// # use migrate_core::Migrations;
    /// # let migrations = Migrations::EMPTY;
    /// # let mut connection = SqliteConnection::establish(":memory:")?;
    /// // Back to the newest revision that this build knows.
    /// migrations.runner().from_ledger(true).downgrade_to(&mut connection, "head")?;
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn from_ledger(mut self, allow: bool) -> Self {
        self.options.from_ledger = allow;
        self
    }

    /// Name and version of what runs it, for the log. This library's where nothing is said.
    #[must_use]
    pub fn tool(mut self, tool: impl Into<Cow<'static, str>>) -> Self {
        self.options.tool = tool.into();
        self
    }

    /// Runs revisions that are missing before the current one too, in chain order. Without it they are refused.
    #[must_use]
    pub const fn fill_gaps(mut self, fill: bool) -> Self {
        self.options.fill_gaps = fill;
        self
    }

    /// Who is told what happens.
    #[must_use]
    pub fn observer(mut self, observer: &'m mut dyn Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// A flag that another thread, such as a signal handler, sets to stop the run at the next whole statement.
    #[must_use]
    pub fn stop(mut self, flag: Arc<AtomicBool>) -> Self {
        self.options.stop = Some(flag);
        self
    }

    /// Lets another thread end the statement that the run is waiting for; with [`stop`](Self::stop), the run then ends.
    #[must_use]
    pub fn canceller(mut self, canceller: &Canceller) -> Self {
        self.options.canceller = Some(canceller.clone());
        self
    }

    /// Applies up to the target.
    ///
    /// # Errors
    /// [`Error`]; what was applied before the failure stays applied and recorded.
    pub fn upgrade_to<C: AsConnection<M>, M>(
        self,
        connection: &mut C,
        target: &str,
    ) -> Result<Report, Error> {
        let target = target.parse().map_err(PlanError::Target)?;
        run::Run::new(self, server(connection)).go(&Goal::To(Direction::Up, target))
    }

    /// Takes back down to the target, which stays applied.
    ///
    /// # Errors
    /// [`Error`]; a step that cannot be taken back is found before anything runs.
    pub fn downgrade_to<C: AsConnection<M>, M>(
        self,
        connection: &mut C,
        target: &str,
    ) -> Result<Report, Error> {
        let target: Target = target.parse().map_err(PlanError::Target)?;
        let server = server(connection);
        if self.options.from_ledger {
            return rescue::downgrade(self, server, target);
        }
        run::Run::new(self, server).go(&Goal::To(Direction::Down, target))
    }

    /// Takes revisions back and applies them again, under one lock: `-2` is the last two; a revision that is named is the oldest of
    /// them, and `base` means all. The report has the steps of both ways.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")] {
    /// # let directory = tempfile::tempdir()?;
    /// # let revision = directory.path().join("migrations/2026-11-21-101112_create_members");
    /// # std::fs::create_dir_all(&revision)?;
    /// # std::fs::write(revision.join("up.sql"), "CREATE TABLE members (id INTEGER PRIMARY KEY)")?;
    /// # std::fs::write(revision.join("down.sql"), "DROP TABLE members")?;
    /// # let migrations = directory.path().join("migrations");
    /// # use diesel::{Connection, SqliteConnection};
    /// # use migrate_core::{Direction, Migrations};
    /// let migrations = Migrations::from_directory(migrations)?;
    /// let mut connection = SqliteConnection::establish(":memory:")?;
    /// migrations.upgrade(&mut connection)?;
    /// let report = migrations.runner().redo(&mut connection, "-1")?;
    /// let ways: Vec<_> = report.steps.iter().map(|step| step.direction).collect();
    /// assert_eq!(ways, [Direction::Down, Direction::Up]);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error`]; a step that cannot be taken back, or applied again, is found before anything runs.
    pub fn redo<C: AsConnection<M>, M>(
        self,
        connection: &mut C,
        target: &str,
    ) -> Result<Report, Error> {
        let target = target.parse().map_err(PlanError::Target)?;
        run::Run::new(self, server(connection)).go(&Goal::Redo(target))
    }
}
