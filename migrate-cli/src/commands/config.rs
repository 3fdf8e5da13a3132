//! `migrate config`: every setting, what it is and why.

use std::path::Path;

use migrate_chain::{FileName, Written};
use serde_json::{Value, json};

use crate::context::Context;
use crate::database_url::DatabaseUrl;
use crate::environment::Chosen;
use crate::error::CommandError;
use crate::origin::Origin;
use crate::ui::Ui;

/// Show every setting, and where it was found
///
/// What was found in several places is shown with those that it goes before. Nothing is connected to, and passwords are hidden.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  migrate config                     which database is meant here, and why
  migrate config --env prod          the same in an environment")]
pub(crate) struct Args {}

/// A setting as it is shown.
struct Setting {
    key: String,
    /// `null` is none.
    value: Value,
    /// `None`: it goes without saying.
    origin: Option<Origin>,
    /// The other places that name it, which do not count.
    others: Vec<(Value, Origin)>,
}

impl Setting {
    fn new(key: &str, value: impl Into<Value>, origin: Option<Origin>) -> Self {
        Self {
            key: key.to_owned(),
            value: value.into(),
            origin,
            others: Vec::new(),
        }
    }
}

pub(crate) fn run(ui: &mut Ui, context: &Context<'_>, _: &Args) -> Result<(), CommandError> {
    let chosen = context.chosen()?;
    let mut settings = places(context, &chosen)?;
    let (database, wrong) = database(context, &chosen);
    settings.push(database);
    settings.extend(decided(&chosen));
    settings.extend(models(context, &chosen)?);
    settings.extend(written(&chosen));
    let width = settings.iter().map(|setting| setting.key.len()).max();
    let width = width.unwrap_or_default();
    for setting in &settings {
        lines(setting, width)
            .iter()
            .for_each(|line| ui.result(line));
    }
    ui.json(&json!({ "settings": settings.iter().map(as_json).collect::<Vec<_>>() }));
    wrong.map_or(Ok(()), Err)
}

/// Where files are, and which environment is meant.
fn places(context: &Context<'_>, chosen: &Chosen) -> Result<Vec<Setting>, CommandError> {
    let globals = context.globals;
    let directory = context.place_if_any()?.map(|place| place.shown);
    let by = match (&globals.dir, chosen.outside("dir")) {
        (Some(_), _) => Some(Origin::of("--dir")),
        (None, Some(origin)) => Some(origin),
        (None, None) => None,
    };
    let text = |text: &str| {
        Some(text)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let config = globals.config.as_ref().map(|_| Origin::of("--config"));
    let environment = chosen.environment.as_ref();
    Ok(vec![
        Setting::new("directory", directory, by),
        Setting::new("settings", text(&chosen.shown), config),
        Setting::new(
            "environment",
            environment.map(|environment| environment.name.clone()),
            environment.map(|_| chosen.by.clone()),
        ),
    ])
}

/// Which database is meant, and what is wrong with a place that would have said so.
fn database(context: &Context<'_>, chosen: &Chosen) -> (Setting, Option<CommandError>) {
    let mut found = context
        .search(chosen, &context.variables())
        .all()
        .into_iter();
    let mut setting = Setting::new("database_url", Value::Null, None);
    match found.next() {
        None => {}
        Some(Err(error)) => return (setting, Some(error)),
        Some(Ok(DatabaseUrl { url, origin })) => {
            setting.value = url.into();
            setting.origin = Some(origin);
        }
    }
    // What is wrong with a place that does not count does no harm.
    let others = found.flatten();
    setting.others = others
        .map(|other| (other.url.into(), other.origin))
        .collect();
    (setting, None)
}

/// What has a value whether it is written down or not.
fn decided(chosen: &Chosen) -> Vec<Setting> {
    let settings = &chosen.settings;
    let (protected, protected_by) = chosen.protected();
    let (seeds, seeds_by) = chosen.seeds().unwrap_or_else(|| ("seeds".into(), None));
    let backends = settings.backends.map(|backends| backends.to_string());
    let file_name = match settings.file_name {
        FileName::Timestamp => "timestamp",
        FileName::Date => "date",
    };
    vec![
        Setting::new("backends", backends, chosen.outside("backends")),
        Setting::new("file_name", file_name, chosen.outside("file_name")),
        Setting::new("protected", protected, protected_by),
        Setting::new("seeds", slashes(&seeds), seeds_by),
    ]
}

/// Where the models are, and the file of `table!` blocks, which diesel.toml may name.
fn models(context: &Context<'_>, chosen: &Chosen) -> Result<Vec<Setting>, CommandError> {
    let Some(place) = context.place_if_any()? else {
        return Ok(Vec::new());
    };
    let globs = place.settings.model_globs(&place.directory);
    let globs = json!(globs).to_string();
    let mut settings = vec![Setting::new("models", globs, chosen.outside("models"))];
    let printed = place.settings.print_schema.iter();
    settings.extend(printed.map(|print| {
        let origin = chosen.outside("print_schema.file").unwrap_or(Origin {
            file: Some(context.shown(&print.said_in)),
            ..Origin::of("print_schema.file")
        });
        Setting::new(
            "print_schema.file",
            context.shown(&print.file),
            Some(origin),
        )
    }));
    Ok(settings)
}

/// Whatever else the file says, as it stands there.
fn written(chosen: &Chosen) -> Vec<Setting> {
    const SHOWN: [&str; 8] = [
        "backends",
        "database_url",
        "dir",
        "file_name",
        "models",
        "print_schema.file",
        "protected",
        "seeds",
    ];
    let all = chosen.settings.origin.written().iter();
    let others = all.filter(|written| {
        !SHOWN.contains(&written.key.as_str()) && !written.key.starts_with("env.")
    });
    let setting = |written: &Written| {
        Setting::new(
            &written.key,
            written.value.as_str(),
            chosen.outside(&written.key),
        )
    };
    others.map(setting).collect()
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn lines(setting: &Setting, width: usize) -> Vec<String> {
    let key = &setting.key;
    let from = match &setting.origin {
        Some(origin) if origin.name == *key => Origin {
            name: String::new(),
            ..origin.clone()
        }
        .to_string()
        .trim_start()
        .to_owned(),
        Some(origin) => origin.to_string(),
        None => String::new(),
    };
    let from = if from.is_empty() {
        from
    } else {
        format!("  ({from})")
    };
    let first = format!("{key:width$}  {}{from}", text(&setting.value));
    let others = setting.others.iter();
    let others = others
        .map(|(value, origin)| format!("{:width$}  goes before {}  ({origin})", "", text(value)));
    std::iter::once(first).chain(others).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn as_json(setting: &Setting) -> Value {
    let place = |origin: Option<&Origin>| {
        json!({
            "name": origin.map(|origin| &origin.name),
            "file": origin.and_then(|origin| origin.file.as_ref()),
            "line": origin.and_then(|origin| origin.line),
        })
    };
    let others = setting.others.iter();
    let others: Vec<_> = others
        .map(|(value, origin)| json!({ "value": value, "origin": place(Some(origin)) }))
        .collect();
    json!({
        "key": setting.key,
        "value": setting.value,
        "origin": setting.origin.as_ref().map(|origin| place(Some(origin))),
        "others": others,
    })
}
