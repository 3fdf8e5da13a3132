//! A run written down: the SQL of an upgrade, a downgrade or a stamp for a backend's plain client, made without a connection.

mod plan;

use std::borrow::Cow;
use std::time::Duration;

use migrate_chain::{Backend, Direction, Plan, Revision, Stamp};

use crate::backend::{Job, Order, Writer, writer};
use crate::error::{Error, OfflineError};
use crate::ledger::{Guard, Mark, Stamped};
use crate::migrations::Migrations;

/// Writes runs down for a backend, without a connection. Made by [`Migrations::offline`].
///
/// What it writes is run as it is by `psql -f FILE`, `sqlite3 DATABASE < FILE` or `mariadb DATABASE < FILE`, stops at the first
/// error, and leaves what a run leaves: the ledger too, but for times, and for the system's user and host, which nobody knows
/// beforehand. It takes the lock that runs take, and begins by looking whether the database is where it is expected to be. A
/// failure leaves the whole revisions before it, and a run goes on from there.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # let directory = tempfile::tempdir()?;
/// # let revision = directory.path().join("migrations/2026-11-21-101112_create_members");
/// # std::fs::create_dir_all(&revision)?;
/// # std::fs::write(revision.join("up.sql"), "CREATE TABLE members (id INTEGER PRIMARY KEY)")?;
/// # std::fs::write(revision.join("down.sql"), "DROP TABLE members")?;
/// # let migrations = directory.path().join("migrations");
/// use migrate_core::{Backend, Migrations};
///
/// let migrations = Migrations::from_directory(migrations)?;
/// let script = migrations.offline(Backend::Sqlite).upgrade("base:head")?;
/// assert!(script.sql.contains("CREATE TABLE members"));
/// assert_eq!(script.steps, ["20261121101112"]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Offline<'m> {
    migrations: &'m Migrations,
    backend: Backend,
    lock_wait: Duration,
    lock_timeout: Duration,
    purge: bool,
    tool: Cow<'static, str>,
}

/// A run that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OfflineScript {
    /// The whole text; a comment alone where there is nothing to do.
    pub sql: String,
    /// The id of the revision that the database must be at; `None` is base. A stamp does not depend on it.
    pub from: Option<String>,
    /// The id of the newest applied revision afterwards; `None` is base.
    pub to: Option<String>,
    /// The ids of the revisions that it runs or stamps, in order.
    pub steps: Vec<String>,
}

impl Migrations {
    /// What writes runs down for a backend's plain client, without a connection.
    #[must_use]
    pub const fn offline(&self, backend: Backend) -> Offline<'_> {
        Offline {
            migrations: self,
            backend,
            lock_wait: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(5),
            purge: false,
            tool: Cow::Borrowed(crate::runner::TOOL),
        }
    }
}

impl<'m> Offline<'m> {
    /// How long the script waits for another run to finish. 60 seconds where nothing is said.
    #[must_use]
    pub const fn lock_wait(mut self, wait: Duration) -> Self {
        self.lock_wait = wait;
        self
    }

    /// How long a statement of the script may wait for a table that somebody else uses, as in
    /// [`Runner::lock_timeout`](crate::Runner::lock_timeout). There is nobody to try again: the script stops.
    #[must_use]
    pub const fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// Whether a [`stamp`](Self::stamp) takes revisions that the chain lacks out of the ledger. Without it the script stops there.
    #[must_use]
    pub const fn purge(mut self, purge: bool) -> Self {
        self.purge = purge;
        self
    }

    /// Name and version of what writes the script, for the log. This library's where nothing is said.
    #[must_use]
    pub fn tool(mut self, tool: impl Into<Cow<'static, str>>) -> Self {
        self.tool = tool.into();
        self
    }

    /// An upgrade: `B` is from base to B, `A:B` from A to B, `A:` from A to the head.
    ///
    /// # Errors
    /// [`Error`]: a target names nothing or depends on a database, or a step has no script for this backend.
    pub fn upgrade(&self, range: &str) -> Result<OfflineScript, Error> {
        self.write_run(&plan::upgrade(
            self.migrations.chain(),
            self.backend,
            range,
        )?)
    }

    /// A downgrade: `B:A` is from B down to A, `:A` from the head, `B:` down to base.
    ///
    /// # Errors
    /// [`Error`]: a target names nothing or depends on a database, or a step cannot be taken back.
    pub fn downgrade(&self, range: &str) -> Result<OfflineScript, Error> {
        self.write_run(&plan::downgrade(
            self.migrations.chain(),
            self.backend,
            range,
        )?)
    }

    /// A stamp: sets the ledger to the target from wherever it is, as [`Runner::stamp`](crate::Runner::stamp) does.
    ///
    /// # Errors
    /// [`Error`]: the target names nothing or depends on a database.
    pub fn stamp(&self, target: &str) -> Result<OfflineScript, Error> {
        let chain = self.migrations.chain();
        let target = plan::target(target, "")?;
        // As if nothing were recorded: every revision up to the target may have to be added, every other taken away.
        let stamp = Stamp::plan(chain, &[""; 0], &target, false)?;
        let later = &chain.revisions()[stamp.add.len()..];
        let guard = if self.purge {
            Guard::any()
        } else {
            Guard::within(chain.revisions())
        };
        let to = stamp.to.map_or("base", Revision::directory);
        let writer = self.writer()?;
        let order = self.order(writer, format!("stamp {to}"), guard);
        let session = writer.session(&order);
        let ledger = &session.ledger;
        let mut parts = vec![self.header(&order.title), writer.opening(&session, &order)];
        let mut statements = Vec::new();
        if self.purge {
            statements.extend(ledger.purge_if_recorded(chain.revisions()));
        }
        let removed = later.iter().rev().map(|revision| (revision, Mark::Remove));
        let added = stamp.add.iter().map(|revision| (*revision, Mark::Add));
        let steps: Vec<_> = removed.chain(added).collect();
        for &(revision, mark) in &steps {
            statements.extend(ledger.stamp_if_needed(&Stamped {
                id: revision.id(),
                revision: Some(revision),
                both: (revision.up(self.backend), revision.down(self.backend)),
                mark,
            }));
        }
        parts.push(writer.ledger_alone(&session, &order, &statements));
        parts.push(writer.closing(&session));
        Ok(OfflineScript {
            sql: parts.concat(),
            from: None,
            to: stamp.to.map(|to| to.id().to_owned()),
            steps: steps
                .iter()
                .map(|(revision, _)| revision.id().to_owned())
                .collect(),
        })
    }

    fn writer(&self) -> Result<&'static dyn Writer, Error> {
        writer(self.backend).ok_or_else(|| {
            OfflineError::NotCompiled {
                backend: self.backend,
            }
            .into()
        })
    }

    fn order<'g>(&self, writer: &dyn Writer, title: String, guard: Guard<'g>) -> Order<'g> {
        let wanted = self.migrations.session(self.backend).map(str::to_owned);
        let mut wanted: Vec<_> = wanted.collect();
        if !self.lock_timeout.is_zero() {
            wanted.extend(writer.lock_timeout_sql(self.lock_timeout));
        }
        Order {
            title,
            guard,
            lock_wait: self.lock_wait,
            lock_timeout: self.lock_timeout,
            wanted: wanted.join("; "),
            tool: self.tool.to_string(),
            app: self.migrations.origin().app().to_owned(),
        }
    }

    fn write_run(&self, plan: &Plan<'m>) -> Result<OfflineScript, Error> {
        let name = |revision: Option<&'m Revision>| revision.map_or("base", Revision::directory);
        let (from, to) = (name(plan.from), name(plan.to));
        let verb = match plan.direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        let chain = self.migrations.chain();
        let through = |revision: Option<&Revision>| {
            chain.through(revision.and_then(|revision| chain.index(revision.id())))
        };
        let guard = Guard::exactly(through(plan.from));
        let writer = self.writer()?;
        let order = self.order(writer, format!("{verb} from {from} to {to}"), guard);
        let mut parts = vec![self.header(&order.title)];
        if plan.is_empty() {
            parts.push("-- nothing to do\n".to_owned());
        } else {
            let session = writer.session(&order);
            parts.push(writer.opening(&session, &order));
            for (number, step) in plan.steps.iter().enumerate() {
                let Some(job) = Job::new(step, plan.direction, self.backend) else {
                    continue;
                };
                if let Some(file) = job.script.code() {
                    let file = file.to_owned();
                    return Err(OfflineError::Code { file }.into());
                }
                let number = number + 1;
                let of = plan.steps.len();
                parts.push(format!("\n-- {number} of {of}: {}\n", job.file()));
                let before = match plan.direction {
                    Direction::Up => step.parent(),
                    Direction::Down => Some(step.id()),
                };
                let before = chain.through(before.and_then(|id| chain.index(id)));
                parts.push(writer.step(&session, &job, before)?);
            }
            parts.push(writer.closing(&session));
        }
        let id = |revision: Option<&Revision>| revision.map(|revision| revision.id().to_owned());
        Ok(OfflineScript {
            sql: parts.concat(),
            from: id(plan.from),
            to: id(plan.to),
            steps: plan.steps.iter().map(|step| step.id().to_owned()).collect(),
        })
    }

    /// What it is, and how it is run.
    fn header(&self, title: &str) -> String {
        let (name, run) = match self.backend {
            Backend::Sqlite => ("SQLite", "sqlite3 DATABASE < FILE"),
            Backend::Postgres => ("PostgreSQL", "psql -d DATABASE -f FILE"),
            Backend::Mysql => (
                "MySQL and MariaDB",
                "mysql DATABASE < FILE, or mariadb DATABASE < FILE",
            ),
        };
        format!(
            "-- {title}, for {name}\n-- written by {}; to be run by {run}\n\n",
            self.tool
        )
    }
}
