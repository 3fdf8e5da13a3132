//! A migrations directory whose links may be broken, read to be put in order.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use super::flatten::{self, Rank};
use super::nodes::Nodes;
use super::place::{Item, Placed, place};
use super::{Pin, RelinkError};
use crate::check::graph::Graph;
use crate::check::scripts::described;
use crate::{Backends, Chain, Lock, Problem, Problems, Project, Revision, Settings, TargetError};

/// A migrations directory that need not be one line.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What each directory's name and metadata.toml say, in version order; several may have one id.
    revisions: Vec<Revision>,
    lock: Lock,
    mendable: Vec<Problem>,
    others: Vec<Problem>,
}

/// What the user, git and a database say of the order.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Ids that a database has.
    pub applied: HashSet<String>,
    /// Directories that the branch has which is merged into: theirs come first, unless something else decides.
    pub front: BTreeSet<String>,
    /// The directory whose branch must stay.
    pub onto: Option<String>,
    /// The directory whose branch must move.
    pub moved: Option<String>,
}

impl Draft {
    /// Reads a migrations directory as it is. The marks of a conflict in its lock count as both sides of it.
    ///
    /// # Errors
    /// The directory cannot be read at all.
    pub fn read(directory: &Path, settings: Settings, enabled: Backends) -> Result<Self, Problems> {
        let (project, problems) = Project::survey(directory, settings, enabled)?;
        let mut revisions: Vec<_> = project.folders().iter().map(described).collect();
        revisions.sort_by(|one, other| {
            (one.id(), one.directory()).cmp(&(other.id(), other.directory()))
        });
        let lock = match project.lock {
            Some(lock) => Some(lock),
            None => Lock::merged(directory)?,
        };
        let (mendable, others) = problems
            .into_iter()
            .filter(|problem| !problem.is_unfinished())
            .partition(mends);
        Ok(Self {
            revisions,
            lock: lock.unwrap_or_default(),
            mendable,
            others,
        })
    }

    /// What an order mends: forks, links that are missing or go backwards, one id twice, a conflict in the lock.
    #[must_use]
    pub fn mendable(&self) -> &[Problem] {
        &self.mendable
    }

    /// What no order mends.
    #[must_use]
    pub fn others(&self) -> &[Problem] {
        &self.others
    }

    /// How many revisions have no link.
    #[must_use]
    pub fn unlinked(&self) -> usize {
        let unlinked = self.revisions.iter().filter(|revision| !revision.linked());
        unlinked.count()
    }

    /// Whether an order is all that is missing.
    ///
    /// # Errors
    /// What no order mends.
    pub fn check(&self) -> Result<(), Problems> {
        Problems::none_or(self.others.clone())
    }

    /// Whether nothing is wrong but what is accepted.
    ///
    /// # Errors
    /// The rest.
    pub fn accept(&self, accepted: impl Fn(&Problem) -> bool) -> Result<(), Problems> {
        let all = self.mendable.iter().chain(&self.others);
        Problems::none_or(all.filter(|problem| !accepted(problem)).cloned().collect())
    }

    /// What the lock says, or both sides of it.
    #[must_use]
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// The directories, in version order.
    pub fn directories(&self) -> impl Iterator<Item = &str> {
        self.revisions.iter().map(Revision::directory)
    }

    /// The directory that a user names by id, name, or the unique beginning of one.
    ///
    /// # Errors
    /// [`TargetError`] when it names nothing, or several.
    pub fn find(&self, name: &str) -> Result<&str, TargetError> {
        let chain = Chain::in_order(self.revisions.clone());
        let index = crate::target::find_one(&chain, name)?;
        Ok(self.revisions[index].directory())
    }

    /// Puts all revisions in one line. A branch that has an applied or sealed revision comes before its siblings, then those
    /// that `wishes` puts in front, then the rest in version order, then those that move.
    ///
    /// # Errors
    /// [`RelinkError`] where what must stay would have to move, or what must move stays.
    pub fn straighten(&self, wishes: &Wishes) -> Result<Vec<Placed>, RelinkError> {
        let nodes = Nodes::of(&self.revisions, &wishes.front)?;
        let name = |index: usize| nodes.directories[index].clone();
        let pins: Vec<_> = nodes
            .directories
            .iter()
            .map(|directory| self.pin(directory, &wishes.applied))
            .collect();
        let ranks: Vec<_> = nodes
            .directories
            .iter()
            .map(|directory| wishes.rank(directory))
            .collect();
        let graph = Graph::of(&nodes.revisions);
        let line = flatten::line(&graph, &pins, &ranks, name)?;
        let items = line.into_iter().map(|index| Item {
            ambiguous: nodes.second[index],
            ..Item::of(&nodes.revisions[index], &name(index), pins[index].clone())
        });
        let placed = place(items.collect())?;
        wishes.hold(&placed).map(|()| placed)
    }

    fn pin(&self, directory: &str, applied: &HashSet<String>) -> Option<Pin> {
        let id = crate::revision::id_of(directory);
        let tag = self.lock.get(&id).and_then(crate::Locked::tag);
        tag.map(|tag| Pin::Sealed(tag.to_owned()))
            .or_else(|| applied.contains(&id).then_some(Pin::Applied))
    }
}

impl Wishes {
    fn rank(&self, directory: &str) -> Rank {
        let named = |name: &Option<String>| name.as_deref() == Some(directory);
        if named(&self.moved) {
            Rank::Back
        } else if named(&self.onto) {
            Rank::Onto
        } else if self.front.contains(directory) {
            Rank::Front
        } else {
            Rank::Any
        }
    }

    /// Whether what the user named stays, or moves, as it was to.
    fn hold(&self, placed: &[Placed]) -> Result<(), RelinkError> {
        let changed = |name: &str| {
            let named = |placed: &&Placed| placed.was.as_deref() == Some(name);
            placed.iter().find(named).is_some_and(Placed::changed)
        };
        // Of a branch its first revision moves, and the others with it.
        let any = placed.iter().any(Placed::changed);
        match (&self.onto, &self.moved) {
            (Some(name), _) if changed(name) => Err(RelinkError::Moves {
                revision: name.clone(),
            }),
            (_, Some(name)) if any && !self.moves(placed, name) => Err(RelinkError::Stays {
                revision: name.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Whether that revision, or one that it follows on its branch, changes its place.
    fn moves(&self, placed: &[Placed], name: &str) -> bool {
        let through = placed
            .iter()
            .position(|placed| placed.was.as_deref() == Some(name))
            .unwrap_or(0);
        placed[..=through.min(placed.len().saturating_sub(1))]
            .iter()
            .any(Placed::changed)
    }
}

/// Whether putting the revisions in order mends it.
fn mends(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Fork { .. }
            | Problem::SeveralBases { .. }
            | Problem::Backwards { .. }
            | Problem::Unlinked { .. }
            | Problem::DuplicateId { .. }
            | Problem::LockConflict { .. }
    )
}
