//! What a database has already, which then must not move.

use std::collections::HashSet;

use migrate_chain::RelinkError;
use migrate_core::Migrations;

use crate::context::Context;
use crate::error::CommandError;
use crate::ui::Ui;

/// The ids that are applied where the URL points, half done ones too. Where no database is named, or none can be reached, that is
/// said, and nothing counts as applied.
pub(crate) fn applied(ui: &mut Ui, context: &Context<'_>) -> Result<HashSet<String>, CommandError> {
    let Some(url) = context.database()? else {
        ui.note("no database is named: what is applied somewhere was not looked at");
        return Ok(HashSet::new());
    };
    let mut connection = match context.connect_to_look(ui, &url) {
        Ok(connection) => connection,
        Err(error) => {
            ui.note(format!("what is applied was not looked at: {error}"));
            return Ok(HashSet::new());
        }
    };
    // Of a chain without revisions all that is applied is unknown.
    let status = Migrations::EMPTY
        .status(&mut connection)
        .map_err(|error| CommandError::core(error, ""))?;
    let partial = status.partial.map(|partial| partial.revision);
    Ok(status.unknown.into_iter().chain(partial).collect())
}

/// Why revisions cannot be put so.
pub(crate) fn cannot(error: &RelinkError) -> CommandError {
    CommandError::failed(error.to_string()).with_help(error.help())
}
