//! One line again: which revision follows which after a merge, an insertion or an adoption, and under what name.
//!
//! Everything here is decided from values; whoever writes the files writes what a [`Placed`] says.

mod draft;
mod edit;
mod flatten;
mod nodes;
mod place;

pub use draft::{Draft, Wishes};
pub use edit::{with_irreversible, with_link, with_lock_timeout, with_reason, with_transactions};
pub use place::{Insertion, Placed, insert};

/// Why a revision stays where it is, under the name that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pin {
    /// A database has it.
    Applied,
    /// A release tag seals it.
    Sealed(String),
}

impl std::fmt::Display for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Applied => f.write_str("applied in the database"),
            Self::Sealed(tag) => write!(f, "sealed by {tag}"),
        }
    }
}

/// Why revisions cannot be put in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelinkError {
    /// Both sides of a fork must stay where they are.
    #[error("{one} is {why} and {other} is {other_why}: neither can go behind the other")]
    BothPinned {
        /// The first side's revision that must stay.
        one: String,
        /// Why.
        why: Pin,
        /// The other side's.
        other: String,
        /// Why.
        other_why: Pin,
    },
    /// The side that was asked to move must stay.
    #[error("{revision} is {why}: it cannot go behind {other}")]
    Pinned {
        /// The revision that must stay.
        revision: String,
        /// Why.
        why: Pin,
        /// What it would follow: the id, or `base`.
        other: String,
    },
    /// A revision would need another id, and must keep the one it has.
    #[error("{revision} is {why}, and would need a later id than {before}")]
    PinnedId {
        /// The revision.
        revision: String,
        /// Why it must keep its name.
        why: Pin,
        /// The id that it comes after.
        before: String,
    },
    /// Two revisions have the id that a third one names, and nothing tells which is meant.
    #[error("{revision} follows `{parent}`, and two revisions have that id")]
    Ambiguous {
        /// The one that names it.
        revision: String,
        /// The id.
        parent: String,
    },
    /// The side that was to stay has to move.
    #[error("{revision} cannot stay where it is: a revision beside it is applied or sealed")]
    Moves {
        /// A revision of that side.
        revision: String,
    },
    /// The side that was to move stays.
    #[error("{revision} does not move: its side is applied or sealed, or nothing stands beside it")]
    Stays {
        /// A revision of that side.
        revision: String,
    },
    /// What follows the place of an insertion has no link of its own.
    #[error("{next} follows there, and it is in version order without a link, as Diesel made it")]
    BeforeUnlinked {
        /// The revision that follows there.
        next: String,
    },
}

impl RelinkError {
    /// What to do.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::BothPinned {
                why: Pin::Applied,
                other_why: Pin::Applied,
                ..
            } => "take one side back first, from a checkout of its branch: `migrate downgrade`; then rebase again".to_owned(),
            Self::BothPinned { .. } => {
                "what is sealed never moves; take the other side back first, from a checkout of its branch: `migrate downgrade`".to_owned()
            }
            Self::Pinned { why: Pin::Applied, .. } | Self::PinnedId { why: Pin::Applied, .. } => {
                "take it back first: `migrate downgrade`, from a checkout whose chain is valid".to_owned()
            }
            Self::Pinned { .. } | Self::PinnedId { .. } => {
                "what a release has stays as it is: put the new revision behind it".to_owned()
            }
            Self::Ambiguous { .. } => {
                "rename one of the two so that its id differs, and let what follows it name that".to_owned()
            }
            Self::Moves { .. } | Self::Stays { .. } => {
                "without --onto and --move, what is applied or sealed stays and the rest moves".to_owned()
            }
            Self::BeforeUnlinked { .. } => {
                "a new revision goes behind the last of them, or behind a linked one".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests;
