//! SIGINT and SIGTERM: the first ends the statement that runs and asks the run to stop, the second ends the process at once.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use migrate_core::{Cancelled, Canceller};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::error::{CommandError, Kind};
use crate::report;

/// What a shell adds to a signal's number.
const KILLED: i32 = 128;

/// Listens from when it is made until the process ends.
pub(crate) struct Signals {
    stop: Arc<AtomicBool>,
    number: Arc<AtomicUsize>,
}

impl Signals {
    pub(crate) fn listen() -> Result<Self, CommandError> {
        Self::register()
            .map_err(|error| CommandError::failed(format!("cannot listen for signals: {error}")))
    }

    fn register() -> std::io::Result<Self> {
        let signals = Self {
            stop: Arc::default(),
            number: Arc::default(),
        };
        for signal in [SIGINT, SIGTERM] {
            // The order matters: the flag is still down when the first signal asks whether to end the process.
            flag::register_conditional_shutdown(
                signal,
                KILLED + signal,
                Arc::clone(&signals.stop),
            )?;
            flag::register_usize(
                signal,
                Arc::clone(&signals.number),
                usize::try_from(signal).unwrap_or_default(),
            )?;
            flag::register(signal, Arc::clone(&signals.stop))?;
        }
        Ok(signals)
    }

    /// The flag that a run watches.
    pub(crate) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// The number of the signal that came, if one did.
    pub(crate) fn received(&self) -> Option<u8> {
        received(&self.number)
    }

    /// At the first signal does what is still to be done, and ends the process.
    pub(crate) fn end_after(self, last: impl Fn() + Send + 'static) {
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(GLANCE);
                if let Some(signal) = self.received() {
                    last();
                    low_level::exit(KILLED + i32::from(signal));
                }
            }
        });
    }

    /// From the first signal on, ends the statements that the run waits for, until what is given back is dropped.
    pub(crate) fn watch(&self, canceller: &Canceller, json: bool) -> Watch {
        let over = Arc::new(AtomicBool::new(false));
        let watcher = Watcher {
            number: Arc::clone(&self.number),
            over: Arc::clone(&over),
            canceller: canceller.clone(),
            json,
        };
        std::thread::spawn(move || watcher.watch());
        Watch { over }
    }
}

fn received(number: &AtomicUsize) -> Option<u8> {
    let number = number.load(Ordering::SeqCst);
    u8::try_from(number).ok().filter(|number| *number != 0)
}

/// Signals are watched for as long as it lives.
pub(crate) struct Watch {
    over: Arc<AtomicBool>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

/// How often it is looked whether a signal came.
const GLANCE: Duration = Duration::from_millis(20);

/// How often a server is told again: what it was told may have come between two statements.
const AGAIN: Duration = Duration::from_millis(250);

/// How long a statement that only the end of the process ends may still come to its own end.
const GRACE: Duration = Duration::from_secs(1);

struct Watcher {
    number: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
    canceller: Canceller,
    json: bool,
}

impl Watcher {
    fn watch(&self) {
        let signal = loop {
            if self.is_over(GLANCE) {
                return;
            }
            if let Some(signal) = received(&self.number) {
                break signal;
            }
        };
        let began = Instant::now();
        loop {
            // A server that cannot be reached to be told is asked again; the second signal does not wait for it.
            let pause = match self.canceller.cancel() {
                Ok(Cancelled::WithProcess) if began.elapsed() >= GRACE => self.end(signal),
                Ok(Cancelled::WithProcess | Cancelled::NothingRuns) => GLANCE,
                _ => AGAIN,
            };
            if self.is_over(pause) {
                return;
            }
        }
    }

    fn is_over(&self, pause: Duration) -> bool {
        std::thread::sleep(pause);
        self.over.load(Ordering::SeqCst)
    }

    /// The locks go with the process, and whoever opens the database next rolls back what was not committed.
    fn end(&self, signal: u8) -> ! {
        let error = CommandError::failed("stopped on request; the statement that ran was broken off")
            .with_help("the next command finds the database as it was before that statement, and goes on there")
            .with_kind(Kind::Stopped { signal });
        let mut err = anstream::stderr();
        // Nobody may be there to read it.
        let _ = writeln!(err, "\r{}", report::text(&error));
        if self.json {
            let mut out = std::io::stdout();
            let _ = writeln!(out, "{}", report::json(&error)).and_then(|()| out.flush());
        }
        low_level::exit(KILLED + i32::from(signal))
    }
}
