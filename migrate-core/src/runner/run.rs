//! The course of a run: look, plan, lock, look again, run, unlock. It decides what happens next and leaves the doing to others.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::Ordering;
use std::time::Instant;

use migrate_chain::{Chain, Direction, Plan, Revision};

use crate::backend::{Halt, Server, Session};
use crate::error::Error;
use crate::ledger::State;
use crate::migrations::Migrations;
use crate::observer::{Event, Observer};
use crate::report::{Report, StepReport};
use crate::stand;

use super::steps::Outcome;
use super::{Goal, Options, Runner, TransactionMode};

/// A run under way.
pub(super) struct Run<'m, 's> {
    pub(super) server: &'s mut dyn Server,
    pub(super) migrations: &'m Migrations,
    pub(super) options: Options,
    pub(super) observer: Option<&'m mut dyn Observer>,
    pub(super) began: Instant,
    /// What was done so far.
    pub(super) steps: Vec<StepReport>,
    /// The newest applied revision, as far as the run has come.
    pub(super) current: Option<String>,
    /// Whether the database had no revision at all when the run began.
    pub(super) fresh: bool,
}

impl<'m, 's> Run<'m, 's> {
    pub(super) fn new(runner: Runner<'m>, server: &'s mut dyn Server) -> Self {
        let Runner {
            migrations,
            observer,
            options,
        } = runner;
        let began = Instant::now();
        Self {
            server,
            migrations,
            options,
            observer,
            began,
            steps: Vec::new(),
            current: None,
            fresh: false,
        }
    }

    pub(super) fn go(mut self, goal: &Goal) -> Result<Report, Error> {
        self.say_if_stale();
        let state = self.read(None)?;
        let plan = self.plan(goal, &state)?;
        self.fresh = state.applied.is_empty();
        if plan.is_empty() || self.options.dry_run {
            self.tell(&Event::Planned { plan: &plan });
            let steps = plan
                .steps
                .iter()
                .map(|step| self.dry(step, goal.direction))
                .collect();
            return Ok(self.finish(goal.direction, &plan, steps));
        }
        self.refuse_transaction(&plan)?;
        self.refuse_unshareable(&plan)?;
        let session = self.open_session()?;
        let result = self.locked(goal, &session, &plan);
        let left = self
            .server
            .leave(&session)
            .map_err(Error::ledger("cannot put the session back"));
        let report = result?;
        left?;
        Ok(report)
    }

    /// Everything between taking the lock and giving it back; it is given back whatever happens between.
    fn locked(&mut self, goal: &Goal, session: &Session, plan: &Plan<'m>) -> Result<Report, Error> {
        let lock = self.lock(session, self.needs_more_than_transactions(plan))?;
        let result = catch_unwind(AssertUnwindSafe(|| self.run_to(goal, session)));
        let unlocked = self.server.unlock(session, lock);
        let report = result.unwrap_or_else(|panic| resume_unwind(panic))?;
        match unlocked {
            Ok(true) => Ok(report),
            Ok(false) => Err(Error::LockLost),
            Err(error) => Err(Error::ledger("cannot give the lock back")(error)),
        }
    }

    /// Under the lock: looks again, since another run may have done it all meanwhile, and runs what is left.
    fn run_to(&mut self, goal: &Goal, session: &Session) -> Result<Report, Error> {
        if !session.wanted.is_empty() {
            let failed = Error::ledger("cannot run the session statements of migrate.toml");
            self.server.execute(&session.wanted).map_err(failed)?;
        }
        let mut prepared = false;
        loop {
            let state = self.read(Some(session))?;
            let plan = self.plan(goal, &state)?;
            self.tell(&Event::Planned { plan: &plan });
            if plan.is_empty() {
                let steps = std::mem::take(&mut self.steps);
                return Ok(self.finish(goal.direction, &plan, steps));
            }
            if !prepared {
                self.prepare(session)?;
                prepared = true;
            }
            let start = plan.from.map(|revision| revision.id().to_owned());
            self.current = start;
            match self.run_plan(session, &plan, &state)? {
                // Another process was faster with a step: see what is left.
                Outcome::Moved => {}
                Outcome::Done => {
                    let steps = std::mem::take(&mut self.steps);
                    return Ok(self.finish(goal.direction, &plan, steps));
                }
            }
        }
    }

    /// The plan, or why there is none. Nothing has run.
    fn plan(&self, goal: &Goal, state: &State) -> Result<Plan<'m>, Error> {
        let chain: &'m Chain = self.migrations.chain();
        let backend = self.server.backend();
        let plan = match goal.direction {
            Direction::Up => Plan::upgrade(
                chain,
                backend,
                &state.applied,
                &goal.target,
                self.options.fill_gaps,
            )?,
            Direction::Down => Plan::downgrade(chain, backend, &state.applied, &goal.target)?,
        };
        if goal.direction == Direction::Up {
            stand::refuse_changed(chain, backend, state)?;
        }
        self.refuse_half_done(&plan, state)?;
        Ok(plan)
    }

    /// A step that was left half done goes first, or nothing goes.
    fn refuse_half_done(&self, plan: &Plan<'_>, state: &State) -> Result<(), Error> {
        let Some(partial) = &state.partial else {
            return Ok(());
        };
        let resumes = plan.direction == partial.direction
            && plan
                .steps
                .first()
                .is_some_and(|step| step.id() == partial.revision);
        if resumes {
            Ok(())
        } else {
            Err(Error::HalfDone {
                partial: partial.clone(),
            })
        }
    }

    /// A transaction that is open takes the steps in as savepoints, where the backend and every step can be in one.
    fn refuse_transaction(&mut self, plan: &Plan<'_>) -> Result<(), Error> {
        if !self.server.in_transaction() {
            return Ok(());
        }
        let what = match self.server.backend() {
            migrate_chain::Backend::Mysql => {
                "a schema statement of MySQL would commit it".to_owned()
            }
            _ => match plan
                .steps
                .iter()
                .find(|step| !step.transactional(plan.direction))
            {
                Some(step) => format!("{} runs outside transactions", step.directory()),
                None => return Ok(()),
            },
        };
        Err(Error::InsideTransaction { what })
    }

    /// One transaction for the whole plan takes in every step, or none runs.
    fn refuse_unshareable(&self, plan: &Plan<'_>) -> Result<(), Error> {
        if self.options.transaction != TransactionMode::All {
            return Ok(());
        }
        let alone = |step: &&&Revision| {
            self.job(step, plan.direction)
                .is_some_and(|job| !self.server.atomic(&job))
        };
        match plan.steps.iter().find(alone) {
            Some(step) => Err(Error::CannotShare {
                directory: step.directory().to_owned(),
                backend: self.server.backend(),
            }),
            None => Ok(()),
        }
    }

    /// Whether a step has no transaction that keeps other runs out.
    fn needs_more_than_transactions(&self, plan: &Plan<'_>) -> bool {
        plan.steps.iter().any(|step| {
            self.job(step, plan.direction)
                .is_none_or(|job| !self.server.atomic(&job))
        })
    }

    fn open_session(&mut self) -> Result<Session, Error> {
        let failed = Error::ledger("cannot look at the database");
        let mut session = self.server.session().map_err(failed)?;
        let timeout = self.options.lock_timeout;
        let wanted = self
            .migrations
            .session(self.server.backend())
            .map(str::to_owned);
        let mut wanted: Vec<_> = wanted.collect();
        if !timeout.is_zero() {
            wanted.extend(self.server.lock_timeout_sql(timeout));
        }
        session.wanted = wanted.join("; ");
        session.lock_timeout = timeout;
        session.ledger.app = self.migrations.origin().app().to_owned();
        if let Some(flag) = self.options.stop.clone() {
            session.stop = Box::new(move || flag.load(Ordering::Relaxed));
        }
        Ok(session)
    }

    fn prepare(&mut self, session: &Session) -> Result<(), Error> {
        self.persist(session, |run| run.server.prepare(session))
            .map_err(|halt| match halt {
                Halt::Failed(broken) => {
                    Error::ledger("cannot make the ledger's tables")(broken.error)
                }
                Halt::Waited(error) => *error,
                Halt::Stopped | Halt::Locked | Halt::Moved => Error::Stopped { at: None },
            })
    }

    fn finish(&mut self, direction: Direction, plan: &Plan<'_>, steps: Vec<StepReport>) -> Report {
        if !self.options.dry_run {
            self.tell(&Event::Finished {
                steps: steps.len(),
                duration: self.began.elapsed(),
            });
        }
        let to = if self.options.dry_run {
            plan.from
        } else {
            plan.to
        };
        Report {
            direction,
            steps,
            current: to.map(|revision| revision.id().to_owned()),
        }
    }

    fn dry(&self, step: &Revision, direction: Direction) -> StepReport {
        let script = match direction {
            Direction::Up => step.up(self.server.backend()),
            Direction::Down => step.down(self.server.backend()),
        };
        StepReport {
            revision: step.id().to_owned(),
            directory: step.directory().to_owned(),
            duration: None,
            statements: script.map_or(0, |script| script.statements().len()),
        }
    }

    pub(super) fn stopping(&self) -> bool {
        self.options
            .stop
            .as_ref()
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    pub(super) fn tell(&mut self, event: &Event<'_>) {
        if let Some(observer) = &mut self.observer {
            observer.event(event);
        }
    }

    fn say_if_stale(&mut self) {
        let Some(what) = self.migrations.origin().stale(self.migrations.chain()) else {
            return;
        };
        match &mut self.observer {
            Some(observer) => observer.event(&Event::Stale { what: &what }),
            None => crate::stale::say(&what),
        }
    }
}
