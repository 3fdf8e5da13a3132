//! One step of the chain: its id, its parent, its scripts, and what its author allows.

use std::borrow::Cow;
use std::time::Duration;

use crate::{Backend, Direction, Script};

/// One step of the chain: a directory with an up and a down script.
///
/// ```
/// use migrate_chain::Revision;
///
/// let revision = Revision::new("2026-11-22-090000_add_phone").following("20261121101112");
/// assert_eq!(revision.id(), "20261122090000");
/// assert_eq!(revision.slug(), "add_phone");
/// assert_eq!(revision.parent(), Some("20261121101112"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    directory: Cow<'static, str>,
    id: Cow<'static, str>,
    parent: Cow<'static, str>,
    flags: u8,
    lock_timeout_ms: u64,
    irreversible: Cow<'static, str>,
    up: Cow<'static, [Script]>,
    down: Cow<'static, [Script]>,
}

/// Which of a revision's scripts run inside a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transactions {
    /// `run_in_transaction`, for the up script.
    pub up: bool,
    /// `revert_in_transaction`, for the down script; where it is not given, the same as `up`.
    pub down: bool,
}

/// What a revision's metadata.toml says, packed into constants for [`Revision::embedded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    flags: u8,
    lock_timeout_ms: u64,
    irreversible: &'static str,
}

const LINKED: u8 = 1;
const UP_IN_TRANSACTION: u8 = 2;
const DOWN_IN_TRANSACTION: u8 = 4;
const METADATA: u8 = 8;
/// Only while a directory is read: its metadata.toml does not say what it follows, because it is wrong.
const LINK_UNKNOWN: u8 = 16;

impl Options {
    /// `flags` is what [`Revision::flags`] gives; no lock time-out is 0, and a reversible revision has `""` for the reason.
    #[must_use]
    pub const fn new(flags: u8, lock_timeout_ms: u64, irreversible: &'static str) -> Self {
        Self {
            flags,
            lock_timeout_ms,
            irreversible,
        }
    }
}

impl Revision {
    /// A revision that the compiler embedded; all arguments are constants. `names` are the directory, the id and the
    /// parent's id (`""` for the first).
    ///
    /// ```
    /// use migrate_chain::{Options, Revision};
    ///
    /// static FIRST: Revision = Revision::embedded(
    ///     ["2026-11-21_create_members", "20261121", ""],
    ///     Options::new(0b1111, 5_000, ""),
    ///     &[],
    ///     &[],
    /// );
    /// assert!(FIRST.linked() && FIRST.transactions().down);
    /// ```
    #[must_use]
    pub const fn embedded(
        names: [&'static str; 3],
        options: Options,
        up: &'static [Script],
        down: &'static [Script],
    ) -> Self {
        let [directory, id, parent] = names;
        Self {
            directory: Cow::Borrowed(directory),
            id: Cow::Borrowed(id),
            parent: Cow::Borrowed(parent),
            flags: options.flags,
            lock_timeout_ms: options.lock_timeout_ms,
            irreversible: Cow::Borrowed(options.irreversible),
            up: Cow::Borrowed(up),
            down: Cow::Borrowed(down),
        }
    }

    /// A revision of that directory name, not linked, without scripts, both directions in a transaction.
    #[must_use]
    pub fn new(directory: impl Into<String>) -> Self {
        let directory = directory.into();
        Self {
            id: Cow::Owned(id_of(&directory)),
            directory: Cow::Owned(directory),
            parent: Cow::Borrowed(""),
            flags: UP_IN_TRANSACTION | DOWN_IN_TRANSACTION,
            lock_timeout_ms: 0,
            irreversible: Cow::Borrowed(""),
            up: Cow::Borrowed(&[]),
            down: Cow::Borrowed(&[]),
        }
    }

    /// The same, linked: `down_revision` is the parent's id, with or without dashes, or `base`.
    #[must_use]
    pub fn following(mut self, down_revision: &str) -> Self {
        self.flags |= LINKED | METADATA;
        self.set_parent(if down_revision == "base" {
            ""
        } else {
            down_revision
        });
        self
    }

    /// The same with these scripts for one direction, each for backends of its own.
    #[must_use]
    pub fn with_scripts(mut self, direction: Direction, scripts: Vec<Script>) -> Self {
        match direction {
            Direction::Up => self.up = Cow::Owned(scripts),
            Direction::Down => self.down = Cow::Owned(scripts),
        }
        self
    }

    /// The same with these transactions.
    #[must_use]
    pub fn with_transactions(mut self, transactions: Transactions) -> Self {
        self.flags &= !(UP_IN_TRANSACTION | DOWN_IN_TRANSACTION);
        self.flags |= u8::from(transactions.up) * UP_IN_TRANSACTION;
        self.flags |= u8::from(transactions.down) * DOWN_IN_TRANSACTION;
        self
    }

    /// The same with the reason why it cannot be taken back.
    #[must_use]
    pub fn with_irreversible(mut self, reason: impl Into<String>) -> Self {
        self.irreversible = Cow::Owned(reason.into());
        self
    }

    /// The same with a limit on how long each of its statements may wait for a lock.
    #[must_use]
    pub fn with_lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        self
    }

    pub(crate) fn with_metadata(mut self, link_unknown: bool) -> Self {
        self.flags |= METADATA | (u8::from(link_unknown) * LINK_UNKNOWN);
        self
    }

    pub(crate) fn link_unknown(&self) -> bool {
        self.flags & LINK_UNKNOWN != 0
    }

    pub(crate) fn set_parent(&mut self, parent: &str) {
        self.parent = Cow::Owned(without_dashes(parent));
    }

    /// The id: the directory's name up to the first `_`, without dashes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The directory's name.
    #[must_use]
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// The name after the id: what follows the first `_` of the directory's name, or `""`.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.directory.split_once('_').map_or("", |(_, slug)| slug)
    }

    /// The id of the revision before it in the chain; `None` for the first.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        (!self.parent.is_empty()).then_some(&*self.parent)
    }

    /// Whether its metadata.toml says what it follows. A revision that Diesel's tools made does not.
    #[must_use]
    pub fn linked(&self) -> bool {
        self.flags & LINKED != 0
    }

    /// Whether it has a metadata.toml.
    #[must_use]
    pub fn has_metadata(&self) -> bool {
        self.flags & METADATA != 0
    }

    /// The bits that [`Options::new`] takes: 1 linked, 2 up in a transaction, 4 down in a transaction, 8 has a metadata.toml.
    #[must_use]
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// Which of its scripts run inside a transaction.
    #[must_use]
    pub fn transactions(&self) -> Transactions {
        Transactions {
            up: self.flags & UP_IN_TRANSACTION != 0,
            down: self.flags & DOWN_IN_TRANSACTION != 0,
        }
    }

    /// Whether the script of that direction runs inside a transaction.
    #[must_use]
    pub fn transactional(&self, direction: Direction) -> bool {
        match direction {
            Direction::Up => self.transactions().up,
            Direction::Down => self.transactions().down,
        }
    }

    /// How long each of its statements may wait for a lock, where its author says so.
    #[must_use]
    pub fn lock_timeout(&self) -> Option<Duration> {
        (self.lock_timeout_ms != 0).then(|| Duration::from_millis(self.lock_timeout_ms))
    }

    /// The up script for this backend, if one is written.
    #[must_use]
    pub fn up(&self, backend: Backend) -> Option<&Script> {
        self.up
            .iter()
            .find(|script| script.backends().contains(backend))
    }

    /// The down script for this backend, if one is written.
    #[must_use]
    pub fn down(&self, backend: Backend) -> Option<&Script> {
        self.down
            .iter()
            .find(|script| script.backends().contains(backend))
    }

    /// The script of that direction for this backend, if one is written.
    #[must_use]
    pub fn script(&self, direction: Direction, backend: Backend) -> Option<&Script> {
        match direction {
            Direction::Up => self.up(backend),
            Direction::Down => self.down(backend),
        }
    }

    /// All its up scripts, each with the backends that it is for.
    #[must_use]
    pub fn ups(&self) -> &[Script] {
        &self.up
    }

    /// All its down scripts, each with the backends that it is for.
    #[must_use]
    pub fn downs(&self) -> &[Script] {
        &self.down
    }

    /// Why it cannot be taken back, if its author wrote that down.
    #[must_use]
    pub fn irreversible(&self) -> Option<&str> {
        (!self.irreversible.is_empty()).then_some(&*self.irreversible)
    }
}

/// The id that a directory's name gives: the text up to the first `_`, without dashes, as Diesel reads it.
pub(crate) fn id_of(directory: &str) -> String {
    without_dashes(directory.split('_').next().unwrap_or_default())
}

fn without_dashes(id: &str) -> String {
    let mut kept = String::with_capacity(id.len());
    id.split('-').for_each(|part| kept.push_str(part));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_diesel_reads_versions() {
        for (directory, id, slug) in [
            (
                "2026-11-21-101112_create_members",
                "20261121101112",
                "create_members",
            ),
            ("2026-11-21-101112-0000_x", "202611211011120000", "x"),
            (
                "00000000000000_diesel_initial_setup",
                "00000000000000",
                "diesel_initial_setup",
            ),
            ("2018-07-16-225405", "20180716225405", ""),
            ("no-underscore-at-all", "nounderscoreatall", ""),
            ("e", "e", ""),
            ("_x", "", "x"),
        ] {
            let revision = Revision::new(directory);
            assert_eq!((revision.id(), revision.slug()), (id, slug), "{directory}");
        }
    }

    #[test]
    fn flags_come_back_as_they_went_in() {
        let transactions = Transactions {
            up: false,
            down: true,
        };
        let revision = Revision::new("a")
            .following("base")
            .with_transactions(transactions);
        assert_eq!(revision.flags(), 0b1101);
        assert_eq!(revision.transactions(), transactions);
        assert_eq!(revision.parent(), None);
        assert!(!revision.transactional(Direction::Up) && revision.transactional(Direction::Down));
    }
}
