//! All revisions in order, and where a database stands among them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::{Problems, Revision, check};

/// All revisions, oldest first. Each follows the one before it, and their ids ascend.
///
/// ```
/// use migrate_chain::{Chain, Revision};
///
/// let chain = Chain::link(vec![
///     Revision::new("b_second").following("a"),
///     Revision::new("a_first").following("base"),
/// ])?;
/// assert_eq!(chain.head().map(Revision::id), Some("b"));
/// # Ok::<(), migrate_chain::Problems>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    revisions: Cow<'static, [Revision]>,
}

/// Where a database stands on a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The newest applied revision that the chain knows, as its index.
    pub current: Option<usize>,
    /// What is applied and not in the chain, in version order.
    pub unknown: Vec<String>,
    /// The gaps: what is not applied though older than `current`, as indexes.
    pub missing: Vec<usize>,
}

impl Chain {
    /// A chain without revisions.
    pub const EMPTY: Self = Self::embedded(&[]);

    /// A chain that the compiler checked and embedded: in order, ids ascending.
    #[must_use]
    pub const fn embedded(revisions: &'static [Revision]) -> Self {
        Self {
            revisions: Cow::Borrowed(revisions),
        }
    }

    /// Puts revisions in the order of their links.
    ///
    /// # Errors
    /// Every [`Problem`](crate::Problem) of ids and links: they are not one line, or the line goes backwards.
    pub fn link(revisions: Vec<Revision>) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let chain = check::links::order(revisions, &mut problems);
        Problems::none_or(problems).map(|()| chain)
    }

    pub(crate) fn in_order(revisions: Vec<Revision>) -> Self {
        Self {
            revisions: Cow::Owned(revisions),
        }
    }

    /// Puts a revision in the place of one that has its links, which it takes over.
    pub(crate) fn replace(&mut self, index: usize, mut revision: Revision) {
        if let Some(place) = self.revisions.to_mut().get_mut(index) {
            revision.set_parent(place.parent().unwrap_or_default());
            *place = revision;
        }
    }

    /// The revisions, oldest first.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// The revision of exactly that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Revision> {
        self.index(id).map(|index| &self.revisions[index])
    }

    /// The place of that id in the chain, from 0.
    #[must_use]
    pub fn index(&self, id: &str) -> Option<usize> {
        // Ids ascend along a chain, so that a start-up check over thousands of applied revisions stays cheap.
        self.revisions
            .binary_search_by(|revision| revision.id().cmp(id))
            .ok()
    }

    /// The last revision.
    #[must_use]
    pub fn head(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// The revisions from the first to that one: what a database has that is at it. `None` is base.
    ///
    /// ```
    /// use migrate_chain::{Chain, Revision};
    ///
    /// let chain = Chain::link(vec![Revision::new("a"), Revision::new("b")])?;
    /// assert_eq!(chain.through(Some(0)).len(), 1);
    /// assert!(chain.through(None).is_empty());
    /// # Ok::<(), migrate_chain::Problems>(())
    /// ```
    #[must_use]
    pub fn through(&self, index: Option<usize>) -> &[Revision] {
        let end = index
            .map_or(0, |index| index.saturating_add(1))
            .min(self.len());
        &self.revisions[..end]
    }

    /// Where a database stands that has these ids applied, in whatever order they come.
    ///
    /// ```
    /// use migrate_chain::{Chain, Revision};
    ///
    /// let chain = Chain::link(vec![Revision::new("a"), Revision::new("b"), Revision::new("c")])?;
    /// let place = chain.place(["c", "zz", "a"]);
    /// assert_eq!(place.current, Some(2));
    /// assert_eq!(place.missing, [1]);
    /// assert_eq!(place.unknown, ["zz"]);
    /// # Ok::<(), migrate_chain::Problems>(())
    /// ```
    #[must_use]
    pub fn place<'a>(&self, applied: impl IntoIterator<Item = &'a str>) -> Place {
        let mut has = vec![false; self.len()];
        let mut unknown = BTreeSet::new();
        for id in applied {
            match self.index(id) {
                Some(index) => has[index] = true,
                None => _ = unknown.insert(id),
            }
        }
        let current = has.iter().rposition(|&applied| applied);
        let missing = (0..current.unwrap_or(0))
            .filter(|&index| !has[index])
            .collect();
        Place {
            current,
            unknown: unknown.into_iter().map(String::from).collect(),
            missing,
        }
    }
}

impl Place {
    /// Whether the database is where this chain cannot have brought it.
    #[must_use]
    pub fn is_diverged(&self) -> bool {
        !self.unknown.is_empty() || !self.missing.is_empty()
    }

    /// Whether all of the chain is applied, and nothing else.
    #[must_use]
    pub fn is_head(&self, chain: &Chain) -> bool {
        !self.is_diverged() && self.current.map_or(0, |index| index + 1) == chain.len()
    }
}
