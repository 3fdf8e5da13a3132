//! What `upgrade` and `downgrade` share: the options of a run, and a run from its first event to its report.

use std::time::Duration;

use clap::ValueEnum;
use migrate_core::{
    AnyConnection, Direction, Error, Event, InDoubt, Report, Runner, TransactionMode,
};
use serde_json::json;

use super::create;
use crate::context::{Context, Loaded, only};
use crate::database_url::DatabaseUrl;
use crate::error::{CommandError, Kind};
use crate::observer::{Progress, duration, milliseconds, plan_json};
use crate::signals::Signals;
use crate::ui::Ui;

/// The options that both ways of running have.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct RunOptions {
    /// Show what would run, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How long to wait for another run to finish: 90s, 5m
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = humantime::parse_duration)]
    lock_wait: Duration,

    /// How long a statement may wait for a table that somebody uses; 0s is for ever
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration)]
    lock_timeout: Duration,

    /// How revisions share transactions
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    transaction: Transaction,

    /// What is known of a statement that was running when an earlier run died
    #[arg(long, value_enum, value_name = "ANSWER")]
    in_doubt: Option<Doubt>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Transaction {
    /// A transaction for each revision
    Each,
    /// One for all of them, or none runs
    All,
    /// Together on a fresh database, otherwise one each
    #[default]
    Auto,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Doubt {
    /// It took effect: go on with the one after it
    Done,
    /// It did not: run it again
    Retry,
}

/// A run that is ready: the chain and the connection.
pub(crate) struct Run<'a> {
    pub(crate) loaded: Loaded<'a>,
    pub(crate) connection: AnyConnection,
    direction: Direction,
    target: &'a str,
}

impl<'a> Run<'a> {
    /// Reads the chain and opens the database. Whatever can be refused without a database is refused before it is opened.
    pub(crate) fn prepare(
        ui: &mut Ui,
        context: &Context<'a>,
        direction: Direction,
        target: &'a str,
        create_database: bool,
    ) -> Result<Self, CommandError> {
        let url = context.needed_database(ui)?;
        let loaded = context.load(ui, only(url.backend()?))?;
        if create_database && create::create(&url)? {
            ui.note(format!("created {}", url.named()?));
        }
        let connection = Self::connect(ui, context, &url, direction)?;
        Ok(Self {
            loaded,
            connection,
            direction,
            target,
        })
    }

    fn connect(
        ui: &mut Ui,
        context: &Context<'_>,
        url: &DatabaseUrl,
        direction: Direction,
    ) -> Result<AnyConnection, CommandError> {
        match direction {
            Direction::Up => url.connect(),
            // There is nothing to take back in a file that is not there.
            Direction::Down => context.connect_to_look(ui, url),
        }
    }

    /// The plan's steps, by directory, without running one.
    pub(crate) fn plan(&mut self, options: &RunOptions) -> Result<Vec<String>, CommandError> {
        let mut steps = Vec::new();
        let mut observer = |event: &Event<'_>| {
            if let Event::Planned { plan } = event {
                steps = plan
                    .steps
                    .iter()
                    .map(|step| step.directory().to_owned())
                    .collect();
            }
        };
        let runner = options
            .apply(self.loaded.migrations.runner())
            .dry_run(true)
            .observer(&mut observer);
        let planned = match self.direction {
            Direction::Up => runner.upgrade_to(&mut self.connection, self.target),
            Direction::Down => runner.downgrade_to(&mut self.connection, self.target),
        };
        planned.map_err(|error| CommandError::core(error, &self.loaded.shown))?;
        Ok(steps)
    }

    /// Runs, with everything that is said meanwhile and afterwards.
    pub(crate) fn run(
        mut self,
        ui: &mut Ui,
        options: &RunOptions,
        fill_gaps: bool,
    ) -> Result<(), CommandError> {
        if options.dry_run {
            return self.show_plan(ui, options, fill_gaps);
        }
        let signals = Signals::listen()
            .map_err(|error| CommandError::failed(format!("cannot listen for signals: {error}")))?;
        let mut progress = Progress::new(ui, &self.loaded.shown);
        let runner = options
            .apply(self.loaded.migrations.runner())
            .fill_gaps(fill_gaps)
            .stop(signals.stop())
            .observer(&mut progress);
        let done = match self.direction {
            Direction::Up => runner.upgrade_to(&mut self.connection, self.target),
            Direction::Down => runner.downgrade_to(&mut self.connection, self.target),
        };
        let took = progress.took;
        ui.end_bar();
        match (done, signals.received()) {
            (Ok(report), signal) => {
                self.say(ui, &report, took);
                signal.map_or(Ok(()), |signal| Err(stopped(signal)))
            }
            (Err(error @ Error::Stopped { .. }), Some(signal)) => {
                Err(CommandError::core(error, &self.loaded.shown)
                    .with_kind(Kind::Stopped { signal }))
            }
            (Err(error), _) => Err(CommandError::core(error, &self.loaded.shown)),
        }
    }

    fn show_plan(
        &mut self,
        ui: &mut Ui,
        options: &RunOptions,
        fill_gaps: bool,
    ) -> Result<(), CommandError> {
        let verb = match self.direction {
            Direction::Up => "would apply",
            Direction::Down => "would revert",
        };
        let mut observer = |event: &Event<'_>| {
            if let Event::Planned { plan } = event {
                plan.steps
                    .iter()
                    .for_each(|step| ui.result(format!("{verb} {}", step.directory())));
                ui.json(&plan_json(plan));
            }
        };
        let runner = options
            .apply(self.loaded.migrations.runner())
            .fill_gaps(fill_gaps)
            .dry_run(true)
            .observer(&mut observer);
        let report = match self.direction {
            Direction::Up => runner.upgrade_to(&mut self.connection, self.target),
            Direction::Down => runner.downgrade_to(&mut self.connection, self.target),
        }
        .map_err(|error| CommandError::core(error, &self.loaded.shown))?;
        let current = self.named(report.current.as_deref());
        ui.summary(if report.steps.is_empty() {
            format!("nothing to do: the database is at {current}")
        } else {
            "a dry run: nothing was changed".to_owned()
        });
        Ok(())
    }

    fn say(&self, ui: &mut Ui, report: &Report, took: Option<Duration>) {
        let current = self.named(report.current.as_deref());
        let count = report.steps.len();
        let revisions = if count == 1 {
            "1 revision".to_owned()
        } else {
            format!("{count} revisions")
        };
        let time = took
            .map(|took| format!(" in {}", duration(took)))
            .unwrap_or_default();
        ui.summary(match (count, report.direction) {
            (0, _) => format!("nothing to do: the database is at {current}"),
            (_, Direction::Up) => {
                format!("applied {revisions}{time}: the database is at {current}")
            }
            (_, Direction::Down) => {
                format!("reverted {revisions}{time}: the database is at {current}")
            }
        });
        let steps: Vec<_> = report
            .steps
            .iter()
            .map(|step| {
                json!({
                    "revision": step.revision,
                    "directory": step.directory,
                    "duration_ms": step.duration.map(milliseconds),
                    "statements": step.statements,
                })
            })
            .collect();
        ui.json(&json!({
            "event": "report",
            "direction": report.direction.name(),
            "current": report.current,
            "steps": steps,
            "duration_ms": took.map(milliseconds),
        }));
    }

    fn named(&self, id: Option<&str>) -> String {
        let chain = self.loaded.migrations.chain();
        let Some(id) = id else {
            return "base".to_owned();
        };
        let directory = chain.get(id).map_or(id, |revision| revision.directory());
        let head = chain.head().is_some_and(|head| head.id() == id);
        format!("{directory}{}", if head { " (head)" } else { "" })
    }
}

impl RunOptions {
    fn apply<'m>(&self, runner: Runner<'m>) -> Runner<'m> {
        let transaction = match self.transaction {
            Transaction::Each => TransactionMode::Each,
            Transaction::All => TransactionMode::All,
            Transaction::Auto => TransactionMode::Auto,
        };
        let in_doubt = match self.in_doubt {
            None => InDoubt::Stop,
            Some(Doubt::Done) => InDoubt::Done,
            Some(Doubt::Retry) => InDoubt::Retry,
        };
        runner
            .lock_wait(self.lock_wait)
            .lock_timeout(self.lock_timeout)
            .transaction(transaction)
            .in_doubt(in_doubt)
    }
}

/// The run was over before the signal could stop it; whoever sent it still learns that it came.
fn stopped(signal: u8) -> CommandError {
    CommandError::failed("stopped on request; everything that was asked for was done before")
        .with_kind(Kind::Stopped { signal })
}
