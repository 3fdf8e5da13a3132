//! What a database's state comes to, held against the chain. Pure: it decides and runs nothing.

use migrate_chain::{Backend, Chain, PlanError, Revision};

use crate::error::Error;
use crate::ledger::State;
use crate::report::Status;

/// Where the database stands, without judging it.
pub(crate) fn status(chain: &Chain, backend: Backend, state: State) -> Status {
    let place = chain.place(state.applied.iter().map(String::as_str));
    let ids = |revisions: &[Revision]| {
        revisions
            .iter()
            .map(|revision| revision.id().to_owned())
            .collect::<Vec<_>>()
    };
    let first = place.current.map_or(0, |index| index + 1);
    let through = &chain.revisions()[..first];
    let changed = changed(chain, backend, &state)
        .map(|revision| revision.id().to_owned())
        .collect();
    let mut applied = ids(through);
    let missing: Vec<_> = place
        .missing
        .iter()
        .map(|&index| chain.revisions()[index].id().to_owned())
        .collect();
    applied.retain(|id| !missing.contains(id));
    applied.extend(place.unknown.iter().cloned());
    Status {
        current: place
            .current
            .map(|index| chain.revisions()[index].id().to_owned()),
        head: chain.head().map(|head| head.id().to_owned()),
        applied,
        pending: ids(&chain.revisions()[first..]),
        unknown: place.unknown,
        missing,
        changed,
        partial: state.partial,
    }
}

/// Why an app must not serve, if it must not.
pub(crate) fn ensure_current(chain: &Chain, backend: Backend, state: &State) -> Result<(), Error> {
    let place = chain.place(state.applied.iter().map(String::as_str));
    if !place.unknown.is_empty() {
        return Err(Error::Ahead {
            unknown: place.unknown,
        });
    }
    let id = |index: usize| chain.revisions()[index].id().to_owned();
    if let (Some(current), false) = (place.current, place.missing.is_empty()) {
        let missing = place.missing.into_iter().map(id).collect();
        return Err(PlanError::Gap {
            missing,
            current: id(current),
        }
        .into());
    }
    if let Some(partial) = &state.partial {
        return Err(Error::HalfDone {
            partial: partial.clone(),
        });
    }
    refuse_changed(chain, backend, state, |_| true)?;
    let first = place.current.map_or(0, |index| index + 1);
    if first == chain.len() {
        return Ok(());
    }
    let pending = chain.revisions()[first..]
        .iter()
        .map(|revision| revision.id().to_owned())
        .collect();
    Err(Error::Behind {
        current: place.current.map(id),
        pending,
        of: chain.len(),
    })
}

/// Refuses a database on which another up script ran than the one that is there now, for those revisions that matter.
pub(crate) fn refuse_changed(
    chain: &Chain,
    backend: Backend,
    state: &State,
    matters: impl Fn(&Revision) -> bool,
) -> Result<(), Error> {
    let Some(revision) = changed(chain, backend, state).find(|revision| matters(revision)) else {
        return Ok(());
    };
    let Some(script) = revision.up(backend) else {
        return Ok(());
    };
    Err(Error::Changed {
        directory: revision.directory().to_owned(),
        file: script.file().to_owned(),
        before: state.ran.get(revision.id()).cloned().unwrap_or_default(),
        now: script.checksum().to_string(),
    })
}

/// The applied revisions whose up script is not the one that ran. A down script may be mended at any time: nothing of it ran yet.
pub(crate) fn changed<'c>(
    chain: &'c Chain,
    backend: Backend,
    state: &State,
) -> impl Iterator<Item = &'c Revision> {
    let mut applied: Vec<_> = state
        .applied
        .iter()
        .filter_map(|id| chain.index(id))
        .collect();
    applied.sort_unstable();
    let differs = |revision: &&Revision| {
        let ran = state
            .ran
            .get(revision.id())
            .and_then(|hex| migrate_chain::Checksum::from_hex(hex));
        let now = revision.up(backend).map(migrate_chain::Script::checksum);
        matches!((ran, now), (Some(ran), Some(now)) if ran != now)
    };
    applied
        .into_iter()
        .map(|index| &chain.revisions()[index])
        .filter(differs)
        .collect::<Vec<_>>()
        .into_iter()
}
