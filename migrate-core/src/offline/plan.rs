//! What a range means without a database: Alembic's `A:B`, each side with what it is when left out.

use migrate_chain::{Backend, Chain, Direction, Plan, PlanError, Revision, Target};

use crate::error::Error;

use crate::error::OfflineError;

/// `B`, `A:B`, `A:`, `:B`; from base where A is left out, to the head where B is.
pub(super) fn upgrade<'c>(
    chain: &'c Chain,
    backend: Backend,
    range: &str,
) -> Result<Plan<'c>, Error> {
    let (from, to) = range.split_once(':').unwrap_or(("base", range));
    let alone = !range.contains(':');
    let from = absolute(from, "base", Direction::Up)?.resolve(chain, None);
    let applied = ids(chain, from.map_err(PlanError::Target)?);
    let to = end(to, "head", alone, Direction::Up)?;
    Ok(Plan::upgrade(chain, backend, &applied, &to, false)?)
}

/// `B:A`, `B:`, `:A`; from the head where B is left out, to base where A is.
pub(super) fn downgrade<'c>(
    chain: &'c Chain,
    backend: Backend,
    range: &str,
) -> Result<Plan<'c>, Error> {
    let Some((from, to)) = range.split_once(':') else {
        // Something that is no target is told as such.
        range.parse::<Target>().map_err(PlanError::Target)?;
        let target = range.to_owned();
        return Err(OfflineError::NoBeginning { target }.into());
    };
    let from = absolute(from, "head", Direction::Down)?.resolve(chain, None);
    let applied = ids(chain, from.map_err(PlanError::Target)?);
    let to = end(to, "base", false, Direction::Down)?;
    Ok(Plan::downgrade(chain, backend, &applied, &to)?)
}

/// A target that no database is needed for, or what it is when left out.
pub(super) fn target(text: &str, default: &str) -> Result<Target, Error> {
    let text = if text.is_empty() { default } else { text };
    let target: Target = text.parse().map_err(PlanError::Target)?;
    if matches!(target, Target::Steps(_)) || seen_from_current(text) {
        return Err(OfflineError::relative(text, None).into());
    }
    Ok(target)
}

fn absolute(text: &str, default: &str, direction: Direction) -> Result<Target, Error> {
    target(text, default).map_err(|error| match error {
        Error::Offline(OfflineError::Relative { target, .. }) => {
            OfflineError::relative(&target, Some(direction)).into()
        }
        error => error,
    })
}

/// The other side of a range: steps are counted from where it begins.
fn end(text: &str, default: &str, alone: bool, direction: Direction) -> Result<Target, Error> {
    if alone || seen_from_current(text) {
        return absolute(text, if alone { "" } else { default }, direction);
    }
    let text = if text.is_empty() { default } else { text };
    Ok(text.parse().map_err(PlanError::Target)?)
}

/// `current`, `current-1`.
fn seen_from_current(text: &str) -> bool {
    text.strip_prefix("current")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', '-']))
}

fn ids(chain: &Chain, place: Option<usize>) -> Vec<&str> {
    chain.through(place).iter().map(Revision::id).collect()
}
