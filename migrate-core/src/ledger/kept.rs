//! What the log kept of revisions that were applied: where they belong, and their scripts.

use crate::backend::{Row, Server};
use crate::error::Error;

use super::LOG;

/// What the name of a script begins with that is in no file.
pub(crate) const FILES: &str = "ledger:";

/// A revision as it was applied.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) revision: String,
    /// `None` is base.
    pub(crate) parent: Option<String>,
    /// There is none where it had no down script.
    pub(crate) down_checksum: Option<String>,
    /// `None`: there was none, or it was too long.
    pub(crate) up: Option<String>,
    pub(crate) down: Option<String>,
}

/// What the log has of these revisions, the newest row of each.
pub(crate) fn kept(server: &mut dyn Server, ids: &[String]) -> Result<Vec<Kept>, Error> {
    let failed = Error::ledger("cannot read the log");
    let place = server.place();
    let tables = server.ledger_tables(place).map_err(failed)?;
    if !tables.iter().any(|(table, _)| table == LOG) {
        return Ok(Vec::new());
    }
    // A quote in an id is doubled everywhere; a backslash, which MySQL would read as an escape, makes it no match, and no harm.
    let ids: Vec<_> = ids
        .iter()
        .map(|id| format!("'{}'", id.replace('\'', "''")))
        .collect();
    let sql = format!(
        "SELECT revision, parent, down_checksum, up_script, down_script FROM {place}{LOG} \
         WHERE outcome = 'done' AND action IN ('upgrade', 'stamp') AND revision IN ({}) ORDER BY id DESC",
        ids.join(", ")
    );
    let rows = server.rows(&sql).map_err(failed)?;
    Ok(rows.iter().map(Kept::read).collect())
}

impl Kept {
    fn read(row: &Row) -> Self {
        let text = |column| row.text(column).map(str::to_owned);
        Self {
            revision: row.text_or_empty(0).to_owned(),
            parent: text(1),
            down_checksum: text(2),
            up: text(3),
            down: text(4),
        }
    }
}
