//! A connection that is being made while the directory is read: a server takes about as long to let in.

use std::panic::resume_unwind;
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

use migrate_core::{AnyConnection, Backend, ConnectError};

use crate::database_url::DatabaseUrl;
use crate::error::CommandError;

/// How long a connection is waited for that nobody needs any more.
const PATIENCE: Duration = Duration::from_secs(1);

/// A connection under way, or one that is still to be begun.
pub(crate) struct Connecting<'u> {
    pub(crate) url: &'u DatabaseUrl,
    thread: Option<JoinHandle<Result<AnyConnection, ConnectError>>>,
}

impl<'u> Connecting<'u> {
    /// Begins, where that leaves nothing behind if it is not needed after all: opening a database of SQLite makes its file, and is
    /// quick.
    pub(crate) fn begin(url: &'u DatabaseUrl) -> Self {
        let is_server = url.backend().is_ok_and(|of| of != Backend::Sqlite);
        let text = url.url.clone();
        let thread =
            is_server.then(|| Builder::new().spawn(move || AnyConnection::establish(&text)));
        Self {
            url,
            // A system that gives no thread connects later.
            thread: thread.and_then(Result::ok),
        }
    }

    /// Puts it off: something has to be done first without which the server would refuse.
    pub(crate) const fn later(url: &'u DatabaseUrl) -> Self {
        Self { url, thread: None }
    }

    /// The connection, as [`DatabaseUrl::connect`] gives it.
    pub(crate) fn finish(mut self) -> Result<AnyConnection, CommandError> {
        let Some(thread) = self.thread.take() else {
            return self.url.connect();
        };
        let made = thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        made.map_err(|error| CommandError::connect(error, self.url))
    }
}

impl Drop for Connecting<'_> {
    /// A process that ends takes the TLS library away while the other thread begins to use it, and some crash then. One that only waits
    /// for a server that does not answer is no danger.
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        let until = Instant::now() + PATIENCE;
        while !thread.is_finished() && Instant::now() < until {
            sleep(Duration::from_millis(1));
        }
    }
}
