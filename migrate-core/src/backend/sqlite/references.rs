//! Foreign keys around a table that is built anew: off before, checked after.

use diesel::SqliteConnection;
use migrate_chain::{Direction, rebuilds_a_table};

use crate::backend::{Broken, Halt, Job, Row, Server};
use crate::failure::ServerError;

/// What SQLite says where a reference leads to columns that are not unique: <https://www.sqlite.org/foreignkeys.html#fk_indexes>.
const MISMATCH: &str = "foreign key mismatch";

/// Whether the script wants foreign keys off: it says so, or it builds a table anew, which with foreign keys on deletes the rows
/// that refer to it.
pub(super) fn rebuilds(job: &Job<'_>) -> bool {
    job.script
        .statements()
        .any(|statement| statement.turns_foreign_keys_off())
        || rebuilds_a_table(job.script.statements())
}

pub(super) fn are_on(connection: &mut SqliteConnection) -> Result<bool, Halt> {
    let rows = connection
        .rows("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys")
        .map_err(Broken::outside)?;
    Ok(rows.first().is_some_and(|row| row.text(0) == Some("1")))
}

/// Whether they were on, so that there is something to check afterwards.
pub(super) fn turn_foreign_keys_off(
    connection: &mut SqliteConnection,
    nested: bool,
) -> Result<bool, Halt> {
    let on = are_on(connection)?;
    if on && nested {
        let message = "a table is built anew, for which foreign keys must be off, and inside a transaction they cannot be".into();
        return Err(Broken::outside(ServerError {
            message,
            ..ServerError::default()
        })
        .into());
    }
    if on {
        connection
            .execute("PRAGMA foreign_keys = OFF")
            .map_err(Broken::outside)?;
    }
    Ok(on)
}

/// How many rows of which table refer to rows of which other that are not there; a table that is not there counts as one. Not so for
/// adopted up scripts, which ran this way elsewhere: another revision of the same project mends it, or nobody minds. What a down
/// script leads back to held once.
pub(super) fn broken_references(jobs: &[Job<'_>]) -> String {
    let tables = if jobs
        .iter()
        .any(|job| job.revision.linked() || job.direction == Direction::Down)
    {
        "UNION ALL SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' \
         AND NOT EXISTS (SELECT 1 FROM sqlite_master p WHERE p.type = 'table' AND p.name = f.\"table\" COLLATE NOCASE)"
    } else {
        ""
    };
    format!(
        "SELECT CAST(child AS TEXT) AS child, CAST(parent AS TEXT) AS parent, CAST(count(*) AS TEXT) AS broken FROM ( \
         SELECT \"table\" AS child, parent FROM pragma_foreign_key_check {tables}) GROUP BY 1, 2"
    )
}

/// What was broken before the rebuild. `None`: SQLite cannot tell, since a reference leads to columns that are not unique, which may be
/// just what the rebuild mends.
pub(super) fn broken_before(
    connection: &mut SqliteConnection,
    jobs: &[Job<'_>],
) -> Result<Option<Vec<Row>>, Halt> {
    match connection.rows(&broken_references(jobs)) {
        Ok(rows) => Ok(Some(rows)),
        Err(error) if error.message.contains(MISMATCH) => Ok(None),
        Err(error) => Err(Broken::outside(error).into()),
    }
}

/// Refuses what a rebuild broke; what was broken before is not its fault.
pub(super) fn check_references(
    connection: &mut SqliteConnection,
    before: Option<&[Row]>,
    jobs: &[Job<'_>],
) -> Result<(), Halt> {
    let after = match (connection.rows(&broken_references(jobs)), before) {
        (Ok(after), _) => after,
        (Err(error), None) if error.message.contains(MISMATCH) => return Ok(()),
        (Err(error), _) => return Err(Broken::outside(error).into()),
    };
    // Nothing to compare with.
    let Some(before) = before else {
        return Ok(());
    };
    let same = |a: &Row, b: &Row| a.text(0) == b.text(0) && a.text(1) == b.text(1);
    let count = |row: &Row| {
        before
            .iter()
            .find(|old| same(old, row))
            .map_or(0, |old| old.number::<u64>(2))
    };
    let Some(row) = after.iter().find(|row| count(row) < row.number(2)) else {
        return Ok(());
    };
    let (child, parent) = (row.text_or_empty(0), row.text_or_empty(1));
    let message = format!(
        "foreign keys do not hold after the rebuild: {child} refers to what is not there in {parent}"
    );
    let hint = Some(format!(
        "look at the reference of {child} to {parent}: its table, or rows of it, are gone"
    ));
    let error = ServerError {
        message,
        hint,
        ..ServerError::default()
    };
    // The statement that says where the reference leads is the one to look at.
    let refers = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains("references") && text.contains(&parent.to_ascii_lowercase())
    };
    let statement = match jobs {
        [job] => job
            .script
            .statements()
            .position(|statement| refers(statement.text)),
        _ => None,
    };
    Err(Broken {
        job: (jobs.len() == 1).then_some(0),
        statement,
        kept: 0,
        error,
    }
    .into())
}
