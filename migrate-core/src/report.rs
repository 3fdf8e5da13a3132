//! What a run did and where a database stands, as values.

use std::fmt;
use std::time::Duration;

use migrate_chain::Direction;

use crate::ledger::Partial;

/// What a run did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which way it went, in the end.
    pub direction: Direction,
    /// The steps that ran, in order. Empty: there was nothing to do.
    pub steps: Vec<StepReport>,
    /// The id of the newest applied revision afterwards; `None` is base.
    pub current: Option<String>,
}

/// One step of a [`Report`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepReport {
    /// The revision's id.
    pub revision: String,
    /// The revision's directory name.
    pub directory: String,
    /// Whether its up or its down script ran.
    pub direction: Direction,
    /// How long it took; `None` where it ran in one message with others.
    pub duration: Option<Duration>,
    /// How many statements it had.
    pub statements: usize,
}

/// What stamping did to the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StampReport {
    /// The revisions that were touched, in order. Empty: the ledger said it all before.
    pub steps: Vec<StampStep>,
    /// The id of the newest revision that is recorded afterwards; `None` is base.
    pub current: Option<String>,
}

/// One revision of a [`StampReport`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StampStep {
    /// The revision's id.
    pub revision: String,
    /// The revision's directory name; `None` where the chain lacks it.
    pub directory: Option<String>,
    /// What became of its record.
    pub change: StampChange,
}

/// What stamping did to the record of one revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampChange {
    /// It is recorded as applied, and was not.
    Added,
    /// It is no longer recorded as applied, or as half done.
    Removed,
    /// It was recorded as applied with other scripts or half done, and is now with the scripts as they are.
    Renewed,
}

impl StampChange {
    /// `added`, `removed` or `renewed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renewed => "renewed",
        }
    }
}

/// Where a database stands against a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The id of the newest applied revision of the chain; `None` is base.
    pub current: Option<String>,
    /// The id of the chain's head; `None` is a chain without revisions.
    pub head: Option<String>,
    /// The ids that the database says are applied, in chain order, unknown ones last.
    pub applied: Vec<String>,
    /// The ids after current, in chain order.
    pub pending: Vec<String>,
    /// Applied ids that the chain lacks: the database is ahead of this build, or diverged.
    pub unknown: Vec<String>,
    /// Ids that are not applied although a later one is.
    pub missing: Vec<String>,
    /// Applied ids whose up script is not the one that ran.
    pub changed: Vec<String>,
    /// A step that was left half done, where there was no transaction to roll back.
    pub partial: Option<Partial>,
}

impl Status {
    /// Whether the database is exactly at the head of the chain: nothing pending, unknown, missing or half done.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.pending.is_empty()
            && self.unknown.is_empty()
            && self.missing.is_empty()
            && self.partial.is_none()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.current.as_deref().unwrap_or("base"))?;
        if self.is_current() && self.head.is_some() {
            f.write_str(" (head)")?;
        }
        if let Some(partial) = &self.partial {
            write!(f, ", {partial}")?;
        }
        Ok(())
    }
}
