//! The models of a project, and what a database is compared with because of them.

use migrate_chain::Lock;
use migrate_core::{Backend, Inspector, Settings, dialect};
use migrate_schema::{Dialect, ModelErrors, Models, Naming, Outline, Schema};

use crate::context::{Context, Place};
use crate::error::CommandError;

/// The models as they were read, or why there are none.
pub(crate) fn read(context: &Context<'_>, place: &Place) -> Result<Models, CommandError> {
    let globs = place.settings.model_globs(&place.directory);
    Models::read(&place.settings_folder(), &globs).map_err(|errors| wrong(&errors, context, place))
}

/// The same where a project need not have models: `None` if it names none, and none is where they usually are.
pub(crate) fn read_if_any(
    context: &Context<'_>,
    place: &Place,
) -> Result<Option<Models>, CommandError> {
    let globs = place.settings.model_globs(&place.directory);
    match Models::read(&place.settings_folder(), &globs) {
        Ok(models) => Ok(Some(models)),
        Err(errors) if errors.are_of_nothing() && place.settings.models.is_none() => Ok(None),
        Err(errors) => Err(wrong(&errors, context, place)),
    }
}

/// The schema that they mean on a database.
pub(crate) fn schema(
    models: &Models,
    dialect: Dialect,
    context: &Context<'_>,
    place: &Place,
) -> Result<Schema, CommandError> {
    let naming = Naming::of(place.settings.naming.clone());
    models
        .schema(dialect, &naming)
        .map_err(|errors| wrong(&errors, context, place))
}

/// A lock that keeps what the models say on a database, which is what the head of the chain has: the next build of the app
/// compares the two.
pub(crate) fn kept(
    lock: Lock,
    models: &Models,
    backend: Backend,
    context: &Context<'_>,
    place: &Place,
) -> Result<Lock, CommandError> {
    let schema = schema(models, dialect(backend), context, place)?;
    let outlines = Outline::of(&schema, dialect(backend)).collect();
    Ok(with_outlines(lock, backend, outlines))
}

/// The same from outlines.
pub(crate) fn with_outlines(lock: Lock, backend: Backend, outlines: Vec<Outline>) -> Lock {
    let lines = outlines.into_iter().map(|of| (of.name, of.lines));
    lock.with_models(backend, lines)
}

/// What a lock should keep of a schema on a backend and does not; `None` where it keeps just that.
pub(crate) fn unkept(lock: &Lock, backend: Backend, schema: &Schema) -> Option<Vec<Outline>> {
    let outlines = || Outline::of(schema, dialect(backend));
    let kept = lock.models(backend);
    let kept = kept.map(|kept| (kept.name().to_owned(), kept.lines().to_vec()));
    let keeps = kept.eq(outlines().map(|of| (of.name, of.lines)));
    (!keeps).then(|| outlines().collect())
}

/// What looks at the tables that the models are compared with: those of their schemas too, and of `more`.
pub(crate) fn inspector(
    settings: &Settings,
    wanted: &Schema,
    tables: &[String],
    more: impl IntoIterator<Item = String>,
) -> Result<Inspector, CommandError> {
    let mut schemas = settings.schemas.clone();
    schemas.extend(more);
    for table in &wanted.tables {
        let former = table.renamed_from.as_ref();
        schemas.extend(table.name.schema.clone());
        schemas.extend(former.and_then(|name| name.schema.clone()));
    }
    schemas.sort();
    schemas.dedup();
    let globs = |error: migrate_core::InspectError| CommandError::usage(error.to_string());
    Inspector::new()
        .schemas(schemas)
        .exclude(&settings.exclude)
        .and_then(|inspector| inspector.only(tables))
        .map_err(globs)
}

/// What is wrong with models, each with its file as the user would name it.
fn wrong(errors: &ModelErrors, context: &Context<'_>, place: &Place) -> CommandError {
    let folder = place.settings_folder();
    let texts: Vec<_> = errors
        .all()
        .iter()
        .map(|error| match error.line {
            0 => format!("`{}`: {}", error.file, error.message),
            line => {
                let file = context.shown(&folder.join(&error.file));
                format!("{file}:{line}:{}: {}", error.column, error.message)
            }
        })
        .collect();
    let message = match &texts[..] {
        [text] => text.clone(),
        texts => format!("the models are wrong:\n  {}", texts.join("\n  ")),
    };
    let error = CommandError::failed(message);
    if errors.all().iter().any(|error| error.line == 0) {
        return error.with_help(
            "`models` in migrate.toml names the files that have models, seen from its folder: models = [\"src/**/*.rs\"]",
        );
    }
    error
}
