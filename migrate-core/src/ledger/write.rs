//! The SQL of the ledger's rows. Names are qualified, because a script may have changed the search path or the database.

use migrate_chain::{Direction, Script};

use crate::backend::Job;

use super::layout::Dialect;
use super::{LOG, VERSIONS};

/// Scripts longer than this are not kept in the log: a dump of tables in a script must not double every backup. Their checksum is.
const KEPT: usize = 1 << 20;

const NULL: &str = "NULL";

/// Where the ledger is, how its rows are written, and by whom.
pub(crate) struct Ledger {
    /// The schema or database with its dot, quoted; empty where names need none.
    pub(crate) prefix: String,
    pub(crate) dialect: &'static Dialect,
    /// Who runs the steps.
    pub(crate) who: Who,
    /// Name and version of what runs it.
    pub(crate) tool: String,
    /// Name and version of the app, where the chain is embedded in one.
    pub(crate) app: String,
}

/// Who runs the steps, each as an SQL expression.
pub(crate) struct Who {
    /// The database's user, as the server knows it.
    pub(crate) db_user: String,
    pub(crate) os_user: String,
    pub(crate) host: String,
}

impl Who {
    /// This process, on a connection of that user.
    pub(crate) fn here(dialect: &Dialect, db_user: &str) -> Self {
        let literal = dialect.literal;
        Self {
            db_user: literal(db_user),
            os_user: os_user().map_or_else(|| NULL.to_owned(), |user| literal(&user)),
            host: literal(&gethostname::gethostname().to_string_lossy()),
        }
    }
}

/// What a row of the log says of an attempt.
pub(super) struct Entry<'a> {
    /// The id, as SQL.
    pub(super) revision: &'a str,
    pub(super) parent: Option<&'a str>,
    pub(super) action: &'a str,
    pub(super) outcome: &'a str,
    /// The scripts of both directions.
    pub(super) both: (Option<&'a Script>, Option<&'a Script>),
    /// How many statements are done, of how many, and which is running.
    pub(super) statements: (usize, usize, usize),
    /// When it began and ended, its milliseconds and its error, as SQL.
    pub(super) times: &'a str,
}

/// How a row says when its step began and how long it took.
pub(crate) struct Moment<'a> {
    /// An SQL expression.
    pub(crate) started: &'a str,
    /// An SQL expression, in milliseconds.
    pub(crate) duration_ms: &'a str,
}

impl Ledger {
    pub(crate) fn versions(&self) -> String {
        format!("{}{}", self.prefix, (self.dialect.identifier)(VERSIONS))
    }

    pub(crate) fn log(&self) -> String {
        format!("{}{}", self.prefix, (self.dialect.identifier)(LOG))
    }

    /// The row that names the layout of the log, where there is none yet.
    pub(crate) fn layout_row(&self, layout: u32) -> String {
        let (log, now, nowhere) = (self.log(), self.dialect.now, self.dialect.nowhere);
        format!(
            "INSERT INTO {log} (revision, action, outcome, started) SELECT '{layout}', 'layout', 'done', {now}{nowhere} \
             WHERE NOT EXISTS (SELECT 1 FROM {log} WHERE action = 'layout')"
        )
    }

    /// Marks the revision as applied, or no longer applied.
    pub(crate) fn mark(&self, job: &Job<'_>) -> String {
        let id = (self.dialect.literal)(job.revision.id());
        match job.direction {
            Direction::Up => format!("INSERT INTO {} (version) VALUES ({id})", self.versions()),
            Direction::Down => format!("DELETE FROM {} WHERE version = {id}", self.versions()),
        }
    }

    /// The row of a step that is done.
    pub(crate) fn done(&self, job: &Job<'_>, moment: &Moment<'_>) -> String {
        let total = job.script.parts();
        self.row(
            job,
            "done",
            (total, 0),
            &format!(
                "{}, {}, {}, NULL",
                moment.started, self.dialect.now, moment.duration_ms
            ),
        )
    }

    /// Ends the rows that were left open, by a process that died or one that had to let another write, so that one row at most is open for a revision.
    pub(crate) fn bury(&self, jobs: &[Job<'_>]) -> String {
        let ids: Vec<_> = jobs.iter().map(|job| job.revision.id()).collect();
        self.bury_all(&ids)
    }

    pub(super) fn bury_all(&self, ids: &[&str]) -> String {
        let ids: Vec<_> = ids.iter().map(|id| (self.dialect.literal)(id)).collect();
        format!(
            "UPDATE {} SET outcome = 'failed', error = 'broken off before its end' WHERE revision IN ({}) AND outcome = 'running'{}",
            self.log(),
            ids.join(", "),
            self.dialect.limit
        )
    }

    /// The row of a step that begins and is recorded statement by statement; `running` is the statement that comes first,
    /// where its effect could outlive its process.
    pub(crate) fn open(&self, job: &Job<'_>, running: usize) -> String {
        let row = self.row(
            job,
            "running",
            (job.done, running),
            &format!("{}, NULL, NULL, NULL", self.dialect.now),
        );
        format!("{row}{}", self.dialect.opened)
    }

    /// The row of a step that failed and was rolled back.
    pub(crate) fn failed(&self, job: &Job<'_>, error: &str) -> String {
        let error = (self.dialect.literal)(error);
        self.row(
            job,
            "failed",
            (0, 0),
            &format!("{0}, {0}, 0, {error}", self.dialect.now),
        )
    }

    /// So many statements are done; `running` begins.
    pub(crate) fn progress(&self, job: &Job<'_>, done: usize, running: usize) -> String {
        self.update(
            job,
            &format!("statements_done = {done}, statement_running = {running}"),
        )
    }

    /// The step that was opened is done.
    pub(crate) fn close(&self, job: &Job<'_>, duration_ms: &str) -> String {
        let total = job.script.parts();
        self.update(
            job,
            &format!(
                "duration_ms = {duration_ms}, outcome = 'done', statements_done = {total}, statement_running = 0, finished = {}",
                self.dialect.now
            ),
        )
    }

    /// The step that was opened failed; what it did stays.
    pub(crate) fn give_up(&self, job: &Job<'_>, done: usize, error: &str) -> String {
        let error = (self.dialect.literal)(error);
        self.update(
            job,
            &format!(
                "outcome = 'failed', statements_done = {done}, statement_running = 0, finished = {}, error = {error}",
                self.dialect.now
            ),
        )
    }

    fn update(&self, job: &Job<'_>, set: &str) -> String {
        let place = self.dialect.open_row.map_or_else(
            || {
                let id = (self.dialect.literal)(job.revision.id());
                format!("revision = {id} AND outcome = 'running'")
            },
            str::to_owned,
        );
        let limit = self.dialect.limit;
        format!("UPDATE {} SET {set} WHERE {place}{limit}", self.log())
    }

    /// `times` is started, finished, duration_ms and error, as SQL.
    fn row(
        &self,
        job: &Job<'_>,
        outcome: &str,
        (done, running): (usize, usize),
        times: &str,
    ) -> String {
        let (columns, values) = self.columns(&Entry {
            revision: &(self.dialect.literal)(job.revision.id()),
            parent: job.revision.parent(),
            action: match job.direction {
                Direction::Up => "upgrade",
                Direction::Down => "downgrade",
            },
            outcome,
            both: job.both,
            statements: (done, job.script.parts(), running),
            times,
        });
        format!("INSERT INTO {} ({columns}) VALUES ({values})", self.log())
    }

    /// The columns of a row of the log and their values, as SQL.
    pub(super) fn columns(&self, entry: &Entry<'_>) -> (&'static str, String) {
        let literal = self.dialect.literal;
        let optional = |text: Option<&str>| text.map_or_else(|| NULL.to_owned(), literal);
        let (up, down) = entry.both;
        let (done, total, running) = entry.statements;
        let checksum = |script: Option<&Script>| {
            optional(
                script
                    .map(|script| script.checksum().to_string())
                    .as_deref(),
            )
        };
        // A step of code, in whole or in part, cannot be taken back by what is written down.
        let text = |script: Option<&Script>| {
            let sql = script.filter(|script| script.code().is_none());
            optional(sql.map(Script::text).filter(|text| text.len() <= KEPT))
        };
        let values = [
            entry.revision.to_owned(),
            optional(entry.parent),
            format!("'{}'", entry.action),
            format!("'{}'", entry.outcome),
            checksum(up),
            checksum(down),
            done.to_string(),
            total.to_string(),
            running.to_string(),
            entry.times.to_owned(),
            self.who.db_user.clone(),
            self.who.os_user.clone(),
            self.who.host.clone(),
            literal(&self.tool),
            optional(Some(self.app.as_str()).filter(|app| !app.is_empty())),
            text(up),
            text(down),
        ];
        let columns = "revision, parent, action, outcome, up_checksum, down_checksum, statements_done, statements_total, \
                       statement_running, started, finished, duration_ms, error, db_user, os_user, host, tool, app, \
                       up_script, down_script";
        (columns, values.join(", "))
    }
}

fn os_user() -> Option<String> {
    std::env::var("USER")
        .or_else(|_| std::env::var("USERNAME"))
        .ok()
        .filter(|user| !user.is_empty())
}
