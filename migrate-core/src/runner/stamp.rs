//! Stamping: the ledger is set to say that the database is at a target, and no script runs.

use migrate_chain::{PlanError, Stamp, Target};

use crate::backend::{Brackets, Broken, Halt, Session};
use crate::connection::{AsConnection, server};
use crate::error::Error;
use crate::failure::ErrorKind;
use crate::ledger::{Mark, Stamped, State};
use crate::observer::Event;
use crate::report::{StampChange, StampReport, StampStep};
use crate::stand;

use super::Runner;
use super::run::Run;

impl Runner<'_> {
    /// Whether [`stamp`](Self::stamp) takes revisions that the chain lacks out of the ledger. Without it they are refused.
    #[must_use]
    pub const fn purge(mut self, purge: bool) -> Self {
        self.options.purge = purge;
        self
    }

    /// Sets the ledger to the target, as if exactly the revisions up to it had been applied, and runs no script: rows that are
    /// missing are added, later ones are taken out. A revision whose script changed since it ran, or that was left half done, is
    /// recorded with its scripts as they are now. Each revision that is touched has a row in the log, with the action `stamp` or,
    /// taken out, `unstamp`.
    ///
    /// # Errors
    /// [`Error`]; nothing was changed.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")] {
    /// # use diesel::{Connection, SqliteConnection};
    /// # use migrate_core::Migrations;
    /// let migrations = Migrations::EMPTY;
    /// let mut connection = SqliteConnection::establish(":memory:")?;
    /// let report = migrations.runner().purge(true).stamp(&mut connection, "head")?;
    /// assert!(report.steps.is_empty());
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stamp<C: AsConnection<M>, M>(
        self,
        connection: &mut C,
        target: &str,
    ) -> Result<StampReport, Error> {
        let target = target.parse().map_err(PlanError::Target)?;
        Run::new(self, server(connection)).stamp(&target)
    }
}

impl Run<'_, '_> {
    fn stamp(mut self, target: &Target) -> Result<StampReport, Error> {
        self.say_if_stale();
        let state = self.read(None)?;
        let report = self.stamps(target, &state)?;
        // Nothing but the ledger would be tried in a rehearsal.
        if report.steps.is_empty() || self.options.dry_run || self.options.rehearse {
            return Ok(report);
        }
        if self.server.backend() == migrate_chain::Backend::Mysql && self.server.in_transaction() {
            let what = "making the ledger's tables would commit it".to_owned();
            return Err(Error::InsideTransaction { what });
        }
        let report = self.in_session(true, |run, session| {
            run.prepare(session)?;
            run.write_stamp(session, target)
        })?;
        for step in &report.steps {
            self.tell(&Event::Stamped { step });
        }
        self.tell(&Event::Finished {
            steps: report.steps.len(),
            duration: self.began.elapsed(),
        });
        Ok(report)
    }

    /// Looks once more, in the transaction that writes: on SQLite another run may have moved the database since.
    fn write_stamp(&mut self, session: &Session, target: &Target) -> Result<StampReport, Error> {
        let Brackets {
            begin,
            commit,
            back,
        } = self.server.brackets(session.nested);
        self.write(session, begin)?;
        let result = self.write_stamp_rows(session, target);
        let result = result.and_then(|report| self.write(session, commit).map(|()| report));
        if result.is_err() {
            // The connection may be gone; then there is nothing to roll back.
            let _ = self.server.execute(back);
        }
        result
    }

    fn write_stamp_rows(
        &mut self,
        session: &Session,
        target: &Target,
    ) -> Result<StampReport, Error> {
        let state = self.read(Some(session))?;
        let report = self.stamps(target, &state)?;
        let (chain, backend) = (self.migrations.chain(), self.server.backend());
        for step in &report.steps {
            let revision = chain.get(&step.revision);
            let stamped = Stamped {
                id: &step.revision,
                revision,
                both: revision.map_or((None, None), |revision| {
                    (revision.up(backend), revision.down(backend))
                }),
                mark: match step.change {
                    StampChange::Added => Mark::Add,
                    StampChange::Removed => Mark::Remove,
                    StampChange::Renewed => Mark::Renew,
                },
            };
            self.write(session, &session.ledger.stamp(&stamped).join(";\n"))?;
        }
        Ok(report)
    }

    /// Writes to the ledger, as soon as no other process does.
    fn write(&mut self, session: &Session, sql: &str) -> Result<(), Error> {
        let doing = "cannot write the ledger";
        let written = self.persist(session, |run| {
            run.server.execute(sql).map_err(|error| match error.kind {
                ErrorKind::Busy => Halt::Locked,
                _ => Broken::outside(error).into(),
            })
        });
        written.map_err(|halt| halt.outside(doing))
    }

    /// What is to be stamped, for a database in this state.
    fn stamps(&self, target: &Target, state: &State) -> Result<StampReport, Error> {
        let chain = self.migrations.chain();
        let stamp = Stamp::plan(chain, &state.applied, target, self.options.purge)?;
        let through = chain.through(stamp.to.and_then(|to| chain.index(to.id())));
        let within = |id: &str| through.iter().any(|revision| revision.id() == id);
        let step = |id: &str, change| StampStep {
            revision: id.to_owned(),
            directory: chain
                .get(id)
                .map(|revision| revision.directory().to_owned()),
            change,
        };
        let removed = stamp.remove.iter().map(|id| step(id, StampChange::Removed));
        let added = stamp
            .add
            .iter()
            .map(|revision| step(revision.id(), StampChange::Added));
        let mut steps: Vec<_> = removed.chain(added).collect();
        let changed = stand::changed(chain, self.server.backend(), state)
            .map(|revision| revision.id().to_owned());
        let partial = state.partial.iter().map(|partial| partial.revision.clone());
        for id in changed.chain(partial) {
            if steps.iter().all(|step| step.revision != id) {
                let change = if within(&id) {
                    StampChange::Renewed
                } else {
                    StampChange::Removed
                };
                steps.push(step(&id, change));
            }
        }
        Ok(StampReport {
            steps,
            current: stamp.to.map(|to| to.id().to_owned()),
        })
    }
}
