//! The course of a run: look, plan, lock, look again, run, unlock. It decides what happens next and leaves the doing to others.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::Ordering;
use std::time::Instant;

use migrate_chain::{Chain, Direction, Plan, PlanError, Revision, Script, Target, TargetError};

use crate::backend::{Server, Session};
use crate::code::{self, CodeError};
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
    /// Whether the ledger's tables are there and whole.
    prepared: bool,
    /// Whether the transaction of a rehearsal is open.
    pub(super) rehearsing: bool,
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
            prepared: false,
            rehearsing: false,
        }
    }

    /// The same run on another chain.
    pub(super) fn on<'n>(self, migrations: &'n Migrations) -> Run<'n, 's>
    where
        'm: 'n,
    {
        let observer = self.observer;
        Run {
            migrations,
            observer: observer.map(|observer| observer as &mut dyn Observer),
            server: self.server,
            options: self.options,
            began: self.began,
            steps: self.steps,
            current: self.current,
            fresh: self.fresh,
            prepared: self.prepared,
            rehearsing: self.rehearsing,
        }
    }

    pub(super) fn go(mut self, goal: &Goal) -> Result<Report, Error> {
        self.say_if_stale();
        let state = self.read(None)?;
        let plans = self.plans(goal, &state)?;
        self.fresh = state.applied.is_empty();
        let at = plans.first().and_then(|plan| plan.from).map(Revision::id);
        if plans.iter().all(Plan::is_empty) || self.options.dry_run {
            let mut steps = Vec::new();
            for plan in &plans {
                self.tell(&Event::Planned { plan });
                steps.extend(plan.steps.iter().map(|step| self.dry(step, plan)));
            }
            return Ok(self.finish(goal, at.map(str::to_owned), steps));
        }
        for plan in &plans {
            self.refuse_transaction(plan)?;
            self.refuse_code(plan)?;
            self.refuse_unshareable(plan)?;
            self.refuse_unrehearsable(plan)?;
        }
        let exclusive = plans
            .iter()
            .any(|plan| self.needs_more_than_transactions(plan));
        let current = self.in_session(exclusive, |run, session| {
            let result = catch_unwind(AssertUnwindSafe(|| run.run(goal, session)));
            run.after_rehearsal(result)
                .unwrap_or_else(|panic| resume_unwind(panic))
        })?;
        let steps = std::mem::take(&mut self.steps);
        Ok(self.finish(goal, current, steps))
    }

    /// Does something under the lock, and leaves the session as it was found.
    pub(super) fn in_session<T>(
        &mut self,
        exclusive: bool,
        what: impl FnOnce(&mut Self, &Session) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let session = self.open_session()?;
        let result = self.locked(&session, exclusive, what);
        let left = self
            .server
            .leave(&session)
            .map_err(Error::ledger("cannot put the session back"));
        let done = result?;
        left?;
        Ok(done)
    }

    /// Everything between taking the lock and giving it back; it is given back whatever happens between.
    fn locked<T>(
        &mut self,
        session: &Session,
        exclusive: bool,
        what: impl FnOnce(&mut Self, &Session) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let lock = self.lock(session, exclusive)?;
        let result = catch_unwind(AssertUnwindSafe(|| what(self, session)));
        let unlocked = self.server.unlock(session, lock);
        let done = result.unwrap_or_else(|panic| resume_unwind(panic))?;
        match unlocked {
            Ok(true) => Ok(done),
            Ok(false) => Err(Error::LockLost),
            Err(error) => Err(Error::ledger("cannot give the lock back")(error)),
        }
    }

    /// Under the lock: where the database is afterwards.
    fn run(&mut self, goal: &Goal, session: &Session) -> Result<Option<String>, Error> {
        if !session.wanted.is_empty() {
            let failed = Error::ledger("cannot run the session statements of migrate.toml");
            self.server.execute(&session.wanted).map_err(failed)?;
        }
        if let Goal::To(..) = goal {
            return self.run_to(goal, session);
        }
        let state = self.read(Some(session))?;
        let plans = self.plans(goal, &state)?;
        // From here on by their names: what is relative would mean another place after the first step.
        for plan in &plans {
            let target = plan.to.map_or(Target::Base, |revision| {
                Target::Named(revision.id().to_owned())
            });
            let current = self.run_to(&Goal::To(plan.direction, target), session)?;
            self.current = current;
        }
        Ok(self.current.clone())
    }

    /// Looks again, since another run may have done it all meanwhile, and runs what is left.
    fn run_to(&mut self, goal: &Goal, session: &Session) -> Result<Option<String>, Error> {
        loop {
            let state = self.read(Some(session))?;
            let plans = self.plans(goal, &state)?;
            let Some(plan) = plans.first() else {
                return Ok(self.current.clone());
            };
            self.tell(&Event::Planned { plan });
            if !self.rehearsing {
                self.current = plan.from.map(|revision| revision.id().to_owned());
            }
            if plan.is_empty() {
                return Ok(self.current.clone());
            }
            if !self.prepared {
                self.begin_rehearsal(session, plan)?;
                self.prepare(session)?;
                self.prepared = true;
            }
            match self.run_plan(session, plan, &state)? {
                // Another process was faster with a step: see what is left.
                Outcome::Moved => {}
                Outcome::Done if self.rehearsing => return Ok(self.current.clone()),
                Outcome::Done => return Ok(plan.to.map(|revision| revision.id().to_owned())),
            }
        }
    }

    /// The plan, or why there is none; a downgrade and an upgrade where both are to be. Nothing has run.
    fn plans(&self, goal: &Goal, state: &State) -> Result<Vec<Plan<'m>>, Error> {
        let chain: &'m Chain = self.migrations.chain();
        let (backend, applied) = (self.server.backend(), &state.applied);
        let plans = match goal {
            Goal::To(Direction::Up, target) => {
                Plan::upgrade(chain, backend, applied, target, self.options.fill_gaps)
                    .map(|plan| vec![plan])
            }
            Goal::To(Direction::Down, target) => {
                Plan::downgrade(chain, backend, applied, target).map(|plan| vec![plan])
            }
            Goal::Redo(target) => Plan::redo(chain, backend, applied, target).map(Vec::from),
        };
        let plans = plans.map_err(|error| match (error, &state.partial) {
            // Half a revision is not applied: `-1` at base means that one.
            (PlanError::Target(TargetError::OutOfRange { .. }), Some(partial)) => Error::HalfDone {
                partial: partial.clone(),
            },
            (error, _) => error.into(),
        })?;
        if goal.direction() == Direction::Up {
            // What is taken back first may have changed.
            let stays = |revision: &Revision| {
                let back = |plan: &&Plan<'_>| plan.direction == Direction::Down;
                let mut back = plans.iter().filter(back).flat_map(|plan| &plan.steps);
                !back.any(|step| step.id() == revision.id())
            };
            stand::refuse_changed(chain, backend, state, stays)?;
        }
        if let Some(plan) = plans.first() {
            self.refuse_half_done(plan, state)?;
        }
        Ok(plans)
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

    /// Code that is not compiled in, is for another backend, or is beside statements that stay when it fails.
    fn refuse_code(&self, plan: &Plan<'_>) -> Result<(), CodeError> {
        let backend = self.server.backend();
        for step in &plan.steps {
            let Some(job) = self.job(step, plan.direction) else {
                continue;
            };
            let code =
                code::function(self.migrations.codes(), job.script, plan.direction, backend)?;
            let beside = job.script.statements().len() > 0;
            if code.is_some() && beside && !self.server.atomic(&job) {
                return Err(CodeError::NotAtomic {
                    file: job.script.code().unwrap_or_default().to_owned(),
                    backend,
                });
            }
        }
        Ok(())
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
        self.limit_statements(&mut session)?;
        session.ledger.app = self.migrations.origin().app().to_owned();
        session.ledger.tool = self.options.tool.to_string();
        session.rehearsal = self.options.rehearse;
        session.nested |= self.options.rehearse;
        session.canceller = self.options.canceller.clone();
        if let Some(flag) = self.options.stop.clone() {
            session.stop = Box::new(move || flag.load(Ordering::Relaxed));
        }
        Ok(session)
    }

    pub(super) fn prepare(&mut self, session: &Session) -> Result<(), Error> {
        self.persist(session, |run| run.server.prepare(session))
            .map_err(|halt| halt.outside("cannot make the ledger's tables"))
    }

    /// The server ends what takes too long, or the run does not begin.
    fn limit_statements(&mut self, session: &mut Session) -> Result<(), Error> {
        let timeout = self.options.statement_timeout;
        if timeout.is_zero() {
            return Ok(());
        }
        let limited = self.server.limit_statements(session, timeout);
        if limited.map_err(Error::ledger("cannot look at the database"))? {
            Ok(())
        } else {
            Err(Error::NoStatementTimeout {
                backend: self.server.backend(),
            })
        }
    }

    fn finish(&mut self, goal: &Goal, current: Option<String>, steps: Vec<StepReport>) -> Report {
        if !self.options.dry_run {
            self.tell(&Event::Finished {
                steps: steps.len(),
                duration: self.began.elapsed(),
            });
        }
        Report {
            direction: goal.direction(),
            steps,
            current,
        }
    }

    fn dry(&self, step: &Revision, plan: &Plan<'_>) -> StepReport {
        let script = step.script(plan.direction, plan.backend);
        StepReport {
            revision: step.id().to_owned(),
            directory: step.directory().to_owned(),
            direction: plan.direction,
            duration: None,
            statements: script.map_or(0, Script::parts),
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

    pub(super) fn say_if_stale(&mut self) {
        let Some(what) = self.migrations.origin().stale(self.migrations.chain()) else {
            return;
        };
        match &mut self.observer {
            Some(observer) => observer.event(&Event::Stale { what: &what }),
            None => crate::stale::say(&what),
        }
    }
}
