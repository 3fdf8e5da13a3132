//! Waiting for other runs: for the lock, and for SQLite's write lock, with a word about it every second.

use std::time::{Duration, Instant};

use crate::backend::{Halt, Lock, Session};
use crate::error::Error;
use crate::failure::ErrorKind;
use crate::ledger::{self, State};
use crate::observer::Event;

use super::run::Run;

/// Pauses between tries grow from the first to the second, so that a short wait is short and a long one costs the server nothing.
const PAUSES: (Duration, Duration) = (Duration::from_millis(25), Duration::from_secs(1));

impl Run<'_, '_> {
    /// Takes the lock, waiting as long as the user allows.
    pub(super) fn lock(&mut self, session: &Session, exclusive: bool) -> Result<Lock, Error> {
        let mut wait = Wait::new(self.options.lock_wait);
        loop {
            let lock = self.server.try_lock(session, exclusive);
            match lock.map_err(Error::ledger("cannot take the migration lock"))? {
                Some(lock) => return Ok(lock),
                None => self.wait(Some(session), &mut wait)?,
            }
        }
    }

    /// Does something again and again for as long as another process writes.
    pub(super) fn persist(
        &mut self,
        session: &Session,
        mut what: impl FnMut(&mut Self) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        let mut wait = Wait::new(self.options.lock_wait);
        loop {
            match what(self) {
                Err(Halt::Locked) => self
                    .wait(Some(session), &mut wait)
                    .map_err(|error| Halt::Waited(Box::new(error)))?,
                result => return result,
            }
        }
    }

    /// Reads the ledger, also while SQLite is busy with another process's transaction.
    pub(super) fn read(&mut self, session: Option<&Session>) -> Result<State, Error> {
        let mut wait = Wait::new(self.options.lock_wait);
        let place = session.map_or(self.server.place(), |session| &session.ledger.prefix);
        loop {
            match ledger::read(self.server, place) {
                Err(Error::Ledger { error, .. }) if error.kind == ErrorKind::Busy => {
                    self.wait(session, &mut wait)?
                }
                result => return result,
            }
        }
    }

    fn wait(&mut self, session: Option<&Session>, wait: &mut Wait) -> Result<(), Error> {
        if self.stopping() {
            return Err(Error::Stopped { at: None });
        }
        let waited = wait.since.elapsed();
        if wait
            .said
            .is_none_or(|said| said.elapsed() >= Duration::from_secs(1))
        {
            wait.said = Some(Instant::now());
            let holder = session.and_then(|session| self.server.lock_holder(session));
            self.tell(&Event::Waiting {
                holder: holder.as_deref(),
                waited,
            });
        }
        if waited >= wait.limit {
            return Err(Error::LockTimeout {
                waited,
                holder: session.and_then(|session| self.server.lock_holder(session)),
            });
        }
        std::thread::sleep(wait.pause.min(wait.limit - waited));
        // A little more or less each time, so that many that wait do not all ask at once.
        wait.pause = (wait.pause * 3 / 2 + jitter(wait.pause)).min(PAUSES.1);
        Ok(())
    }
}

/// A wait under way.
struct Wait {
    since: Instant,
    limit: Duration,
    pause: Duration,
    said: Option<Instant>,
}

impl Wait {
    fn new(limit: Duration) -> Self {
        Self {
            since: Instant::now(),
            limit,
            pause: PAUSES.0,
            said: None,
        }
    }
}

/// Up to a quarter of a duration, different in every process.
pub(super) fn jitter(of: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    // Each state of the standard library's hash maps is seeded anew; that is random enough for this, and needs no crate.
    let random = RandomState::new().hash_one(std::process::id());
    of / 4 * u32::try_from(random % 100).unwrap_or(0) / 100
}
