//! The ordered steps from where a database is to where it shall be, and every reason not to take them.

use std::fmt;

use crate::{Backend, Chain, Loss, Place, Revision, Target, TargetError};

/// Which way a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Towards the head, by the up script.
    Up,
    /// Towards base, by the down script.
    Down,
}

impl Direction {
    /// `up` or `down`, the first word of its scripts' file names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The ordered steps from where a database is to a target, made before anything runs.
///
/// ```
/// use migrate_chain::{Backend, Chain, Direction, Plan, Revision, Script, Target};
///
/// let script = Script::read("a/up.sql".into(), Backend::Sqlite.into(), "SELECT 1".into(), Backend::Sqlite)?;
/// let revision = Revision::new("a").with_scripts(Direction::Up, vec![script]);
/// let chain = Chain::link(vec![revision])?;
///
/// let applied: [&str; 0] = [];
/// let plan = Plan::upgrade(&chain, Backend::Sqlite, &applied, &Target::Head, false)?;
/// assert_eq!(plan.steps.len(), 1);
/// // It has no down script, and that is known before anything runs.
/// assert!(Plan::downgrade(&chain, Backend::Sqlite, &["a"], &Target::Base).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan<'c> {
    /// Which way.
    pub direction: Direction,
    /// The backend whose scripts run.
    pub backend: Backend,
    /// The revisions to run, in the order to run them.
    pub steps: Vec<&'c Revision>,
    /// The newest revision applied now; `None` is base.
    pub from: Option<&'c Revision>,
    /// The newest revision applied afterwards; `None` is base.
    pub to: Option<&'c Revision>,
}

/// Why there is no plan. Nothing has run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The target names no place on the chain.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The database has revisions that the chain lacks.
    #[error("the database has {} unknown to this build: {}", revisions(ids), ids.join(", "))]
    Unknown {
        /// Their ids, in version order.
        ids: Vec<String>,
    },
    /// Revisions older than the current one were never applied.
    #[error("the database is at {current} but lacks {} before it: {}", revisions(missing), missing.join(", "))]
    Gap {
        /// Their ids, in chain order.
        missing: Vec<String>,
        /// The newest applied revision.
        current: String,
    },
    /// The target of an upgrade is older than what is applied.
    #[error("`{target}` is behind current: the database is already at {current}")]
    BehindCurrent {
        /// What was named.
        target: String,
        /// The newest applied revision.
        current: String,
    },
    /// The target of a downgrade is newer than what is applied.
    #[error("`{target}` is ahead of current: the database is at {current}")]
    AheadOfCurrent {
        /// What was named.
        target: String,
        /// The newest applied revision, or `base`.
        current: String,
    },
    /// `upgrade -1` or `downgrade +1`.
    #[error("`{target}` is the wrong direction for {}", verb(*direction))]
    WrongDirection {
        /// What was named.
        target: String,
        /// The direction asked for.
        direction: Direction,
    },
    /// The author of a step wrote down that it cannot be taken back.
    #[error("{revision} is irreversible: {reason}")]
    Irreversible {
        /// The revision's directory.
        revision: String,
        /// The author's reason.
        reason: String,
    },
    /// A step to take back has no down script with a statement for this backend.
    #[error("{revision} has no down script for {backend}")]
    NoDown {
        /// The revision's directory.
        revision: String,
        /// The backend of the database.
        backend: Backend,
    },
    /// A step has no up script for this backend.
    #[error("{revision} has no up script for {backend}")]
    NoScript {
        /// The revision's directory.
        revision: String,
        /// The backend of the database.
        backend: Backend,
    },
}

fn revisions(ids: &[String]) -> &'static str {
    if ids.len() == 1 {
        "a revision"
    } else {
        "revisions"
    }
}

fn verb(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "upgrade",
        Direction::Down => "downgrade",
    }
}

impl PlanError {
    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Target(error) => error.help(),
            Self::Unknown { .. } => "they are in the table __diesel_schema_migrations: an older or newer build, or another branch, \
                 applied them; use the build that has them, or `migrate downgrade head`, which takes them back by the scripts \
                 that the ledger kept; where they are gone for good, `migrate stamp REV --purge` clears the table and sets it to REV"
                .to_owned(),
            Self::Gap { .. } => "`migrate upgrade --fill-gaps` runs what is missing, in chain order".to_owned(),
            Self::BehindCurrent { target, .. } => format!("to go back, use `migrate downgrade {target}`"),
            Self::AheadOfCurrent { target, .. } => format!("to go forward, use `migrate upgrade {target}`"),
            Self::WrongDirection { target, direction: Direction::Up } => {
                format!("to go back, use `migrate downgrade {target}`")
            }
            Self::WrongDirection { target, direction: Direction::Down } => {
                format!("to go forward, use `migrate upgrade {target}`")
            }
            Self::Irreversible { revision, .. } => {
                format!("a downgrade can go back to {revision}, and no further")
            }
            Self::NoDown { revision, backend } => format!(
                "write {revision}/down.sql or {revision}/down.{backend}.sql; a downgrade can go back to {revision} without it"
            ),
            Self::NoScript { revision, backend } => format!(
                "write {revision}/up.{backend}.sql; if there is an up.sql, it does not read as {backend}: with `backends` in \
                 migrate.toml naming {backend}, the build says where"
            ),
        }
    }

    /// Whether the database is where this chain cannot have brought it.
    #[must_use]
    pub fn is_diverged(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::Gap { .. })
    }

    /// Whether the user asked for something that cannot be meant.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Target(_)
                | Self::BehindCurrent { .. }
                | Self::AheadOfCurrent { .. }
                | Self::WrongDirection { .. }
        )
    }
}

impl<'c> Plan<'c> {
    /// The steps up to the target, for a database that has `applied`. With `fill_gaps`, revisions that were left out run too.
    ///
    /// # Errors
    /// [`PlanError`]: the database diverged, the target is behind, or a step has no script for this backend.
    pub fn upgrade(
        chain: &'c Chain,
        backend: Backend,
        applied: &[impl AsRef<str>],
        target: &Target,
        fill_gaps: bool,
    ) -> Result<Self, PlanError> {
        let place = stand(chain, applied, fill_gaps)?;
        refuse_steps(target, Direction::Up)?;
        let goal = target.resolve(chain, place.current)?;
        let fills = goal.is_some_and(|goal| place.missing.contains(&goal));
        if goal < place.current && !fills {
            return Err(PlanError::BehindCurrent {
                target: target.to_string(),
                current: name(chain, place.current),
            });
        }
        let pending = |index: &usize| Some(*index) > place.current || place.missing.contains(index);
        let end = goal.map_or(0, |goal| goal + 1);
        let steps: Vec<_> = (0..end)
            .filter(pending)
            .map(|index| &chain.revisions()[index])
            .collect();
        steps.iter().try_for_each(|step| runnable(step, backend))?;
        let at = |index: Option<usize>| index.map(|index| &chain.revisions()[index]);
        Ok(Self {
            direction: Direction::Up,
            backend,
            steps,
            from: at(place.current),
            to: at(goal.max(place.current)),
        })
    }

    /// The steps down to the target, newest first, for a database that has `applied`.
    ///
    /// # Errors
    /// [`PlanError`]: the database diverged, the target is ahead, or a step cannot be taken back.
    pub fn downgrade(
        chain: &'c Chain,
        backend: Backend,
        applied: &[impl AsRef<str>],
        target: &Target,
    ) -> Result<Self, PlanError> {
        let place = stand(chain, applied, false)?;
        refuse_steps(target, Direction::Down)?;
        let goal = target.resolve(chain, place.current)?;
        refuse_ahead(chain, target, (goal, place.current))?;
        Self::down(chain, backend, (place.current, goal))
    }

    /// The steps down, and the steps up again to where the database is now. `-2` is the last two revisions; a revision that is
    /// named is the oldest of them, and `base` means all.
    ///
    /// ```
    /// use migrate_chain::{Backend, Chain, Direction, Plan, Revision, Script, Target};
    ///
    /// let script = |file: &str| Script::read(file.into(), Backend::Sqlite.into(), "SELECT 1".into(), Backend::Sqlite);
    /// let revision = Revision::new("a_members")
    ///     .with_scripts(Direction::Up, vec![script("up.sql")?])
    ///     .with_scripts(Direction::Down, vec![script("down.sql")?]);
    /// let chain = Chain::link(vec![revision])?;
    /// let [down, up] = Plan::redo(&chain, Backend::Sqlite, &["a"], &"members".parse::<Target>()?)?;
    /// assert_eq!((down.steps.len(), up.steps.len()), (1, 1));
    /// assert_eq!(down.from, up.to);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError`]: as for a downgrade, and a step that has no up script.
    pub fn redo(
        chain: &'c Chain,
        backend: Backend,
        applied: &[impl AsRef<str>],
        target: &Target,
    ) -> Result<[Self; 2], PlanError> {
        let place = stand(chain, applied, false)?;
        refuse_steps(target, Direction::Down)?;
        let named = target.resolve(chain, place.current)?;
        refuse_ahead(chain, target, (named, place.current))?;
        let goal = match (target, named) {
            (Target::Steps(_), goal) => goal,
            (_, named) => named.and_then(|index| index.checked_sub(1)),
        };
        let down = Self::down(chain, backend, (place.current, goal))?;
        let mut steps = down.steps.clone();
        steps.reverse();
        steps.iter().try_for_each(|step| runnable(step, backend))?;
        let up = Self {
            direction: Direction::Up,
            backend,
            steps,
            from: down.to,
            to: down.from,
        };
        Ok([down, up])
    }

    fn down(
        chain: &'c Chain,
        backend: Backend,
        (current, goal): (Option<usize>, Option<usize>),
    ) -> Result<Self, PlanError> {
        let first = goal.map_or(0, |goal| goal + 1);
        let end = current.map_or(0, |current| current + 1);
        let steps: Vec<_> = chain.revisions()[first..end].iter().rev().collect();
        steps
            .iter()
            .try_for_each(|step| reversible(step, backend))?;
        let at = |index: Option<usize>| index.map(|index| &chain.revisions()[index]);
        Ok(Self {
            direction: Direction::Down,
            backend,
            steps,
            from: at(current),
            to: at(goal),
        })
    }

    /// What its scripts destroy, in the order in which they run.
    #[must_use]
    pub fn losses(&self) -> Vec<Loss> {
        let scripts = self
            .steps
            .iter()
            .filter_map(|step| step.script(self.direction, self.backend));
        scripts
            .flat_map(|script| script.losses(self.backend))
            .collect()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

fn stand(chain: &Chain, applied: &[impl AsRef<str>], fill_gaps: bool) -> Result<Place, PlanError> {
    let place = chain.place(applied.iter().map(AsRef::as_ref));
    if !place.unknown.is_empty() {
        return Err(PlanError::Unknown { ids: place.unknown });
    }
    if !place.missing.is_empty() && !fill_gaps {
        let missing = place
            .missing
            .iter()
            .map(|&index| chain.revisions()[index].id().to_owned());
        return Err(PlanError::Gap {
            missing: missing.collect(),
            current: name(chain, place.current),
        });
    }
    Ok(place)
}

fn refuse_steps(target: &Target, direction: Direction) -> Result<(), PlanError> {
    let wrong = match (target, direction) {
        (Target::Steps(steps), Direction::Up) => *steps < 0,
        (Target::Steps(steps), Direction::Down) => *steps > 0,
        _ => false,
    };
    if wrong {
        return Err(PlanError::WrongDirection {
            target: target.to_string(),
            direction,
        });
    }
    Ok(())
}

/// A downgrade leads back.
fn refuse_ahead(
    chain: &Chain,
    target: &Target,
    (goal, current): (Option<usize>, Option<usize>),
) -> Result<(), PlanError> {
    if goal <= current {
        return Ok(());
    }
    Err(PlanError::AheadOfCurrent {
        target: target.to_string(),
        current: name(chain, current),
    })
}

fn runnable(step: &Revision, backend: Backend) -> Result<(), PlanError> {
    match step.up(backend) {
        Some(_) => Ok(()),
        None => Err(PlanError::NoScript {
            revision: step.directory().to_owned(),
            backend,
        }),
    }
}

fn reversible(step: &Revision, backend: Backend) -> Result<(), PlanError> {
    let revision = step.directory().to_owned();
    if let Some(reason) = step.irreversible() {
        return Err(PlanError::Irreversible {
            revision,
            reason: reason.to_owned(),
        });
    }
    match step.down(backend) {
        Some(script) if !script.is_empty() => Ok(()),
        _ => Err(PlanError::NoDown { revision, backend }),
    }
}

fn name(chain: &Chain, index: Option<usize>) -> String {
    index
        .map_or("base", |index| chain.revisions()[index].id())
        .to_owned()
}
