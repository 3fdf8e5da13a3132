//! The files of `table!` blocks that a project has a tool write: what they are to say, and bringing them up to date.

use std::fs;

use migrate_chain::PrintSchema as Wanted;
use migrate_core::{AnyConnection, Inspector, dialect};
use migrate_schema::render::{Docs, PrintSchema, SameQuery};
use migrate_schema::{Dialect, Schema};
use regex_lite::Regex;

use crate::context::Context;
use crate::error::{CommandError, Kind};
use crate::files;
use crate::ui::Ui;

/// Rewrites the files that `[print_schema]` of migrate.toml or diesel.toml names, where they are not what the database says, and
/// gives their names. With `--locked` that is an error instead. An app that runs elsewhere has no such files.
pub(crate) fn rewrite(
    ui: &mut Ui,
    context: &Context<'_>,
    connection: &mut AnyConnection,
) -> Result<Vec<String>, CommandError> {
    let mut written = Vec::new();
    if !context.has_files() {
        return Ok(written);
    }
    let place = context.place_if_any()?;
    for wanted in place.iter().flat_map(|place| &place.settings.print_schema) {
        let shown = context.shown(&wanted.file);
        let text = text(context, wanted, connection).map_err(|(what, help)| {
            CommandError::failed(format!("{shown} is not brought up to date: {what}"))
                .with_help(help)
        })?;
        if fs::read_to_string(&wanted.file).is_ok_and(|there| there == text) {
            ui.detail(format!("{shown} is up to date"));
            continue;
        }
        if context.globals.locked {
            return Err(
                CommandError::failed(format!("{shown} is not what the database says"))
                    .with_help("`migrate schema --write` brings it up to date; commit it")
                    .with_kind(Kind::NotCurrent),
            );
        }
        files::replace(&wanted.file, &text)
            .map_err(|error| CommandError::failed(format!("cannot write {shown}: {error}")))?;
        ui.note(format!("wrote {shown}"));
        written.push(shown);
    }
    Ok(written)
}

/// What is wrong, and what to do about it.
type Wrong = (String, String);

/// The text of one file.
fn text(
    context: &Context<'_>,
    wanted: &Wanted,
    connection: &mut AnyConnection,
) -> Result<String, Wrong> {
    let said_in = context.shown(&wanted.said_in);
    if let Some(key) = wanted.unknown.first() {
        let what = format!("`{key}` in {said_in} asks for what cannot be done here");
        return Err((what, "take the key out, or leave the file to `diesel print-schema`: a [print_schema] in migrate.toml goes before that of diesel.toml".to_owned()));
    }
    let (schema, options) = schema(wanted, connection)
        .map_err(|what| (what, format!("see [print_schema] in {said_in}")))?;
    let text = options.text(&schema, dialect(connection.backend()));
    let Some(patch) = &wanted.patch_file else {
        return Ok(text);
    };
    let shown = context.shown(patch);
    let help = || {
        format!(
            "mend the patch: make it anew with `diff -u` from what `migrate schema` prints to {}",
            context.shown(&wanted.file)
        )
    };
    let read = fs::read_to_string(patch).map_err(|error| {
        (
            format!("cannot read {shown}: {error}"),
            format!("see [print_schema] in {said_in}"),
        )
    })?;
    let parsed = diffy::Patch::from_str(&read)
        .map_err(|error| (format!("{shown} is no unified diff: {error}"), help()))?;
    diffy::apply(&text, &parsed)
        .map_err(|error| (format!("{shown} does not fit any more: {error}"), help()))
}

/// The tables that the file is of, and how they are written.
fn schema(
    wanted: &Wanted,
    connection: &mut AnyConnection,
) -> Result<(Schema, PrintSchema), String> {
    let dialect = dialect(connection.backend());
    let mut inspector = Inspector::new();
    // The connection's own schema is read by itself.
    let own = if dialect == Dialect::Postgres {
        "public"
    } else {
        ""
    };
    let other = wanted.schema.as_ref().filter(|schema| *schema != own);
    if let Some(schema) = other {
        inspector = inspector.schemas([schema]);
    }
    let mut schema = inspector
        .schema_without_domains(connection)
        .map_err(|error| error.to_string())?;
    schema
        .tables
        .retain(|table| table.name.schema.as_ref() == other);
    let only = expressions(&wanted.only_tables)?;
    let except = expressions(&wanted.except_tables)?;
    let matches = |all: &[Regex], name: &str| all.iter().any(|of| of.is_match(name));
    schema.tables.retain(|table| {
        let name = &table.name.name;
        (only.is_empty() || matches(&only, name)) && !matches(&except, name)
    });
    let except = expressions(&wanted.except_types)?;
    let missing = PrintSchema::missing_types(&schema, dialect).into_iter();
    let excepted = missing.filter(|(word, name)| {
        [word, &name.name, &name.to_string()]
            .iter()
            .any(|name| matches(&except, name))
    });
    let mut options = PrintSchema::default();
    options.docs = match wanted.docs.as_deref() {
        None | Some("no-doc-comments") => Docs::None,
        Some("only-database-comments") => Docs::Comments,
        Some(_) => Docs::All,
    };
    options.sort_columns = wanted.sort_columns;
    options.import_types.clone_from(&wanted.import_types);
    options.sql_types = wanted.sql_types.unwrap_or(true);
    options.except_types = excepted.map(|(word, _)| word).collect();
    options.type_derives.clone_from(&wanted.type_derives);
    options.module.clone_from(&wanted.schema);
    options.same_query = match wanted.same_query.as_deref() {
        Some("none") => SameQuery::None,
        Some("fk_related_tables") => SameQuery::Related,
        _ => SameQuery::All,
    };
    options.bigint_keys = wanted.bigint_keys;
    Ok((schema, options))
}

fn expressions(texts: &[String]) -> Result<Vec<Regex>, String> {
    let compile = |text: &String| {
        Regex::new(text).map_err(|error| format!("`{text}` is no regular expression: {error}"))
    };
    texts.iter().map(compile).collect()
}
