//! What a run tells while it runs. One interface feeds text, a progress bar, JSON and `tracing`.

use std::time::Duration;

use migrate_chain::{Direction, Plan, Revision};

use crate::failure::Failure;
use crate::report::StampStep;

/// Something that happened in a run, in the order in which it happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A debug build found that the directory no longer equals what was embedded: build again.
    Stale {
        /// One line that says what differs.
        what: &'a str,
    },
    /// Another run holds the lock. Sent when the wait begins and about once a second from then on.
    Waiting {
        /// Who holds it, where the server can tell.
        holder: Option<&'a str>,
        /// How long this run has waited so far.
        waited: Duration,
    },
    /// The plan, once it is certain, before anything runs. An empty plan means that there is nothing to do.
    Planned {
        /// The steps, in the order in which they will run.
        plan: &'a Plan<'a>,
    },
    /// A step begins.
    StepStarted {
        /// The revision.
        revision: &'a Revision,
        /// Whether its up or its down script runs.
        direction: Direction,
        /// Its place in the plan, from 1.
        number: usize,
        /// How many steps the plan has.
        of: usize,
    },
    /// A step that an earlier run left half done goes on.
    Resumed {
        /// The revision.
        revision: &'a Revision,
        /// How many of its statements were done before.
        done: usize,
        /// How many it has.
        of: usize,
    },
    /// A statement was refused because somebody else held a table's lock; it is tried again after a pause.
    Retrying {
        /// The revision.
        revision: &'a Revision,
        /// What the server said.
        error: &'a str,
        /// The try that comes next, from 2.
        attempt: u32,
        /// How long the pause is.
        pause: Duration,
    },
    /// A group of steps that ran in one transaction failed and was rolled back; its steps now run one by one.
    Regrouped {
        /// How many steps were rolled back.
        steps: usize,
    },
    /// A step is done and recorded.
    StepFinished {
        /// The revision.
        revision: &'a Revision,
        /// Whether its up or its down script ran.
        direction: Direction,
        /// How long it took. `None` when it ran in one message with others, which the server does not time apart.
        duration: Option<Duration>,
        /// How many statements it had; 0 is an empty revision.
        statements: usize,
    },
    /// A step failed; the run ends with the same failure as its error.
    StepFailed {
        /// The revision.
        revision: &'a Revision,
        /// What went wrong and where.
        failure: &'a Failure,
    },
    /// The ledger was set to say something of a revision, and no script ran.
    Stamped {
        /// The revision, and what became of its record.
        step: &'a StampStep,
    },
    /// The run is over and every step was done.
    Finished {
        /// How many steps ran.
        steps: usize,
        /// How long the whole run took, waiting included.
        duration: Duration,
    },
}

/// Is told the [`Event`]s of a run. Any `FnMut(&Event)` is one.
///
/// ```
/// use migrate_core::{Event, Observer};
/// let mut lines = Vec::new();
/// let mut observer = |event: &Event<'_>| lines.push(format!("{event:?}"));
/// Observer::event(&mut observer, &Event::Finished { steps: 0, duration: std::time::Duration::ZERO });
/// assert_eq!(lines.len(), 1);
/// ```
pub trait Observer {
    /// Called for each event, on the thread that runs. It must not use the connection that is being migrated.
    fn event(&mut self, event: &Event<'_>);
}

impl<F: FnMut(&Event<'_>)> Observer for F {
    fn event(&mut self, event: &Event<'_>) {
        self(event);
    }
}

/// Writes the events of a run to `tracing`, under the target `migrate`: steps and their end at INFO, waits, retries and a stale
/// build at WARN, failures at ERROR.
///
/// ```
/// use migrate_core::{Migrations, TracingObserver};
/// # #[cfg(feature = "sqlite")] {
/// use diesel::{Connection, SqliteConnection};
/// let mut connection = SqliteConnection::establish(":memory:")?;
/// let mut observer = TracingObserver;
/// Migrations::EMPTY.runner().observer(&mut observer).upgrade_to(&mut connection, "head")?;
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "tracing")]
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingObserver;

#[cfg(feature = "tracing")]
impl Observer for TracingObserver {
    fn event(&mut self, event: &Event<'_>) {
        use tracing::{error, info, warn};
        match event {
            Event::Stale { what } => warn!(target: "migrate", "{what}"),
            Event::Waiting { holder, waited } => {
                warn!(target: "migrate", holder, ?waited, "waiting for the migration lock")
            }
            Event::Planned { plan } => {
                info!(target: "migrate", direction = plan.direction.name(), steps = plan.steps.len(), "planned");
            }
            Event::StepStarted {
                revision,
                direction,
                number,
                of,
            } => {
                info!(target: "migrate", revision = revision.directory(), direction = direction.name(), number, of, "started");
            }
            Event::Resumed { revision, done, of } => {
                info!(target: "migrate", revision = revision.directory(), done, of, "going on where an earlier run stopped");
            }
            Event::Retrying {
                revision,
                error,
                attempt,
                pause,
            } => {
                warn!(target: "migrate", revision = revision.directory(), error, attempt, ?pause, "trying again");
            }
            Event::Regrouped { steps } => {
                warn!(target: "migrate", steps, "rolled back; running the steps one by one")
            }
            Event::StepFinished {
                revision,
                direction,
                duration,
                statements,
            } => {
                let (revision, direction) = (revision.directory(), direction.name());
                info!(target: "migrate", revision, direction, ?duration, statements, "done");
            }
            Event::StepFailed { revision, failure } => {
                error!(target: "migrate", revision = revision.directory(), "{failure}; {}", failure.state());
            }
            Event::Stamped { step } => {
                info!(target: "migrate", revision = step.revision, change = step.change.name(), "stamped");
            }
            Event::Finished { steps, duration } => {
                info!(target: "migrate", steps, ?duration, "finished")
            }
        }
    }
}
