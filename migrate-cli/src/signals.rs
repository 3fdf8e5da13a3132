//! SIGINT and SIGTERM: the first asks a run to stop at the next whole statement, the second ends it at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What a shell adds to a signal's number.
const KILLED: i32 = 128;

/// Listens from when it is made until the process ends.
pub(crate) struct Signals {
    stop: Arc<AtomicBool>,
    number: Arc<AtomicUsize>,
}

impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
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
        let number = self.number.load(Ordering::SeqCst);
        u8::try_from(number).ok().filter(|number| *number != 0)
    }
}
