//! A step's code: called inside the step's transaction, which Diesel is told of, so that a transaction of the code's own
//! becomes a savepoint in it; or by itself, recorded.

use std::any::Any;
use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use diesel::connection::{
    Connection, TransactionDepthChange, TransactionManager, TransactionManagerStatus,
};
use migrate_chain::Direction;

use crate::code::{Connected, Run};
use crate::failure::ServerError;

use super::{Broken, Halt, Job, Server, Session};

/// A connection of Diesel's as code takes it.
pub(super) trait Native: Connection + Server {
    fn connected(&mut self) -> Connected<'_>;
    /// What Diesel tells of an error, in our words.
    fn told(error: diesel::result::Error) -> ServerError;
}

/// The statements of a job and its code, in the order of its direction, inside a transaction that is open.
pub(super) fn around<C: Native>(
    connection: &mut C,
    session: &Session,
    (number, job): (usize, &Job<'_>),
    statements: impl FnOnce(&mut C) -> Result<(), Halt>,
) -> Result<(), Halt> {
    let code = |connection: &mut C| {
        let Some(code) = job.code else {
            return Ok(());
        };
        let done = session.script(|| within(connection, code));
        done.map_err(|error| broken(job, number, error))
    };
    match job.direction {
        Direction::Up => {
            statements(connection)?;
            code(connection)
        }
        Direction::Down => {
            code(connection)?;
            statements(connection)
        }
    }
}

/// A job of code alone without a transaction around it. Nobody knows what a call that failed has done, so it is called again as a
/// whole.
pub(super) fn run_recorded<C: Native>(
    connection: &mut C,
    session: &Session,
    job: &Job<'_>,
    code: Run,
) -> Result<(), Halt> {
    let ledger = &session.ledger;
    let outside = |error| Halt::from(Broken::outside(error));
    let began = Instant::now();
    let open = [ledger.bury(std::slice::from_ref(job)), ledger.open(job, 0)];
    connection.execute(&open.join("; ")).map_err(outside)?;
    let result = call(connection, code);
    let settings = session.settings();
    if !settings.is_empty() {
        connection.execute(&settings).map_err(outside)?;
    }
    if let Err(error) = result {
        // The failure is reported whether or not it can be written down.
        let _ = connection.execute(&ledger.give_up(job, 0, &error.to_string()));
        return Err(broken(job, 0, error));
    }
    let elapsed = began.elapsed().as_millis().to_string();
    let close = [ledger.mark(job), ledger.close(job, &elapsed)];
    connection
        .execute(&format!("BEGIN; {}; COMMIT", close.join("; ")))
        .map_err(outside)
}

/// The code is the part after the last statement, whichever runs first.
fn broken(job: &Job<'_>, number: usize, error: ServerError) -> Halt {
    Halt::from(Broken {
        job: Some(number),
        statement: Some(job.script.statements().len()),
        kept: 0,
        error,
    })
}

/// Calls it inside a transaction that Diesel did not open and now hears of.
fn within<C: Native>(connection: &mut C, code: Run) -> Result<(), ServerError> {
    let before = depth(connection)?;
    deepen(connection, TransactionDepthChange::IncreaseDepth).map_err(C::told)?;
    let result = call(connection, code);
    if depth(connection)? > before {
        deepen(connection, TransactionDepthChange::DecreaseDepth).map_err(C::told)?;
    }
    result
}

fn deepen<C: Connection>(
    connection: &mut C,
    change: TransactionDepthChange,
) -> diesel::QueryResult<()> {
    match C::TransactionManager::transaction_manager_status_mut(connection) {
        TransactionManagerStatus::Valid(status) => status.change_transaction_depth(change),
        TransactionManagerStatus::InError => Err(diesel::result::Error::BrokenTransactionManager),
    }
}

/// Calls it, and leaves no more and no fewer transactions open than there were.
fn call<C: Native>(connection: &mut C, code: Run) -> Result<(), ServerError> {
    let before = depth(connection)?;
    let result = catch_unwind(AssertUnwindSafe(|| code(connection.connected())));
    let after = depth(connection)?;
    for _ in before..after {
        C::TransactionManager::rollback_transaction(connection).map_err(C::told)?;
    }
    let said = |message: &str| ServerError {
        message: message.to_owned(),
        ..ServerError::default()
    };
    match result {
        Err(panic) => Err(said(&format!("it panicked: {}", text(&*panic)))),
        Ok(Err(error)) => Err(server_error::<C>(error)),
        Ok(Ok(())) if after > before => Err(said("it left a transaction open")),
        Ok(Ok(())) if after < before => Err(said(
            "it ended the transaction that it was called in, and so what was done is kept",
        )),
        Ok(Ok(())) => Ok(()),
    }
}

fn depth<C: Native>(connection: &mut C) -> Result<u32, ServerError> {
    let status = C::TransactionManager::transaction_manager_status_mut(connection);
    let depth = status.transaction_depth().map_err(C::told)?;
    Ok(depth.map_or(0, u32::from))
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
}

/// The server's own words where the code handed them on, else what the error says and why.
fn server_error<C: Native>(error: Box<dyn StdError + Send + Sync>) -> ServerError {
    match error.downcast::<diesel::result::Error>() {
        Ok(error) => C::told(*error),
        Err(error) => {
            let mut message = error.to_string();
            let mut source = error.source();
            while let Some(cause) = source {
                message = format!("{message}: {cause}");
                source = cause.source();
            }
            ServerError {
                message,
                ..ServerError::default()
            }
        }
    }
}
