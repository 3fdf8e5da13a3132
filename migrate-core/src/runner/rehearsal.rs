//! A rehearsal: the whole plan in one transaction that is rolled back, each step in a savepoint of it.

use std::thread::Result as Caught;

use migrate_chain::Plan;

use crate::backend::Session;
use crate::error::Error;

use super::run::Run;

impl<'m> Run<'m, '_> {
    /// Refuses what would outlive the rollback.
    pub(super) fn refuse_unrehearsable(&mut self, plan: &Plan<'m>) -> Result<(), Error> {
        if !self.options.rehearse {
            return Ok(());
        }
        let backend = self.server.backend();
        if self.server.in_transaction() {
            let what = "a rehearsal needs a transaction of its own".to_owned();
            return Err(Error::InsideTransaction { what });
        }
        let mut steps = plan.steps.iter();
        let stays = if self.server.rehearses() {
            steps.find(|step| {
                let job = self.job(step, plan.direction);
                job.is_none_or(|job| !self.server.atomic(&job))
            })
        } else {
            steps.next()
        };
        match stays {
            Some(step) => Err(Error::CannotRehearse {
                directory: step.directory().to_owned(),
                backend,
            }),
            None => Ok(()),
        }
    }

    /// Opens the transaction, where this is a rehearsal.
    pub(super) fn begin_rehearsal(
        &mut self,
        session: &Session,
        plan: &Plan<'m>,
    ) -> Result<(), Error> {
        if !self.options.rehearse {
            return Ok(());
        }
        let jobs = plan.steps.iter();
        let jobs: Vec<_> = jobs
            .filter_map(|step| self.job(step, plan.direction))
            .collect();
        let begun = self.persist(session, |run| run.server.begin_rehearsal(session, &jobs));
        begun.map_err(|halt| halt.outside("cannot begin the rehearsal"))?;
        self.rehearsing = true;
        Ok(())
    }

    /// Rolls it all back, however it went; the database is where it was.
    pub(super) fn after_rehearsal(
        &mut self,
        result: Caught<Result<Option<String>, Error>>,
    ) -> Caught<Result<Option<String>, Error>> {
        if !self.rehearsing {
            return result;
        }
        self.rehearsing = false;
        let back = self.server.end_rehearsal();
        result.map(|result| {
            let current = result?;
            // A connection that is lost cannot be rolled back, and need not be.
            back.map_err(Error::ledger("cannot roll the rehearsal back"))?;
            Ok(current)
        })
    }
}
