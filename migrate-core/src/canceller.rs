//! Ending the statement that a run waits for, from another thread: by a second connection, which asks the server.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::connection::{AnyConnection, ConnectError, server};

/// Ends the statement of a script that a run is waiting for, from another thread, such as one that listens for signals. Give it to
/// [`Runner::canceller`](crate::Runner::canceller), raise the flag of [`Runner::stop`](crate::Runner::stop), and call
/// [`cancel`](Self::cancel) until the run is over: it then ends with [`Error::Stopped`](crate::Error::Stopped), its step rolled back or
/// recorded.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// use migrate_core::{AnyConnection, Cancelled, Canceller, Migrations};
///
/// let canceller = Canceller::new("sqlite::memory:");
/// let mut connection = AnyConnection::establish("sqlite::memory:")?;
/// Migrations::EMPTY.runner().canceller(&canceller).upgrade_to(&mut connection, "head")?;
/// assert_eq!(canceller.cancel()?, Cancelled::NothingRuns);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Canceller {
    url: Arc<str>,
    running: Arc<Mutex<Option<Running>>>,
}

/// What became of a request to end a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// The server was told to end it.
    Asked,
    /// No statement of a script runs just now.
    NothingRuns,
    /// It ends only with its process. That is safe: whoever opens the database next finds it as it was before the statement.
    WithProcess,
    /// It cannot be ended safely; it has to come to its own end.
    Never,
}

/// How a statement that runs could be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Running {
    /// By one query, which finds nothing to end where another statement than a script's runs.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code))]
    Query(String),
    /// By two: one asks for the query that ends it, or gives none.
    #[cfg_attr(not(feature = "mysql"), expect(dead_code))]
    Asked(String),
    #[cfg_attr(not(feature = "sqlite"), expect(dead_code))]
    WithProcess,
    Never,
}

impl Canceller {
    /// For a run on the database of that URL.
    #[must_use]
    pub fn new(url: impl Into<Arc<str>>) -> Self {
        Self {
            url: url.into(),
            running: Arc::default(),
        }
    }

    /// Ends the statement that runs now, if it is one of a script. It may take a moment until the run notices, and a statement may
    /// have begun just after: ask again until the run is over.
    ///
    /// # Errors
    /// [`ConnectError`]: the server lets nobody in who could ask it.
    pub fn cancel(&self) -> Result<Cancelled, ConnectError> {
        // Held while the server is asked, so that the run cannot go on to a statement of its own meanwhile.
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let query = match &*running {
            None => return Ok(Cancelled::NothingRuns),
            Some(Running::WithProcess) => return Ok(Cancelled::WithProcess),
            Some(Running::Never) => return Ok(Cancelled::Never),
            Some(Running::Query(query) | Running::Asked(query)) => query,
        };
        let mut connection = AnyConnection::establish(&self.url)?;
        let server = server(&mut connection);
        // Whatever it answers, the statement may have come to its end just before.
        let rows = server.rows(query).unwrap_or_default();
        if let Some(Running::Asked(_)) = &*running {
            match rows.first().and_then(|row| row.text(0)) {
                Some(query) => _ = server.execute(query),
                None => return Ok(Cancelled::NothingRuns),
            }
        }
        Ok(Cancelled::Asked)
    }

    /// Runs what belongs to a script; meanwhile it can be ended in that way.
    pub(crate) fn during<T>(&self, way: &Running, what: impl FnOnce() -> T) -> T {
        let set = |running| {
            *self.running.lock().unwrap_or_else(PoisonError::into_inner) = running;
        };
        set(Some(way.clone()));
        let result = what();
        set(None);
        result
    }
}

/// The URL may hold a password.
impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller")
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}
