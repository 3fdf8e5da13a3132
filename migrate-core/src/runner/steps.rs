//! The steps of a plan: which go together, what happens when one does not go, and what is told of each.

use std::time::Instant;

use migrate_chain::{Backend, Direction, Plan, Revision, Script};

use crate::backend::{Broken, Halt, Job, MESSAGE, Session, replayed};
use crate::code;
use crate::error::Error;
use crate::failure::ErrorKind;
use crate::ledger::{self, Partial, State};
use crate::observer::Event;
use crate::report::StepReport;

use super::run::Run;
use super::wait::jitter;
use super::{InDoubt, TransactionMode};

/// How a plan ended that did not fail.
pub(super) enum Outcome {
    Done,
    /// Another process moved the database; look again.
    Moved,
}

/// So often a step is tried that somebody else's lock keeps from running.
const TRIES: u32 = 5;

impl<'m> Run<'m, '_> {
    pub(super) fn run_plan(
        &mut self,
        session: &Session,
        plan: &Plan<'m>,
        state: &State,
    ) -> Result<Outcome, Error> {
        let mut jobs: Vec<Job<'m>> = plan
            .steps
            .iter()
            .filter_map(|step| self.job(step, plan.direction))
            .collect();
        if let (Some(partial), Some(first)) = (&state.partial, jobs.first_mut()) {
            first.done = self.resume(session, partial, first)?;
        }
        let mut number = 0;
        while let Some(count) = self.next_group(&jobs[number..]) {
            if self.stopping() {
                return Err(Error::Stopped {
                    at: self.current.clone(),
                });
            }
            let group = &mut jobs[number..number + count];
            match self.run_group(session, group, (number, plan.steps.len())) {
                Ok(()) => {}
                Err(Halt::Moved) => return Ok(Outcome::Moved),
                // What was recorded is not rolled back: the one that failed is known.
                Err(Halt::Failed(broken)) if count > 1 && !self.server.atomic(&jobs[number]) => {
                    return Err(self.blame_recorded(
                        session,
                        &jobs[number..number + count],
                        (number, plan.steps.len()),
                        broken,
                    ));
                }
                Err(Halt::Failed(_))
                    if count > 1 && self.options.transaction == TransactionMode::Auto =>
                {
                    self.tell(&Event::Regrouped { steps: count });
                    if let Outcome::Moved =
                        self.one_by_one(session, plan, &mut jobs, number..number + count)?
                    {
                        return Ok(Outcome::Moved);
                    }
                }
                Err(halt) => return Err(self.blame(session, &jobs[number..number + count], halt)),
            }
            number += count;
        }
        Ok(Outcome::Done)
    }

    /// Tells of the steps of a recorded group that were done before the one that failed.
    fn blame_recorded(
        &mut self,
        session: &Session,
        jobs: &[Job<'m>],
        (number, of): (usize, usize),
        broken: Box<Broken>,
    ) -> Error {
        for (place, job) in jobs.iter().take(broken.job.unwrap_or(0)).enumerate() {
            self.tell_started(job, number + place, of);
            self.done(job, None);
        }
        self.blame(session, jobs, Halt::Failed(broken))
    }

    /// The steps of a group that was rolled back, each for itself, up to the one that fails.
    fn one_by_one(
        &mut self,
        session: &Session,
        plan: &Plan<'m>,
        jobs: &mut [Job<'m>],
        range: std::ops::Range<usize>,
    ) -> Result<Outcome, Error> {
        for number in range {
            match self.run_group(
                session,
                &mut jobs[number..=number],
                (number, plan.steps.len()),
            ) {
                Ok(()) => {}
                Err(Halt::Moved) => return Ok(Outcome::Moved),
                Err(halt) => return Err(self.blame(session, &jobs[number..=number], halt)),
            }
        }
        Ok(Outcome::Done)
    }

    /// How many of the next jobs go together; `None` at the end.
    fn next_group(&self, jobs: &[Job<'_>]) -> Option<usize> {
        let first = jobs.first()?;
        let together = |job: &&Job<'_>| {
            self.server.atomic(job) && !self.server.alone(job) && job.code.is_none()
        };
        let packed = |job: &&Job<'_>| self.server.packs(job);
        let group = self.server.group();
        Some(match self.options.transaction {
            // The transaction that is open already holds them all; one by one, each is timed and named.
            _ if self.options.rehearse => 1,
            TransactionMode::Each => 1,
            TransactionMode::All => jobs.len(),
            TransactionMode::Auto if self.fresh && first.direction == Direction::Up => {
                let (together, packed) = (
                    jobs.iter().take(group).take_while(together),
                    jobs.iter().take(group).take_while(packed),
                );
                let count = together.count().max(packed.count());
                fitting(&jobs[..count]).max(1)
            }
            TransactionMode::Auto => 1,
        })
    }

    /// One job or several, in one transaction or recorded, again for as long as it is somebody else's lock that is in the way.
    fn run_group(
        &mut self,
        session: &Session,
        jobs: &mut [Job<'m>],
        (number, of): (usize, usize),
    ) -> Result<(), Halt> {
        let alone = jobs.len() == 1;
        if alone {
            self.tell_started(&jobs[0], number, of);
        }
        let began = Instant::now();
        let mut attempt = 1;
        loop {
            let atomic = jobs.iter().all(|job| self.server.atomic(job));
            let result = self.persist(session, |run| {
                if atomic {
                    run.server.run_together(session, jobs)
                } else {
                    run.server.run_recorded(session, jobs)
                }
            });
            // Steps that run one by one next need no name for what failed.
            let named = alone || self.options.transaction == TransactionMode::All;
            let last = attempt == TRIES;
            let result = match result {
                // The step was rolled back, whatever the server called it that the statement was ended.
                Err(Halt::Failed(broken))
                    if self.stopping()
                        && (atomic && broken.statement.is_none()
                            || broken.error.kind == ErrorKind::Canceled) =>
                {
                    return Err(Halt::Stopped);
                }
                Err(Halt::Failed(broken)) if atomic && named && broken.is_nameless(last) => {
                    self.persist(session, |run| run.server.run_carefully(session, jobs))
                }
                result => result,
            };
            match result {
                Err(Halt::Failed(broken))
                    if self.stopping() && broken.error.kind == ErrorKind::Canceled =>
                {
                    return Err(Halt::Stopped);
                }
                Err(Halt::Failed(broken))
                    if broken.error.kind == ErrorKind::Busy
                        && (atomic || alone)
                        && attempt < TRIES
                        && !self.stopping() =>
                {
                    attempt += 1;
                    // What was recorded stays; the statement is tried again, never the script.
                    jobs[0].done = jobs[0].done.max(broken.kept);
                    let pause = std::time::Duration::from_millis(100) * 2_u32.pow(attempt);
                    let pause = pause + jitter(pause);
                    let revision = jobs[broken.job.unwrap_or(0)].revision;
                    let error = broken.error.to_string();
                    self.tell(&Event::Retrying {
                        revision,
                        error: &error,
                        attempt,
                        pause,
                    });
                    std::thread::sleep(pause);
                }
                Err(halt) => return Err(halt),
                Ok(()) => break,
            }
        }
        for (place, job) in jobs.iter().enumerate() {
            if !alone {
                self.tell_started(job, number + place, of);
            }
            self.done(job, alone.then(|| began.elapsed()));
        }
        Ok(())
    }

    fn tell_started(&mut self, job: &Job<'m>, number: usize, of: usize) {
        let (revision, direction) = (job.revision, job.direction);
        self.tell(&Event::StepStarted {
            revision,
            direction,
            number: number + 1,
            of,
        });
        if job.done > 0 {
            self.tell(&Event::Resumed {
                revision,
                done: job.done,
                of: job.script.statements().len(),
            });
        }
    }

    fn done(&mut self, job: &Job<'m>, duration: Option<std::time::Duration>) {
        let (revision, direction) = (job.revision, job.direction);
        let statements = job.script.parts();
        self.tell(&Event::StepFinished {
            revision,
            direction,
            duration,
            statements,
        });
        // A rehearsal leaves the database where it is.
        if !self.options.rehearse {
            self.current = match direction {
                Direction::Up => Some(revision.id().to_owned()),
                Direction::Down => revision.parent().map(str::to_owned),
            };
        }
        self.steps.push(StepReport {
            revision: revision.id().to_owned(),
            directory: revision.directory().to_owned(),
            direction,
            duration,
            statements,
        });
    }

    /// What a revision comes to on this backend. `None`: it has no script for it, which the plan refused before.
    pub(super) fn job<'r>(&self, revision: &'r Revision, direction: Direction) -> Option<Job<'r>> {
        let backend = self.server.backend();
        let job = Job::new(revision, direction, backend)?;
        let code = code::function(self.migrations.codes(), job.script, direction, backend);
        let code = code.ok().flatten();
        Some(Job { code, ..job })
    }

    /// At which statement a step goes on that was left half done.
    fn resume(
        &mut self,
        session: &Session,
        partial: &Partial,
        job: &mut Job<'_>,
    ) -> Result<usize, Error> {
        let before = ledger::stored_script((self.server, &session.ledger.prefix), partial)?;
        if !before.still_begins(self.server.backend(), job.script, partial.done) {
            return Err(Error::ChangedHalfway {
                file: job.file(),
                done: partial.done,
            });
        }
        let Some(running) = partial.running else {
            return Ok(partial.done);
        };
        let Some(statement) = job.script.statements().nth(partial.done) else {
            return Ok(partial.done);
        };
        let failed = Error::ledger("cannot look whether the last statement took effect");
        // What the statement made is where the script's own settings put it.
        job.done = partial.done;
        let settings = replayed(job, self.server.backend());
        for sql in &settings {
            self.server.execute(sql).map_err(failed)?;
        }
        let known = self.server.took_effect(statement.text).map_err(failed)?;
        if !settings.is_empty() {
            self.server.execute(&session.settings()).map_err(failed)?;
        }
        match (known, self.options.in_doubt) {
            (Some(true), _) | (None, InDoubt::Done) => Ok(partial.done + 1),
            (Some(false), _) | (None, InDoubt::Retry) => Ok(partial.done),
            (None, InDoubt::Stop) => Err(Error::InDoubt {
                file: job.file(),
                line: job.script.position(statement.start).line,
                number: running,
                of: job.script.statements().len(),
                statement: statement.text.to_owned(),
            }),
        }
    }
}

/// How many of these jobs fit into one message.
fn fitting(jobs: &[Job<'_>]) -> usize {
    let length = |script: Option<&Script>| script.map_or(0, |script| script.text().len());
    let sizes = jobs.iter().scan(0, |sum, job| {
        *sum += length(job.both.0) + length(job.both.1);
        Some(*sum)
    });
    sizes.take_while(|sum| *sum <= MESSAGE).count()
}

/// The script of an unfinished attempt, as the log has it.
impl ledger::Stored {
    /// Whether the statements that ran are still the first of the script.
    fn still_begins(&self, backend: Backend, script: &Script, done: usize) -> bool {
        let Some(text) = &self.text else {
            return self.checksum.as_deref() == Some(script.checksum().to_string().as_str());
        };
        let Ok(ranges) = migrate_chain::split(backend, text) else {
            return false;
        };
        let then = ranges
            .get(done.wrapping_sub(1))
            .map_or(0, |range| range.end);
        let now = script
            .statements()
            .nth(done.wrapping_sub(1))
            .map_or(0, |last| last.start + last.text.len());
        // As the checksum of a script: comments and layout do not count.
        let fingerprint = |text: &str| {
            Script::read(String::new(), backend.into(), text.to_owned(), backend)
                .map(|script| script.checksum())
        };
        ranges.len() >= done && fingerprint(&text[..then]) == fingerprint(&script.text()[..now])
    }
}
