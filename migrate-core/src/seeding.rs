//! Running seeds: each file once, in a transaction with its row in the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use migrate_chain::{Backend, Direction, Revision, Seed};

use crate::backend::{Broken, Halt, Job, Lock, Server, Session};
use crate::canceller::Canceller;
use crate::error::Error;
use crate::failure::{ErrorKind, Failure, Left, ServerError};
use crate::ledger::seeded;
use crate::migrations::Migrations;
use crate::runner::{TOOL, describe};

/// So long seeds wait for another process that migrates or seeds the same database.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// What became of a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeedReport {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub outcome: SeedOutcome,
    /// How many statements it has.
    pub statements: usize,
    /// How long it took; zero where it did not run.
    pub duration: Duration,
}

/// What became of a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedOutcome {
    /// It ran.
    Ran,
    /// It ran before, as it is now.
    RanBefore,
    /// It ran before, and was changed since: it did not run again.
    ChangedSince,
}

impl SeedOutcome {
    /// Its word in reports: `ran`, `ran before`, `changed since`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ran => "ran",
            Self::RanBefore => "ran before",
            Self::ChangedSince => "changed since",
        }
    }
}

/// How seeds run.
#[derive(Clone, Debug)]
pub struct SeedOptions {
    /// Whether those run that ran before.
    pub again: bool,
    /// What the log names as the program that ran them.
    pub tool: String,
    /// When it is raised, they stop before the next one.
    pub stop: Option<Arc<AtomicBool>>,
    /// Ends the statement that runs, from another thread.
    pub canceller: Option<Canceller>,
}

impl Default for SeedOptions {
    /// Once each, by this library.
    fn default() -> Self {
        Self {
            again: false,
            tool: TOOL.to_owned(),
            stop: None,
            canceller: None,
        }
    }
}

/// Runs what is to run, and tells of each when it is done.
pub(crate) fn run(
    server: &mut dyn Server,
    migrations: &Migrations,
    (seeds, options): (&[Seed], &SeedOptions),
    tell: &mut dyn FnMut(&SeedReport),
) -> Result<(), Error> {
    if server.in_transaction() {
        let what = "each seed is a transaction of its own".into();
        return Err(Error::InsideTransaction { what });
    }
    let failed = Error::ledger("cannot look at the database");
    let mut session = server.session().map_err(failed)?;
    let wanted: Vec<_> = migrations
        .session(server.backend())
        .map(str::to_owned)
        .collect();
    session.wanted = wanted.join("; ");
    session.ledger.app = migrations.origin().app().to_owned();
    session.ledger.tool.clone_from(&options.tool);
    session.canceller.clone_from(&options.canceller);
    if let Some(stop) = options.stop.clone() {
        session.stop = Box::new(move || stop.load(Ordering::Relaxed));
    }
    let lock = lock(server, &session)?;
    let done = under_lock(server, &session, (seeds, options.again), tell);
    let unlocked = server.unlock(&session, lock);
    let left = server.leave(&session);
    done?;
    match unlocked {
        Ok(true) => left.map_err(Error::ledger("cannot put the session back")),
        Ok(false) => Err(Error::LockLost),
        Err(error) => Err(Error::ledger("cannot give the lock back")(error)),
    }
}

fn lock(server: &mut dyn Server, session: &Session) -> Result<Lock, Error> {
    let began = Instant::now();
    loop {
        let failed = Error::ledger("cannot take the lock");
        if let Some(lock) = server.try_lock(session, true).map_err(failed)? {
            return Ok(lock);
        }
        if (session.stop)() {
            return Err(Error::Stopped { at: None });
        }
        if began.elapsed() > PATIENCE {
            let waited = began.elapsed();
            let holder = server.lock_holder(session);
            return Err(Error::LockTimeout { waited, holder });
        }
        thread::sleep(PAUSE);
    }
}

fn under_lock(
    server: &mut dyn Server,
    session: &Session,
    (seeds, again): (&[Seed], bool),
    tell: &mut dyn FnMut(&SeedReport),
) -> Result<(), Error> {
    prepare(server, session)?;
    let before = seeded(server, &session.ledger)?;
    let failed = Error::ledger("cannot run the session statements of migrate.toml");
    if !session.wanted.is_empty() {
        server.execute(&session.wanted).map_err(failed)?;
    }
    let mut at = None;
    for seed in seeds {
        if (session.stop)() {
            return Err(Error::Stopped { at });
        }
        let checksum = before.get(seed.name());
        let now = seed.script().checksum().to_string();
        let mut report = SeedReport {
            name: seed.name().to_owned(),
            outcome: match checksum {
                Some(checksum) if !again && *checksum == now => SeedOutcome::RanBefore,
                Some(_) if !again => SeedOutcome::ChangedSince,
                _ => SeedOutcome::Ran,
            },
            statements: seed.script().statements().len(),
            duration: Duration::ZERO,
        };
        if report.outcome == SeedOutcome::Ran {
            report.duration = run_one(server, session, seed).map_err(|error| match error {
                // Whoever ended the statement knows why.
                Error::Failed(failure) if was_stopped(session, &failure) => {
                    let at = at.take();
                    Error::Stopped { at }
                }
                error => error,
            })?;
            at = Some(seed.name().to_owned());
        }
        tell(&report);
    }
    Ok(())
}

/// Whether a seed was broken off because that was asked for, and nothing of it is left.
fn was_stopped(session: &Session, failure: &Failure) -> bool {
    let nothing = matches!(failure.left, Left::Nothing | Left::Statements(0));
    (session.stop)() && failure.error.kind == ErrorKind::Canceled && nothing
}

/// Makes the ledger's tables. SQLite has no lock that keeps a writer away meanwhile.
fn prepare(server: &mut dyn Server, session: &Session) -> Result<(), Error> {
    let began = Instant::now();
    loop {
        match server.prepare(session) {
            Ok(()) => return Ok(()),
            Err(Halt::Failed(broken)) => {
                return Err(Error::ledger("cannot make the ledger's tables")(
                    broken.error,
                ));
            }
            Err(Halt::Waited(error)) => return Err(*error),
            Err(_) if began.elapsed() > PATIENCE => {
                let waited = began.elapsed();
                let holder = None;
                return Err(Error::LockTimeout { waited, holder });
            }
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

/// Runs one, a statement a message, in a transaction unless it has its own.
fn run_one(server: &mut dyn Server, session: &Session, seed: &Seed) -> Result<Duration, Error> {
    let backend = server.backend();
    // What a runner knows of a revision's script is true of this one.
    let revision = Revision::new(seed.name());
    let own = seed
        .script()
        .statements()
        .any(|statement| statement.transaction_control(backend).is_some());
    let job = Job {
        revision: &revision,
        direction: Direction::Up,
        script: seed.script(),
        code: None,
        both: (Some(seed.script()), None),
        done: 0,
        transactional: !own,
    };
    let began = Instant::now();
    let result = statements(server, session, (seed, own), began);
    let Err(broken) = result else {
        restore(server, session)?;
        return Ok(began.elapsed());
    };
    let done = broken.kept;
    let lost = broken.error.kind == ErrorKind::ConnectionLost;
    if !lost {
        // There may be none to roll back.
        let _ = server.execute("ROLLBACK");
    }
    let left = match (lost, server.atomic(&job)) {
        (true, _) => Left::Unknown,
        (false, true) => Left::Nothing,
        (false, false) => Left::Statements(done),
    };
    let failure = Failure {
        revision: seed.name().to_owned(),
        is_seed: true,
        left,
        ..describe(&job, *broken)
    };
    if !lost {
        let kept = if left == Left::Nothing { 0 } else { done };
        let message = failure.error.to_string();
        let row = session
            .ledger
            .seed(seed, kept, began.elapsed().as_millis(), Some(&message));
        // The failure is told whether or not it can be written down, and whatever the session is like.
        let _ = restore(server, session);
        let _ = server.execute(&row);
    }
    Err(Error::Failed(Box::new(failure)))
}

/// The statements and the row.
fn statements(
    server: &mut dyn Server,
    session: &Session,
    (seed, own): (&Seed, bool),
    began: Instant,
) -> Result<(), Box<Broken>> {
    let script = seed.script();
    let broken = |done: usize| {
        move |error| {
            Box::new(Broken {
                job: Some(0),
                statement: (done < script.statements().len()).then_some(done),
                kept: done,
                error,
            })
        }
    };
    if !own {
        let begin = match server.backend() {
            // A transaction that reads first and writes later is refused as soon as another one wrote in between.
            Backend::Sqlite => "BEGIN IMMEDIATE",
            Backend::Postgres | Backend::Mysql => "START TRANSACTION",
        };
        patiently(server, session, begin).map_err(broken(0))?;
    }
    for (done, statement) in script.statements().enumerate() {
        let run = || server.execute(statement.text);
        session.script(run).map_err(broken(done))?;
        // MySQL's SLEEP is no error when it is ended.
        if (session.stop)() {
            return Err(broken(done + 1)(ServerError {
                message: "stopped on request".to_owned(),
                kind: ErrorKind::Canceled,
                ..ServerError::default()
            }));
        }
    }
    let all = script.statements().len();
    let row = session
        .ledger
        .seed(seed, all, began.elapsed().as_millis(), None);
    let recorded = patiently(server, session, &row);
    let end = |()| {
        if own {
            Ok(())
        } else {
            patiently(server, session, "COMMIT")
        }
    };
    recorded.and_then(end).map_err(broken(all))
}

/// Waits its turn: SQLite refuses a transaction while another process writes, and a commit while one reads, and either may be tried again.
fn patiently(server: &mut dyn Server, session: &Session, sql: &str) -> Result<(), ServerError> {
    let began = Instant::now();
    loop {
        match server.execute(sql) {
            Err(error)
                if server.backend() == Backend::Sqlite
                    && error.kind == ErrorKind::Busy
                    && began.elapsed() < PATIENCE
                    && !(session.stop)() =>
            {
                thread::sleep(PAUSE);
            }
            result => return result,
        }
    }
}

/// What a seed set is not left to the next.
fn restore(server: &mut dyn Server, session: &Session) -> Result<(), Error> {
    server
        .execute(&session.settings())
        .map_err(Error::ledger("cannot put the session back"))
}
