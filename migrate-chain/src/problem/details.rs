//! What some problems say beside their names: where to go, what changed, why not.

use crate::Checksum;

/// What became of something sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The checksum in the lock; of a script that is new, none.
    pub old: Option<Checksum>,
    /// The checksum now; of a script that is gone, none.
    pub new: Option<Checksum>,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.old, self.new) {
            (Some(old), Some(new)) => write!(f, "changed: its checksum was {old} and is {new}"),
            (Some(old), None) => write!(f, "is gone: its checksum was {old}"),
            (None, Some(new)) => write!(f, "is new: its checksum is {new}"),
            (None, None) => f.write_str("changed"),
        }
    }
}

/// Where a revision must go so that the chain is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relink {
    /// The revision to move, by its directory.
    pub revision: String,
    /// Its new down_revision.
    pub down_revision: String,
    /// The directory's new name, where its id must become later than that of what it follows.
    pub rename: Option<String>,
}

/// An adopted revision that cannot be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptedDown {
    /// Its directory.
    pub revision: String,
    /// Its id.
    pub id: String,
    /// Why, such as `no down script`.
    pub why: String,
}
