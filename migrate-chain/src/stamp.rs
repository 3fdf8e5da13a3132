//! What the record of a database lacks, or has too much, to say that it stands at a target. No script runs.

use crate::{Chain, PlanError, Revision, Target};

/// The rows of the record to add and to take away, so that it has exactly the revisions up to a target.
///
/// ```
/// use migrate_chain::{Chain, Revision, Stamp, Target};
///
/// let chain = Chain::link(vec![Revision::new("a"), Revision::new("b"), Revision::new("c")])?;
/// let stamp = Stamp::plan(&chain, &["a", "c"], &"b".parse::<Target>()?, false)?;
/// assert_eq!(stamp.add, [&chain.revisions()[1]]);
/// assert_eq!(stamp.remove, ["c"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp<'c> {
    /// The revisions up to the target that are not recorded, in chain order.
    pub add: Vec<&'c Revision>,
    /// The ids that are recorded and are not up to the target: newest first, those that the chain lacks before all.
    pub remove: Vec<String>,
    /// The newest revision recorded afterwards; `None` is base.
    pub to: Option<&'c Revision>,
}

impl<'c> Stamp<'c> {
    /// What is to be done to a database that has `applied`. With `purge`, revisions that the chain lacks are taken away too.
    ///
    /// # Errors
    /// [`PlanError`]: the target names nothing, or the database has what the chain lacks and `purge` is not asked for.
    pub fn plan(
        chain: &'c Chain,
        applied: &[impl AsRef<str>],
        target: &Target,
        purge: bool,
    ) -> Result<Self, PlanError> {
        let place = chain.place(applied.iter().map(AsRef::as_ref));
        let goal = target.resolve(chain, place.current)?;
        if !purge && !place.unknown.is_empty() {
            return Err(PlanError::Unknown { ids: place.unknown });
        }
        let has = |index: usize| Some(index) <= place.current && !place.missing.contains(&index);
        let end = goal.map_or(0, |goal| goal + 1);
        let unknown = place.unknown.iter().rev().cloned();
        let later = (end..chain.len()).rev().filter(|&index| has(index));
        let later = later.map(|index| chain.revisions()[index].id().to_owned());
        Ok(Self {
            add: (0..end)
                .filter(|&index| !has(index))
                .map(|index| &chain.revisions()[index])
                .collect(),
            remove: unknown.chain(later).collect(),
            to: goal.map(|index| &chain.revisions()[index]),
        })
    }
}
