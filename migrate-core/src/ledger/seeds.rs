//! The rows of seeds: in the log alone, since what is applied are revisions.

use std::collections::HashMap;

use migrate_chain::Seed;

use crate::backend::Server;
use crate::error::Error;

use super::Ledger;

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
        let optional = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), literal);
        let outcome = if error.is_some() { "failed" } else { "done" };
        let now = self.dialect.now;
        let words = [
            literal(seed.name()),
            literal(ACTION),
            literal(outcome),
            literal(&seed.script().checksum().to_string()),
            statements.to_string(),
            seed.script().statements().len().to_string(),
            "0".to_owned(),
            now.to_owned(),
            now.to_owned(),
            duration_ms.to_string(),
            optional(error),
            self.who.db_user.clone(),
            self.who.os_user.clone(),
            self.who.host.clone(),
            literal(&self.tool),
            optional(Some(self.app.as_str()).filter(|app| !app.is_empty())),
        ];
        format!(
            "INSERT INTO {} (revision, action, outcome, up_checksum, statements_done, statements_total, statement_running, \
             started, finished, duration_ms, error, db_user, os_user, host, tool, app) VALUES ({})",
            self.log(),
            words.join(", ")
        )
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
