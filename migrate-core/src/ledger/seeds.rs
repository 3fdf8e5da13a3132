//! The rows of seeds: in the log alone, since what is applied are revisions.

use std::collections::HashMap;

use migrate_chain::Seed;

use crate::backend::Server;
use crate::error::Error;

use super::write::{Entry, Ledger};

/// What the log's rows of seeds have for an action.
pub(crate) const ACTION: &str = "seed";

impl Ledger {
    /// The row of a seed that ran, or did not to its end; `statements` are done and kept.
    pub(crate) fn seed(
        &self,
        seed: &Seed,
        statements: usize,
        duration_ms: u128,
        error: Option<&str>,
    ) -> String {
        let literal = self.dialect.literal;
        let now = self.dialect.now;
        let script = seed.script();
        let (columns, values) = self.columns(&Entry {
            revision: &literal(seed.name()),
            parent: None,
            action: ACTION,
            outcome: if error.is_some() { "failed" } else { "done" },
            both: (Some(script), None),
            statements: (statements, script.statements().len(), 0),
            times: &format!(
                "{now}, {now}, {duration_ms}, {}",
                error.map_or_else(|| "NULL".to_owned(), literal)
            ),
        });
        format!("INSERT INTO {} ({columns}) VALUES ({values})", self.log())
    }
}

/// The checksum of each seed as it ran last.
pub(crate) fn seeded(
    server: &mut dyn Server,
    ledger: &Ledger,
) -> Result<HashMap<String, String>, Error> {
    let sql = format!(
        "SELECT revision, up_checksum FROM {} WHERE action = '{ACTION}' AND outcome = 'done' ORDER BY id",
        ledger.log()
    );
    let rows = server
        .rows(&sql)
        .map_err(Error::ledger("cannot read the log"))?;
    let pair = |row: &crate::backend::Row| {
        let text = |column| row.text_or_empty(column).to_owned();
        (text(0), text(1))
    };
    Ok(rows.iter().map(pair).collect())
}
