//! A run with options: lock, plan, steps, one after the other.

mod blame;
mod run;
mod steps;
mod wait;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use migrate_chain::{Direction, PlanError, Target};

use crate::connection::{AsConnection, server};
use crate::error::Error;
use crate::migrations::Migrations;
use crate::observer::Observer;
use crate::report::Report;

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
    fill_gaps: bool,
    stop: Option<Arc<AtomicBool>>,
}

/// Where a run is to lead.
struct Goal {
    direction: Direction,
    target: Target,
}

impl<'m> Runner<'m> {
    pub(crate) const fn new(migrations: &'m Migrations) -> Self {
        let options = Options {
            lock_wait: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(5),
            transaction: TransactionMode::Auto,
            in_doubt: InDoubt::Stop,
            dry_run: false,
            fill_gaps: false,
            stop: None,
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
        run::Run::new(self, server(connection)).go(&Goal {
            direction: Direction::Up,
            target,
        })
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
        let target = target.parse().map_err(PlanError::Target)?;
        run::Run::new(self, server(connection)).go(&Goal {
            direction: Direction::Down,
            target,
        })
    }
}
