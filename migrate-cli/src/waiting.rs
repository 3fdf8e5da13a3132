//! Waiting for what others bring up: with a word about it now and then, until the time is over or a signal comes.

use std::time::{Duration, Instant};

use migrate_core::AnyConnection;

use crate::connecting::Connecting;
use crate::database_url::DatabaseUrl;
use crate::error::{CommandError, Kind};
use crate::observer::duration;
use crate::signals::Signals;
use crate::ui::Ui;

/// Pauses grow from the first to the second: a server that comes up is found soon, and one that does not is not bothered.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// So often it is said again that it waits.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// So long a signal waits at most until it is seen.
const GLANCE: Duration = Duration::from_millis(50);

/// The option of every command that connects.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Wait {
    /// How long to wait for a server that is not up yet: 60s, 5m
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    wait: Option<Duration>,
}

impl Wait {
    /// Begins to connect, where nothing is to be waited for first.
    pub(crate) fn begin<'u>(&self, url: &'u DatabaseUrl) -> Connecting<'u> {
        match self.wait {
            None => Connecting::begin(url),
            Some(_) => Connecting::later(url),
        }
    }

    /// Waits until the server answers, whatever it says: a wrong password or a missing database is for whoever connects next.
    pub(crate) fn until_up(&self, ui: &mut Ui, url: &DatabaseUrl) -> Result<(), CommandError> {
        let Some(limit) = self.wait else {
            return Ok(());
        };
        // To look must not make it.
        if url.missing_file().is_some() {
            return Ok(());
        }
        let mut patience = Patience::new(Some(limit))?;
        loop {
            match AnyConnection::establish(&url.url) {
                Err(error) if error.is_not_yet() => {
                    let error = CommandError::connect(error, url);
                    if !patience.goes_on(ui, &error.to_string())? {
                        return Err(error);
                    }
                }
                _ => return Ok(()),
            }
        }
    }
}

/// A wait under way.
pub(crate) struct Patience {
    signals: Signals,
    began: Instant,
    /// `None`: as long as it takes.
    limit: Option<Duration>,
    pause: Duration,
    said: Option<Instant>,
}

impl Patience {
    pub(crate) fn new(limit: Option<Duration>) -> Result<Self, CommandError> {
        Ok(Self {
            signals: Signals::listen()?,
            began: Instant::now(),
            limit,
            pause: PAUSES.0,
            said: None,
        })
    }

    pub(crate) fn waited(&self) -> Duration {
        self.began.elapsed()
    }

    /// Says why it waits, and pauses. `false`: the time is over.
    pub(crate) fn goes_on(&mut self, ui: &mut Ui, why: &str) -> Result<bool, CommandError> {
        let waited = self.waited();
        let left = self
            .limit
            .map_or(self.pause, |limit| limit.saturating_sub(waited));
        if left.is_zero() {
            return Ok(false);
        }
        if self.said.is_none_or(|said| said.elapsed() >= BETWEEN_LINES) {
            let so_far = match self.said {
                Some(_) => format!(" ({} so far)", duration(waited)),
                None => String::new(),
            };
            ui.note(format!(
                "waiting{so_far}: {}",
                why.lines().next().unwrap_or_default()
            ));
            self.said = Some(Instant::now());
        }
        let until = Instant::now() + self.pause.min(left);
        while Instant::now() < until {
            if let Some(signal) = self.signals.received() {
                return Err(CommandError::failed("stopped on request while waiting")
                    .with_kind(Kind::Stopped { signal }));
            }
            std::thread::sleep(GLANCE.min(until.saturating_duration_since(Instant::now())));
        }
        self.pause = (self.pause * 3 / 2).min(PAUSES.1);
        Ok(true)
    }
}
