//! What `upgrade`, `downgrade` and `stamp` share under `--sql`: the run is written down instead, and no database is asked.

use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};
use migrate_core::{Backend, Error, Offline, OfflineScript};
use serde_json::json;

use crate::context::{Context, only};
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::ui::Ui;

/// The words for a backend.
pub(crate) fn backends() -> ValueParser {
    PossibleValuesParser::new(Backend::ALL.map(Backend::name))
        .try_map(|name| Backend::from_name(&name).ok_or("no such backend"))
        .into()
}

/// Writes a run down on standard output.
pub(crate) fn print(
    ui: &mut Ui,
    context: &Context<'_>,
    backend: Option<Backend>,
    write: impl FnOnce(Offline<'_>) -> Result<OfflineScript, Error>,
) -> Result<(), CommandError> {
    let backend = meant(context, context.database()?, backend)?;
    let loaded = context.load(ui, only(backend))?;
    let script = write(loaded.migrations.offline(backend).tool(context.tool()))
        .map_err(|error| CommandError::core(error, &loaded.shown))?;
    if script.steps.is_empty() {
        ui.note("nothing to do: the SQL is a comment");
    }
    ui.verbatim(&script.sql);
    ui.json(&json!({
        "event": "sql",
        "backend": backend.name(),
        "from": script.from,
        "to": script.to,
        "steps": script.steps,
        "sql": script.sql,
    }));
    Ok(())
}

/// The backend that is meant: the option's, or the URL's, or the only one that the project has.
pub(crate) fn meant(
    context: &Context<'_>,
    url: Option<DatabaseUrl>,
    option: Option<Backend>,
) -> Result<Backend, CommandError> {
    let named = url.as_ref().map(|url| url.backend()).transpose()?;
    match (option, named) {
        (Some(option), Some(named)) if option != named => {
            let origin = url.map(|url| url.origin).unwrap_or_default();
            Err(CommandError::usage(format!(
                "--backend {option}, and the URL is one of {named} ({origin})"
            ))
            .with_help("leave one of them out"))
        }
        (Some(backend), _) | (None, Some(backend)) => Ok(backend),
        (None, None) => only_one(context)?.ok_or_else(|| {
            CommandError::usage("for which database the SQL is to be is not said")
                .with_help("add --backend sqlite, --backend postgres or --backend mysql")
        }),
    }
}

fn only_one(context: &Context<'_>) -> Result<Option<Backend>, CommandError> {
    let Some(backends) = context
        .place_if_any()?
        .and_then(|place| place.settings.backends)
    else {
        return Ok(None);
    };
    let mut backends = backends.iter();
    Ok(backends.next().filter(|_| backends.next().is_none()))
}
