//! Revisions of which several may have one id, each under an id of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::RelinkError;
use crate::Revision;

/// No id has this character, and it sorts after all that an id has.
const SECOND: &str = "\u{7f}";

/// The revisions under ids that are each one's alone, in version order.
pub(super) struct Nodes {
    pub(super) revisions: Vec<Revision>,
    /// Their real names.
    pub(super) directories: Vec<String>,
    /// Which of them are the second of an id.
    pub(super) second: Vec<bool>,
}

/// The revisions of each id. Letter case does not count.
type Owners<'r> = BTreeMap<String, Vec<&'r Revision>>;

impl Nodes {
    /// Of two with one id the one in front keeps it, or else the first by name; what follows that id follows the one of its own
    /// side.
    pub(super) fn of(
        revisions: &[Revision],
        front: &BTreeSet<String>,
    ) -> Result<Self, RelinkError> {
        let in_front = |revision: &Revision| front.contains(revision.directory());
        let mut owners = Owners::new();
        for revision in revisions {
            let id = revision.id().to_lowercase();
            owners.entry(id).or_default().push(revision);
        }
        let mut names = BTreeMap::new();
        for same in owners.values_mut() {
            same.sort_by_key(|revision| !in_front(revision));
            for (place, revision) in same.iter().enumerate() {
                let own = format!("{}{}", revision.id(), SECOND.repeat(place));
                names.insert(revision.directory(), own);
            }
        }
        let mut nodes = Vec::with_capacity(revisions.len());
        for revision in revisions {
            let mut node = Revision::new(names[revision.directory()].clone());
            if revision.linked() {
                node = node.following(match parent(&owners, revision, in_front)? {
                    Some(parent) => &names[parent.directory()],
                    None => revision.parent().unwrap_or("base"),
                });
            }
            nodes.push((node, revision.directory().to_owned()));
        }
        nodes.sort_by(|one, other| one.0.id().cmp(other.0.id()));
        let second = nodes
            .iter()
            .map(|(revision, _)| revision.id().ends_with(SECOND))
            .collect();
        let (revisions, directories) = nodes.into_iter().unzip();
        Ok(Self {
            revisions,
            directories,
            second,
        })
    }
}

/// The revision that a link means; `None` where it names none.
fn parent<'r>(
    owners: &Owners<'r>,
    revision: &Revision,
    in_front: impl Fn(&Revision) -> bool,
) -> Result<Option<&'r Revision>, RelinkError> {
    let Some(parent) = revision.parent() else {
        return Ok(None);
    };
    match owners.get(&parent.to_lowercase()).map(Vec::as_slice) {
        None => Ok(None),
        Some([only]) => Ok((only.id() == parent).then_some(*only)),
        Some(same) => {
            let side = in_front(revision);
            let mut own = same.iter().filter(|other| in_front(other) == side);
            match (own.next(), own.next()) {
                (Some(only), None) => Ok(Some(only)),
                _ => Err(RelinkError::Ambiguous {
                    revision: revision.directory().to_owned(),
                    parent: parent.to_owned(),
                }),
            }
        }
    }
}
