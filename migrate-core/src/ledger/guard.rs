//! What must hold of a ledger before a script that was written without a connection may touch its database, as SQL.

use migrate_chain::Revision;

use super::layout::LAYOUT;
use super::write::Ledger;

/// Where a script begins: which revisions the ledger has to have.
#[derive(Clone, Copy)]
pub(crate) struct Guard<'a> {
    revisions: &'a [Revision],
    rule: Rule,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Exactly,
    Within,
    Any,
}

/// One thing that must not be.
pub(crate) struct Check {
    /// An SQL condition that is true where it is.
    pub(crate) found: String,
    /// What is said then.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: &'static str,
    /// Which of the two tables the condition reads.
    #[cfg_attr(not(feature = "mysql"), allow(dead_code))]
    pub(crate) tables: &'static [&'static str],
    /// Whether it is wrong too where these tables are not there.
    #[cfg_attr(not(feature = "mysql"), allow(dead_code))]
    pub(crate) absent: bool,
}

impl<'a> Guard<'a> {
    /// Exactly these revisions, and none half done.
    pub(crate) const fn exactly(revisions: &'a [Revision]) -> Self {
        let rule = Rule::Exactly;
        Self { revisions, rule }
    }

    /// None but these.
    pub(crate) const fn within(revisions: &'a [Revision]) -> Self {
        let rule = Rule::Within;
        Self { revisions, rule }
    }

    /// Whatever it has.
    pub(crate) const fn any() -> Self {
        let (revisions, rule) = (&[], Rule::Any);
        Self { revisions, rule }
    }
}

impl Ledger {
    /// Everything that a script looks at before it begins.
    pub(crate) fn checks(&self, guard: &Guard<'_>) -> Vec<Check> {
        let mut checks = vec![self.layout_check()];
        match guard.rule {
            Rule::Exactly => checks.extend([self.half_done(), self.not_at(guard.revisions)]),
            Rule::Within => checks.push(self.unknown(guard.revisions)),
            Rule::Any => {}
        }
        checks
    }

    fn layout_check(&self) -> Check {
        let number = (self.dialect.number)("revision");
        Check {
            found: format!(
                "EXISTS (SELECT 1 FROM {} WHERE action = 'layout' AND {number} > {LAYOUT})",
                self.log()
            ),
            message: format!(
                "the log table has a newer layout than {LAYOUT}, which is what this script knows"
            ),
            help: "write the script with the version of the tool that wrote the log, or a newer one",
            tables: &[super::LOG],
            absent: false,
        }
    }

    /// An attempt that was broken off, with no later one that ended well, and that nobody finished by hand: as the ledger is read.
    fn half_done(&self) -> Check {
        let (log, versions) = (self.log(), self.versions());
        let exact = self.dialect.exact;
        let same = |a: &str, b: &str| format!("{} = {}", exact(a), exact(b));
        Check {
            found: format!(
                "EXISTS (SELECT 1 FROM {log} l WHERE l.action IN ('upgrade', 'downgrade') \
                 AND (l.outcome = 'running' OR l.outcome <> 'done' AND l.statements_done > 0) \
                 AND NOT EXISTS (SELECT 1 FROM {log} d WHERE d.id > l.id AND {} AND d.outcome = 'done') \
                 AND (SELECT COUNT(*) FROM {versions} v WHERE {}) = CASE l.action WHEN 'upgrade' THEN 0 ELSE 1 END)",
                same("d.revision", "l.revision"),
                same("v.version", "l.revision"),
            ),
            message: "a revision was left half done on this database".to_owned(),
            help: "`migrate current` names it; finish it with `migrate upgrade +1` or `migrate downgrade -1`",
            tables: &[super::VERSIONS, super::LOG],
            absent: false,
        }
    }

    fn not_at(&self, revisions: &[Revision]) -> Check {
        let versions = self.versions();
        let count = revisions.len();
        let at = revisions.last().map_or("base", Revision::directory);
        let others = if revisions.is_empty() {
            String::new()
        } else {
            format!(
                " OR (SELECT COUNT(*) FROM {versions} WHERE {} IN ({})) <> {count}",
                (self.dialect.exact)("version"),
                self.list(revisions)
            )
        };
        Check {
            found: format!("(SELECT COUNT(*) FROM {versions}) <> {count}{others}"),
            message: format!("the database is not at {at}, where this script begins"),
            help: "`migrate current` says where it is; write the script from there",
            tables: &[super::VERSIONS],
            absent: count > 0,
        }
    }

    /// Whether the ledger is no longer where a step begins that was reached before: somebody else moved it.
    #[cfg(feature = "sqlite")]
    pub(crate) fn moved(&self, revisions: &[Revision]) -> String {
        let (versions, log) = (self.versions(), self.log());
        let newest = revisions.last().map_or("", Revision::id);
        format!(
            "(SELECT COUNT(*) FROM {versions}) <> {} OR (SELECT COALESCE(MAX(version), '') FROM {versions}) <> {} \
             OR EXISTS (SELECT 1 FROM {log} WHERE outcome = 'running')",
            revisions.len(),
            (self.dialect.literal)(newest)
        )
    }

    fn unknown(&self, revisions: &[Revision]) -> Check {
        Check {
            found: format!(
                "EXISTS (SELECT 1 FROM {}{})",
                self.versions(),
                self.others(revisions)
            ),
            message: "the database has revisions that were unknown where this script was written"
                .to_owned(),
            help: "an older or newer build applied them; a script written with --purge takes them out of the ledger",
            tables: &[super::VERSIONS],
            absent: false,
        }
    }

    /// The condition for the versions that are none of these revisions.
    pub(super) fn others(&self, revisions: &[Revision]) -> String {
        if revisions.is_empty() {
            return String::new();
        }
        let exact = (self.dialect.exact)("version");
        format!(" WHERE {exact} NOT IN ({})", self.list(revisions))
    }

    fn list(&self, revisions: &[Revision]) -> String {
        let ids: Vec<_> = revisions
            .iter()
            .map(|revision| (self.dialect.literal)(revision.id()))
            .collect();
        ids.join(", ")
    }
}
