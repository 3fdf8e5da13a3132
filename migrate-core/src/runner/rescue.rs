//! A downgrade from revisions that the chain does not know, by what the ledger kept of them: the way back after a bad release, for a
//! build that is older than the database.

use migrate_chain::{Backend, Chain, Direction, PlanError, Revision, Script, Target, Transactions};

use crate::backend::Server;
use crate::error::Error;
use crate::ledger::{self, Kept, State};
use crate::report::Report;

use super::run::Run;
use super::{Goal, Runner};

/// Downgrades, with the unknown revisions put behind the chain's own.
pub(super) fn downgrade(
    runner: Runner<'_>,
    server: &mut dyn Server,
    target: Target,
) -> Result<Report, Error> {
    let mut run = Run::new(runner, server);
    let state = run.read(None)?;
    let chain = run.migrations.chain();
    let place = chain.place(state.applied.iter().map(String::as_str));
    // A gap is not for the ledger to mend.
    if place.unknown.is_empty() || !place.missing.is_empty() {
        return run.go(&Goal::To(Direction::Down, target));
    }
    let backend = run.server.backend();
    let kept = ledger::kept(run.server, &place.unknown)?;
    let known = chain.through(place.current);
    let longer = longer(known, &place.unknown, &kept, backend)?;
    let target = meant(chain, &target, place.current)?;
    refuse_incomplete(&longer, &target, (&state, &kept))?;
    let migrations = run.migrations.with_chain(longer);
    run.on(&migrations).go(&Goal::To(Direction::Down, target))
}

/// The chain as far as it is applied, and after it what the ledger kept.
fn longer(
    known: &[Revision],
    unknown: &[String],
    kept: &[Kept],
    backend: Backend,
) -> Result<Chain, Error> {
    let mut revisions = known.to_vec();
    for id in unknown {
        let refused = |why: String| Error::NotKept {
            revision: id.clone(),
            why,
        };
        let row = kept.iter().find(|row| row.revision == *id).ok_or_else(|| {
            refused("it has no row of it, since another tool applied it".to_owned())
        })?;
        let before = revisions.last().map(Revision::id);
        if row.parent.as_deref() != before {
            let name = |id: Option<&str>| id.unwrap_or("base").to_owned();
            return Err(refused(format!(
                "it follows {}, and here it would have to follow {}",
                name(row.parent.as_deref()),
                name(before)
            )));
        }
        let parent = before.unwrap_or("base").to_owned();
        revisions.push(revision(row, &parent, backend));
    }
    Chain::link(revisions).map_err(Error::Problems)
}

/// What the log keeps of a revision, as a revision. Whether it wanted a transaction it does not keep; its statements tell whether they
/// can be in one.
fn revision(row: &Kept, parent: &str, backend: Backend) -> Revision {
    let script = |name: &str, text: &Option<String>| {
        let file = format!("{}{}/{name}.sql", ledger::FILES, row.revision);
        let script = Script::read(file, backend.into(), text.clone()?, backend);
        script.ok()
    };
    let (up, down) = (script("up", &row.up), script("down", &row.down));
    let refuses = down.as_ref().is_some_and(|script| {
        script
            .statements()
            .any(|statement| statement.refuses_transaction(backend))
    });
    Revision::new(row.revision.clone())
        .following(parent)
        .with_transactions(Transactions {
            up: true,
            down: !refuses,
        })
        .with_scripts(Direction::Up, up.into_iter().collect())
        .with_scripts(Direction::Down, down.into_iter().collect())
}

/// The target by a name that means the same on the longer chain: `head` is the newest revision that this build knows.
fn meant(chain: &Chain, target: &Target, current: Option<usize>) -> Result<Target, Error> {
    let fixed = match target {
        Target::Head => true,
        Target::Named(name) => !name.starts_with("current"),
        _ => false,
    };
    if !fixed {
        return Ok(target.clone());
    }
    match target.resolve(chain, None) {
        Ok(goal) if goal > current => Err(Error::Plan(PlanError::AheadOfCurrent {
            target: target.to_string(),
            current: current
                .map_or("base", |index| chain.revisions()[index].id())
                .to_owned(),
        })),
        Ok(Some(index)) => Ok(Target::Named(chain.revisions()[index].id().to_owned())),
        Ok(None) => Ok(Target::Base),
        // One of those that only the ledger knows, perhaps.
        Err(_) => Ok(target.clone()),
    }
}

/// Whatever is to be taken back needs its script; nothing has run yet.
fn refuse_incomplete(
    chain: &Chain,
    target: &Target,
    (state, kept): (&State, &[Kept]),
) -> Result<(), Error> {
    let place = chain.place(state.applied.iter().map(String::as_str));
    let goal = target
        .resolve(chain, place.current)
        .map_err(PlanError::Target)?;
    let first = goal.map_or(0, |goal| goal + 1);
    let steps = chain.revisions()[first.min(chain.len())..].iter().rev();
    for step in steps {
        let row = kept.iter().find(|row| row.revision == step.id());
        let Some(row) = row.filter(|_| step.downs().iter().all(Script::is_empty)) else {
            continue;
        };
        let why = match (&row.down, &row.down_checksum) {
            (None, Some(_)) => "its way down was not kept: it is code, or a script too long",
            (None, None) => "it has no down script",
            (Some(_), _) => "its down script has no statement that this database understands",
        };
        return Err(Error::NotKept {
            revision: row.revision.clone(),
            why: why.to_owned(),
        });
    }
    Ok(())
}
