//! From a halt to an error: which revision, file, line and statement, what was kept, what the database's state is now.

use migrate_chain::{Position, Statement};

use crate::backend::{Broken, Halt, Job, Session};
use crate::error::Error;
use crate::failure::{ErrorKind, Failure, Left, ServerError};
use crate::observer::Event;

use super::run::Run;

impl<'m> Run<'m, '_> {
    /// Says why the run ends, and writes it into the log where that can be done.
    pub(super) fn blame(&mut self, session: &Session, jobs: &[Job<'m>], halt: Halt) -> Error {
        match halt {
            Halt::Failed(broken) => self.failed(session, jobs, *broken),
            Halt::Waited(error) => *error,
            Halt::Stopped => self.stopped(session, jobs),
            Halt::Locked | Halt::Moved => Error::Stopped {
                at: self.current.clone(),
            },
        }
    }

    /// An attempt that was broken off is one too; what is recorded statement by statement has its row.
    fn stopped(&mut self, session: &Session, jobs: &[Job<'m>]) -> Error {
        if let [job] = jobs
            && self.server.atomic(job)
            && !self.options.rehearse
        {
            let _ = self
                .server
                .execute(&session.ledger.failed(job, "stopped on request"));
        }
        Error::Stopped {
            at: self.current.clone(),
        }
    }

    fn failed(&mut self, session: &Session, jobs: &[Job<'m>], broken: Broken) -> Error {
        let number = broken.job.or((jobs.len() == 1).then_some(0));
        let Some(job) = number.and_then(|number| jobs.get(number)) else {
            return Error::ledger("cannot run the revisions in one transaction")(broken.error);
        };
        let lost = broken.error.kind == ErrorKind::ConnectionLost;
        if self.server.atomic(job) && !lost && !self.options.rehearse {
            // The failure is reported whether or not its row can be written, which a full disk or missing right may prevent.
            let _ = self
                .server
                .execute(&session.ledger.failed(job, &broken.error.to_string()));
        }
        let note = if self.fresh && self.steps.is_empty() && !lost {
            self.server.explain()
        } else {
            None
        };
        let left = match (lost, self.server.atomic(job)) {
            (true, _) => Left::Unknown,
            (false, true) => Left::Nothing,
            (false, false) => Left::Statements(broken.kept),
        };
        let failure = Failure {
            left,
            note,
            current: self.current.clone(),
            ..describe(job, broken)
        };
        self.tell(&Event::StepFailed {
            revision: job.revision,
            failure: &failure,
        });
        Error::Failed(Box::new(failure))
    }
}

/// Everything about a failure that the script itself tells.
pub(crate) fn describe(job: &Job<'_>, broken: Broken) -> Failure {
    // Where nothing told which, and there is one alone, it was that one.
    let only = (job.script.parts() == 1).then_some(0);
    let broken = Broken {
        statement: broken.statement.or(only),
        ..broken
    };
    let statement = broken
        .statement
        .and_then(|number| job.script.statements().nth(number));
    let position = statement.map(|statement| {
        job.script
            .position(statement.start + offset(&statement, &broken.error))
    });
    let code = job
        .script
        .code()
        .filter(|_| statement.is_none() && broken.statement == Some(job.script.statements().len()));
    Failure {
        revision: job.revision.id().to_owned(),
        direction: job.direction,
        file: code.map_or_else(|| job.file(), str::to_owned),
        position,
        statement: statement.map(|statement| statement.text.to_owned()),
        number: broken.statement.map_or(0, |number| number + 1),
        of: job.script.parts(),
        line: position
            .and_then(|Position { line, .. }| job.script.text().lines().nth(line - 1))
            .map(str::to_owned),
        error: broken.error,
        left: Left::Nothing,
        current: None,
        note: None,
        is_seed: false,
    }
}

/// Where in the statement the server saw the error, in bytes: the position that PostgreSQL gives, or the words that MySQL and SQLite
/// quote, if they stand there once.
fn offset(statement: &Statement<'_>, error: &ServerError) -> usize {
    let text = statement.text;
    if let Some(position) = error.position {
        return text
            .char_indices()
            .nth(position.saturating_sub(1))
            .map_or(0, |(byte, _)| byte);
    }
    near(&error.message)
        .filter(|words| text.matches(words).count() == 1)
        .and_then(|words| text.find(words))
        .unwrap_or(0)
}

/// What stands after `near` in quotes.
fn near(message: &str) -> Option<&str> {
    let rest = &message[message.find("near ")? + 5..];
    let quote = rest
        .chars()
        .next()
        .filter(|quote| matches!(quote, '\'' | '"'))?;
    let rest = &rest[1..];
    let end = match quote {
        // MySQL quotes up to 80 characters of the rest of the statement, quotes and all.
        '\'' => rest.rfind("' at line")?,
        _ => rest.find('"')?,
    };
    rest.get(..end).filter(|words| !words.is_empty())
}
