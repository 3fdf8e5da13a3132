//! A tree of revisions as one line: branch behind branch.

use super::{Pin, RelinkError};
use crate::check::graph::{Graph, Parent};

/// Where a branch wants to be among its siblings; the smallest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It has a revision that must stay.
    Pinned,
    /// The user says that it stays.
    Onto,
    /// The branch that is merged into has it.
    Front,
    Any,
    /// The user says that it moves.
    Back,
}

/// All revisions in one line, as indexes. `pins` and `wishes` say of each revision what holds for its branch.
pub(super) fn line(
    graph: &Graph<'_>,
    pins: &[Option<Pin>],
    wishes: &[Rank],
    name: impl Fn(usize) -> String,
) -> Result<Vec<usize>, RelinkError> {
    let (mut roots, mut children) = (graph.bases.clone(), graph.children.clone());
    let (staying, moving): (Vec<_>, Vec<_>) = (0..graph.revisions.len())
        .filter(|&index| graph.parents[index] == Parent::Unlinked)
        .partition(|&index| pins[index].is_some());
    graft(staying, pins, &mut roots, &mut children);
    let branches = Branches::of(&roots, &children, pins, wishes);
    let sort = |siblings: &mut Vec<usize>| {
        siblings.sort_by_key(|&index| (branches.rank[index], index));
        match siblings[..] {
            [one, other, ..] => branches.clash(one, other, pins, &name),
            _ => Ok(()),
        }
    };
    sort(&mut roots)?;
    children.iter_mut().try_for_each(sort)?;
    let mut line = walk(&roots, &children);
    line.extend(moving);
    Ok(line)
}

/// Puts what has no link, should have one, and must stay, behind the last revision that must stay.
fn graft(
    staying: Vec<usize>,
    pins: &[Option<Pin>],
    roots: &mut Vec<usize>,
    children: &mut [Vec<usize>],
) {
    let mut tip = walk(roots, children)
        .into_iter()
        .rfind(|&index| pins[index].is_some());
    for index in staying {
        tip.map_or(&mut *roots, |tip| &mut children[tip])
            .push(index);
        tip = Some(index);
    }
}

/// Every revision before what follows it, the first sibling's whole branch before the next one's.
fn walk(roots: &[usize], children: &[Vec<usize>]) -> Vec<usize> {
    let mut line = Vec::with_capacity(children.len());
    let mut open: Vec<usize> = roots.iter().rev().copied().collect();
    while let Some(index) = open.pop() {
        line.push(index);
        open.extend(children[index].iter().rev());
    }
    line
}

/// What holds for the branch that begins with each revision.
struct Branches {
    rank: Vec<Rank>,
    /// Its first revision that must stay.
    pinned: Vec<Option<usize>>,
}

impl Branches {
    fn of(roots: &[usize], children: &[Vec<usize>], pins: &[Option<Pin>], wishes: &[Rank]) -> Self {
        let mut branches = Self {
            rank: wishes.to_vec(),
            pinned: vec![None; pins.len()],
        };
        for index in walk(roots, children).into_iter().rev() {
            let below = &children[index];
            branches.pinned[index] = match pins[index] {
                Some(_) => Some(index),
                None => below.iter().find_map(|&child| branches.pinned[child]),
            };
            let of_branch = below.iter().map(|&child| branches.rank[child]);
            let ranks: Vec<_> = of_branch.chain([wishes[index]]).collect();
            branches.rank[index] = if branches.pinned[index].is_some() {
                Rank::Pinned
            } else if ranks.contains(&Rank::Back) {
                Rank::Back
            } else {
                ranks.into_iter().min().unwrap_or(Rank::Any)
            };
        }
        branches
    }

    /// Two siblings that must both stay where they are.
    fn clash(
        &self,
        one: usize,
        other: usize,
        pins: &[Option<Pin>],
        name: impl Fn(usize) -> String,
    ) -> Result<(), RelinkError> {
        let pinned = |index: usize| {
            let at = self.pinned[index]?;
            Some((name(at), pins[at].clone()?))
        };
        match (pinned(one), pinned(other)) {
            (Some((one, why)), Some((other, other_why))) => Err(RelinkError::BothPinned {
                one,
                why,
                other,
                other_why,
            }),
            _ => Ok(()),
        }
    }
}
