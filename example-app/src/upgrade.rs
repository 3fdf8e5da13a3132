//! The chain and the database: applied with visible progress, or only checked.
#![expect(clippy::print_stderr, reason = "progress is for whoever watches")]

use migrate_core::{AnyConnection, Event, Report};

use crate::MIGRATIONS;
use crate::error::Error;

/// Applies what is pending and says so, step by step.
pub(crate) fn with_progress(connection: &mut AnyConnection) -> Result<Report, Error> {
    let mut observer = |event: &Event<'_>| match event {
        Event::Stale { what } => eprintln!("note: {what}"),
        Event::Waiting { holder, .. } => {
            eprintln!("waiting for {}", holder.unwrap_or("another upgrade"))
        }
        Event::StepStarted {
            revision,
            number,
            of,
            ..
        } => eprintln!("upgrading {number}/{of}: {}", revision.directory()),
        _ => {}
    };
    Ok(MIGRATIONS
        .runner()
        .observer(&mut observer)
        .upgrade_to(connection, "head")?)
}

/// Whether the app may serve: connects and asks, and changes nothing.
pub(crate) fn check(url: &str) -> Result<(), Error> {
    Ok(MIGRATIONS.ensure_current(&mut AnyConnection::establish(url)?)?)
}
