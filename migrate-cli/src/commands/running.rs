//! What `upgrade`, `downgrade` and `redo` share: the options of a run, and a run from its first event to its report.

use std::time::Duration;

use clap::ValueEnum;
use migrate_core::{
    AnyConnection, Canceller, Error, InDoubt, Offline, Report, Runner, TransactionMode,
};
use serde_json::json;

use super::create;
use super::planned::Planned;
use crate::connecting::Connecting;
use crate::context::{Context, Loaded, only};
use crate::database_url::DatabaseUrl;
use crate::error::{CommandError, Kind};
use crate::observer::{Progress, duration, milliseconds};
use crate::print_schema;
use crate::signals::Signals;
use crate::ui::Ui;
use crate::waiting::Wait;

/// The options that all ways of running have.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct RunOptions {
    /// Show what would run and what it would destroy, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Run all of it in one transaction and roll it back
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) rehearse: bool,

    #[command(flatten)]
    wait: Wait,

    #[command(flatten)]
    limits: Limits,

    /// What is known of a statement that was running when an earlier run died
    #[arg(long, value_enum, value_name = "ANSWER")]
    in_doubt: Option<Doubt>,
}

/// How long a run waits, and how its revisions share transactions.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Limits {
    /// How long to wait for another run to finish: 90s, 5m
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = humantime::parse_duration)]
    lock_wait: Duration,

    /// How long a statement may wait for a table that somebody uses; 0s is for ever
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration)]
    lock_timeout: Duration,

    /// How long a statement may take; not on MySQL and SQLite, which know no such limit
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    statement_timeout: Option<Duration>,

    /// How revisions share transactions
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    transaction: Transaction,
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

/// What a run is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Upgrade { fill_gaps: bool, create: bool },
    Downgrade,
    Redo,
}

/// A run that is ready: the chain and the connection.
pub(crate) struct Run<'a> {
    loaded: Loaded<'a>,
    connection: AnyConnection,
    url: DatabaseUrl,
    tool: String,
    context: &'a Context<'a>,
    way: Move,
    target: &'a str,
    options: &'a RunOptions,
}

impl<'a> Run<'a> {
    /// Reads the chain and opens the database. Whatever can be refused without a database is refused before it is asked anything.
    pub(crate) fn prepare(
        ui: &mut Ui,
        context: &'a Context<'a>,
        (way, target): (Move, &'a str),
        options: &'a RunOptions,
    ) -> Result<Self, CommandError> {
        let url = context.needed_database(ui)?;
        let creates = matches!(way, Move::Upgrade { create: true, .. });
        let connecting = if creates {
            Connecting::later(&url)
        } else {
            options.wait.begin(&url)
        };
        let loaded = context.load(ui, only(url.backend()?))?;
        options.wait.until_up(ui, &url)?;
        if creates && create::create(&url)? {
            ui.note(format!("created {}", url.named()?));
        }
        // There is nothing to take back in a file that is not there, and a rehearsal must not make one.
        let connection = match way {
            Move::Upgrade { .. } if !options.rehearse && !options.dry_run => connecting.finish()?,
            _ => context.finish_to_look(ui, connecting)?,
        };
        Ok(Self {
            loaded,
            connection,
            url,
            tool: context.tool(),
            context,
            way,
            target,
            options,
        })
    }

    /// Asks before anything is lost, where somebody can be asked; elsewhere it must have been said before.
    pub(crate) fn confirm(&mut self, ui: &mut Ui, yes: bool) -> Result<(), CommandError> {
        if yes || self.options.dry_run || self.options.rehearse {
            return Ok(());
        }
        let planned = self.plan()?.0;
        planned.confirm(ui)
    }

    /// The plan, without running any of it.
    fn plan(&mut self) -> Result<(Planned, Report), CommandError> {
        let mut planned = Planned::default();
        let runner = self.options.apply(self.loaded.migrations.runner());
        let runner = runner.dry_run(true).observer(&mut planned);
        let report = self.way.go(runner, &mut self.connection, self.target);
        let report = report.map_err(|error| CommandError::core(error, &self.loaded.shown))?;
        Ok((planned, report))
    }

    /// Runs, with everything that is said meanwhile and afterwards.
    pub(crate) fn run(mut self, ui: &mut Ui) -> Result<(), CommandError> {
        if self.options.dry_run {
            return self.show_plan(ui);
        }
        let signals = Signals::listen()?;
        let canceller = Canceller::new(self.url.url.as_str());
        let watch = signals.watch(&canceller, ui.is_json());
        let mut progress = Progress::new(ui, &self.loaded.shown, self.options.rehearse);
        let runner = self.options.apply(self.loaded.migrations.runner());
        let runner = runner
            .tool(self.tool.clone())
            .stop(signals.stop())
            .canceller(&canceller)
            .observer(&mut progress);
        let done = self.way.go(runner, &mut self.connection, self.target);
        let took = progress.took;
        drop(watch);
        ui.end_bar();
        match (done, signals.received()) {
            (Ok(report), signal) => {
                self.say(ui, &report, took);
                if !report.steps.is_empty() && !self.options.rehearse {
                    print_schema::rewrite(ui, self.context, &mut self.connection)?;
                }
                signal.map_or(Ok(()), |signal| Err(stopped(signal)))
            }
            (Err(error @ Error::Stopped { .. }), Some(signal)) => {
                Err(CommandError::core(error, &self.loaded.shown)
                    .with_kind(Kind::Stopped { signal }))
            }
            (Err(error), _) => Err(CommandError::core(error, &self.loaded.shown)),
        }
    }

    fn show_plan(&mut self, ui: &mut Ui) -> Result<(), CommandError> {
        let (planned, report) = self.plan()?;
        planned.lines().for_each(|line| ui.result(line));
        planned.json.iter().for_each(|plan| ui.json(plan));
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
        let time = took
            .map(|took| format!(" in {}", duration(took)))
            .unwrap_or_default();
        let count = report
            .steps
            .iter()
            .filter(|step| step.direction == report.direction)
            .count();
        let what = match count {
            1 => format!("1 revision{time}"),
            _ => format!("{count} revisions{time}"),
        };
        ui.summary(match (count, self.way) {
            (0, _) => format!("nothing to do: the database is at {current}"),
            _ if self.options.rehearse => {
                format!("rehearsed {what} and rolled it all back: the database is at {current}")
            }
            (_, Move::Upgrade { .. }) => format!("applied {what}: the database is at {current}"),
            (_, Move::Downgrade) => format!("reverted {what}: the database is at {current}"),
            (_, Move::Redo) => {
                format!("reverted and applied {what}: the database is at {current}")
            }
        });
        let steps: Vec<_> = report
            .steps
            .iter()
            .map(|step| {
                json!({
                    "revision": step.revision,
                    "directory": step.directory,
                    "direction": step.direction.name(),
                    "duration_ms": step.duration.map(milliseconds),
                    "statements": step.statements,
                })
            })
            .collect();
        ui.json(&json!({
            "event": "report",
            "direction": report.direction.name(),
            "rehearsed": self.options.rehearse,
            "current": report.current,
            "steps": steps,
            "duration_ms": took.map(milliseconds),
        }));
    }

    fn named(&self, id: Option<&str>) -> String {
        self.loaded.named(id)
    }
}

impl Move {
    fn go(
        self,
        runner: Runner<'_>,
        connection: &mut AnyConnection,
        target: &str,
    ) -> Result<Report, Error> {
        match self {
            Self::Upgrade { fill_gaps, .. } => {
                runner.fill_gaps(fill_gaps).upgrade_to(connection, target)
            }
            // What a newer build applied is shown before it is taken back.
            Self::Downgrade => runner.from_ledger(true).downgrade_to(connection, target),
            Self::Redo => runner.redo(connection, target),
        }
    }
}

impl RunOptions {
    /// A run that nobody asks about, on a server that is up.
    pub(crate) fn within(limits: Limits) -> Self {
        Self {
            dry_run: false,
            rehearse: false,
            wait: Wait::default(),
            limits,
            in_doubt: None,
        }
    }

    pub(crate) fn offline<'m>(&self, offline: Offline<'m>) -> Offline<'m> {
        offline
            .lock_wait(self.limits.lock_wait)
            .lock_timeout(self.limits.lock_timeout)
    }

    fn apply<'m>(&self, runner: Runner<'m>) -> Runner<'m> {
        let transaction = match self.limits.transaction {
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
            .lock_wait(self.limits.lock_wait)
            .lock_timeout(self.limits.lock_timeout)
            .statement_timeout(self.limits.statement_timeout.unwrap_or_default())
            .transaction(transaction)
            .in_doubt(in_doubt)
            .rehearse(self.rehearse)
    }
}

/// The run was over before the signal could stop it; whoever sent it still learns that it came.
pub(super) fn stopped(signal: u8) -> CommandError {
    CommandError::failed("stopped on request; everything that was asked for was done before")
        .with_kind(Kind::Stopped { signal })
}
