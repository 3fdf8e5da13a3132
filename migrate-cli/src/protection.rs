//! Which databases migrate.toml keeps from being dropped.

use migrate_core::{Environment, NamedDatabase};

use crate::context::Context;
use crate::environment::Chosen;
use crate::error::CommandError;
use crate::origin::Origin;
use crate::variables::expand;

/// Refuses a database that is protected: in the environment that was chosen, or as the one of any other environment.
pub(crate) fn check(context: &Context<'_>, database: &NamedDatabase) -> Result<(), CommandError> {
    let chosen = context.chosen()?;
    let (protected, origin) = chosen.protected();
    let by = match (protected, origin) {
        (true, Some(origin)) => Some(origin),
        _ => by_another(context, &chosen, database),
    };
    match by {
        None => Ok(()),
        Some(by) => Err(
            CommandError::failed(format!("{database} is protected: {by}"))
                .with_help("see with `migrate config` that this is the database you mean; to drop it, take that line out first"),
        ),
    }
}

/// Whoever gives the URL by hand, or in the wrong variable, may mean another database than this.
fn by_another(context: &Context<'_>, chosen: &Chosen, database: &NamedDatabase) -> Option<Origin> {
    let chosen_one = chosen.environment.as_ref().map(|chosen| &chosen.name);
    let others = chosen.settings.environments.iter();
    others
        .filter(|other| Some(&other.name) != chosen_one)
        .filter(|other| other.protected.unwrap_or(chosen.settings.protected))
        .find(|other| is_of(other, context, database))
        .map(|other| {
            let own = chosen.outside(&format!("env.{}.protected", other.name));
            own.unwrap_or_else(|| chosen.origin("protected"))
        })
}

/// A URL whose variables are not set here names no database that could be compared.
fn is_of(environment: &Environment, context: &Context<'_>, database: &NamedDatabase) -> bool {
    let Some(written) = &environment.database_url else {
        return false;
    };
    let url = expand(written, &environment.name, &context.variables()).ok();
    let named = url.and_then(|url| NamedDatabase::of(url.trim()).ok());
    named.is_some_and(|named| named.is_same(database))
}
