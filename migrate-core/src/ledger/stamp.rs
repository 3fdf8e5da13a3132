//! The rows of a stamp: what is applied is said anew, and the log tells that it was said, not done.

use migrate_chain::{Revision, Script};

use super::write::{Entry, Ledger};

/// The action of a row that says that a revision is no longer recorded as applied; one that is has the action `stamp`.
pub(super) const UNSTAMP: &str = "unstamp";

/// What a stamp says of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It is applied, and was not recorded.
    Add,
    /// It is not applied, and was recorded.
    Remove,
    /// It is recorded already, with other scripts or half done.
    Renew,
}

/// A revision to stamp; one that the chain lacks is an id alone.
pub(crate) struct Stamped<'a> {
    pub(crate) id: &'a str,
    pub(crate) revision: Option<&'a Revision>,
    /// The scripts of both directions.
    pub(crate) both: (Option<&'a Script>, Option<&'a Script>),
    pub(crate) mark: Mark,
}

impl Ledger {
    /// The statements of a stamp. What an attempt left open is ended.
    pub(crate) fn stamp(&self, stamped: &Stamped<'_>) -> Vec<String> {
        let id = (self.dialect.literal)(stamped.id);
        let (columns, values) = self.stamp_row(&id, stamped);
        let log = format!("INSERT INTO {} ({columns}) VALUES ({values})", self.log());
        let versions = self.versions();
        let version = match stamped.mark {
            Mark::Add => Some(format!("INSERT INTO {versions} (version) VALUES ({id})")),
            Mark::Remove => Some(format!("DELETE FROM {versions} WHERE version = {id}")),
            Mark::Renew => None,
        };
        let mut statements = vec![self.bury_all(&[stamped.id]), log];
        statements.extend(version);
        statements
    }

    /// The columns of its row in the log, and their values.
    fn stamp_row(&self, id: &str, stamped: &Stamped<'_>) -> (&'static str, String) {
        let now = self.dialect.now;
        self.columns(&Entry {
            revision: id,
            parent: stamped.revision.and_then(Revision::parent),
            action: match stamped.mark {
                Mark::Remove => UNSTAMP,
                Mark::Add | Mark::Renew => "stamp",
            },
            outcome: "done",
            both: stamped.both,
            statements: (0, 0, 0),
            times: &format!("{now}, {now}, 0, NULL"),
        })
    }
}

/// The same for a script that does not know what it will find: each statement does nothing where there is nothing to do.
impl Ledger {
    /// The statements of a stamp that look for themselves whether they are needed.
    pub(crate) fn stamp_if_needed(&self, stamped: &Stamped<'_>) -> Vec<String> {
        let id = (self.dialect.literal)(stamped.id);
        let (columns, values) = self.stamp_row(&id, stamped);
        let (log, versions, from) = (self.log(), self.versions(), self.dialect.nowhere);
        let recorded = format!(
            "EXISTS (SELECT 1 FROM {versions} WHERE {} = {id})",
            (self.dialect.exact)("version")
        );
        let half = self.half_done_attempt(&id);
        let (needed, version) = match stamped.mark {
            Mark::Remove => (
                format!("{recorded} OR {half}"),
                format!("DELETE FROM {versions} WHERE version = {id}"),
            ),
            Mark::Add | Mark::Renew => (
                format!(
                    "NOT {recorded} OR {half} OR {}",
                    self.another_ran(&id, stamped)
                ),
                format!("INSERT INTO {versions} (version) SELECT {id}{from} WHERE NOT {recorded}"),
            ),
        };
        vec![
            format!("INSERT INTO {log} ({columns}) SELECT {values}{from} WHERE {needed}"),
            self.bury_all(&[stamped.id]),
            version,
        ]
    }

    /// Takes every version out that is none of these revisions', with a row in the log for each.
    pub(crate) fn purge_if_recorded(&self, revisions: &[Revision]) -> Vec<String> {
        let each = Stamped {
            id: "",
            revision: None,
            both: (None, None),
            mark: Mark::Remove,
        };
        let (columns, values) = self.stamp_row("version", &each);
        let (log, versions, others) = (self.log(), self.versions(), self.others(revisions));
        let limit = self.dialect.limit;
        vec![
            format!(
                "INSERT INTO {log} ({columns}) SELECT {values} FROM {versions}{others} ORDER BY version DESC"
            ),
            format!("DELETE FROM {versions}{others}{limit}"),
        ]
    }

    /// The newest attempt that counts, if it did not end.
    fn half_done_attempt(&self, id: &str) -> String {
        let log = self.log();
        let of = |table: &str| {
            format!(
                "{} = {id}",
                (self.dialect.exact)(&format!("{table}.revision"))
            )
        };
        format!(
            "EXISTS (SELECT 1 FROM {log} l WHERE {} AND (l.outcome = 'running' OR l.outcome <> 'done' AND l.statements_done > 0) \
             AND NOT EXISTS (SELECT 1 FROM {log} d WHERE d.id > l.id AND {} AND d.outcome = 'done'))",
            of("l"),
            of("d")
        )
    }

    /// Whether the newest script that is known to have run is another than the one that is there now.
    fn another_ran(&self, id: &str, stamped: &Stamped<'_>) -> String {
        let Some(up) = stamped.both.0 else {
            return "0 = 1".to_owned();
        };
        let log = self.log();
        let checksum = (self.dialect.literal)(&up.checksum().to_string());
        let exact = self.dialect.exact;
        format!(
            "EXISTS (SELECT 1 FROM {log} l WHERE {} = {id} AND l.outcome = 'done' AND l.action IN ('upgrade', 'stamp') \
             AND l.up_checksum <> {checksum} \
             AND NOT EXISTS (SELECT 1 FROM {log} d WHERE d.id > l.id AND {} = {id} AND d.outcome = 'done'))",
            exact("l.revision"),
            exact("d.revision")
        )
    }
}
