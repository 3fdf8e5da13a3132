//! The links of some revisions as a graph: who follows whom, circles, and where each branch ends.

use crate::Revision;

/// What one revision follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    /// Nothing: it is the first.
    Base,
    /// The revision at that index.
    Of(usize),
    /// Itself.
    Itself,
    /// An id that no revision has.
    Missing,
    /// It says nothing, where it should.
    Unlinked,
    /// Its metadata.toml is wrong, which is reported already.
    Unknown,
}

/// Revisions in version order, and what each follows.
pub(crate) struct Graph<'r> {
    pub(crate) revisions: &'r [Revision],
    pub(crate) parents: Vec<Parent>,
    pub(crate) children: Vec<Vec<usize>>,
    pub(crate) bases: Vec<usize>,
}

impl<'r> Graph<'r> {
    /// Follows the links of revisions in version order with unique ids. Those without a link at the beginning follow each
    /// other; `Unlinked` are those that come after a linked one, or between a start and what continues it.
    pub(crate) fn of(revisions: &'r [Revision]) -> Self {
        let mut parents: Vec<_> = revisions
            .iter()
            .map(|revision| named(revisions, revision))
            .collect();
        let first_linked = revisions
            .iter()
            .position(Revision::linked)
            .unwrap_or(revisions.len());
        let mut start: Vec<_> = (0..first_linked)
            .filter(|&index| parents[index] == Parent::Unlinked)
            .collect();
        let continued = parents.iter().filter_map(|parent| match parent {
            Parent::Of(index) => start.iter().position(|other| other == index),
            _ => None,
        });
        if let Some(last) = continued.max() {
            start.truncate(last + 1);
        }
        for (place, &index) in start.iter().enumerate() {
            parents[index] = place
                .checked_sub(1)
                .map_or(Parent::Base, |before| Parent::Of(start[before]));
        }
        let mut children = vec![Vec::new(); revisions.len()];
        let mut bases = Vec::new();
        for (index, parent) in parents.iter().enumerate() {
            match parent {
                Parent::Base => bases.push(index),
                Parent::Of(parent) => children[*parent].push(index),
                _ => {}
            }
        }
        Self {
            revisions,
            parents,
            children,
            bases,
        }
    }

    /// The circles, each from its first member in version order, then what that follows, and so on.
    pub(crate) fn cycles(&self) -> Vec<Vec<usize>> {
        // 0: not seen; otherwise the walk that saw it first, so that a walk knows its own steps.
        let mut seen = vec![0; self.revisions.len()];
        let mut cycles = Vec::new();
        for start in 0..self.revisions.len() {
            let mut at = start;
            while seen[at] == 0 {
                seen[at] = start + 1;
                match self.parents[at] {
                    Parent::Of(parent) if seen[parent] == start + 1 => {
                        cycles.push(self.circle(parent));
                        break;
                    }
                    Parent::Of(parent) => at = parent,
                    _ => break,
                }
            }
        }
        cycles.sort();
        cycles
    }

    fn circle(&self, member: usize) -> Vec<usize> {
        let mut members = vec![member];
        let mut at = member;
        while let Parent::Of(parent) = self.parents[at] {
            if parent == member {
                break;
            }
            members.push(parent);
            at = parent;
        }
        let first = members
            .iter()
            .enumerate()
            .min_by_key(|&(_, index)| *index)
            .map_or(0, |(place, _)| place);
        members.rotate_left(first);
        members
    }

    /// Where the branch ends that begins with that revision; of several children the last counts.
    pub(crate) fn tip(&self, from: usize) -> usize {
        let mut at = from;
        for _ in 0..self.revisions.len() {
            match self.children[at].last() {
                Some(&child) => at = child,
                None => break,
            }
        }
        at
    }
}

fn named(revisions: &[Revision], revision: &Revision) -> Parent {
    if revision.link_unknown() {
        return Parent::Unknown;
    }
    if !revision.linked() {
        return Parent::Unlinked;
    }
    match revision.parent() {
        None => Parent::Base,
        Some(parent) if parent == revision.id() => Parent::Itself,
        Some(parent) => revisions
            .binary_search_by(|other| other.id().cmp(parent))
            .map_or(Parent::Missing, Parent::Of),
    }
}
