//! What clap cannot know of a wrong command line: what was probably meant.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The same error, with a tip where there is one.
pub(super) fn hinted(mut error: clap::Error) -> clap::Error {
    if let Some(tip) = tip(&error) {
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
        // What is meant is better than what looks like it.
        error.remove(ContextKind::SuggestedSubcommand);
    }
    error
}

/// The commands of Alembic, diesel_cli, sqlx, Flyway, refinery and others that have another name here.
const ELSEWHERE: [(&[&str], &str); 9] = [
    (
        &["status", "info", "list", "pending"],
        "current -v` or `migrate history",
    ),
    (&["run", "up", "apply", "migrate"], "upgrade"),
    (&["down", "revert", "rollback", "undo"], "downgrade -1"),
    (&["add", "new", "generate", "make"], "revision -m \"...\""),
    (&["merge"], "rebase"),
    (&["baseline", "force", "resolve"], "stamp"),
    (&["validate"], "check"),
    (&["clean"], "drop` or `migrate reset"),
    (&["print-schema"], "schema --as table"),
];

fn tip(error: &clap::Error) -> Option<String> {
    if error.kind() == ErrorKind::InvalidSubcommand {
        let word = text(error.get(ContextKind::InvalidSubcommand)?);
        let (_, here) = ELSEWHERE
            .iter()
            .find(|(words, _)| words.contains(&word.as_str()))?;
        return Some(format!("here it is `migrate {here}`"));
    }
    let usage = text(error.get(ContextKind::Usage)?);
    let of = |verb: &str| usage.contains(&format!(" {verb} "));
    let argument = text(error.get(ContextKind::InvalidArg)?);
    match error.kind() {
        // The words after a bare `revision` are its message. A dash begins an option that is written wrongly.
        ErrorKind::UnknownArgument if of("revision") && !argument.starts_with('-') => {
            Some(format!("did you mean -m {:?}?", message(&argument)))
        }
        ErrorKind::MissingRequiredArgument
            if of("revision") && argument.contains("--message") =>
        {
            Some("say what it does: -m \"add phone to members\"".to_owned())
        }
        ErrorKind::MissingRequiredArgument if of("downgrade") => {
            Some("say how far: -1 for the newest revision, base for all of them, or the revision that stays applied".to_owned())
        }
        ErrorKind::MissingRequiredArgument if of("show") => {
            Some("say which: head, an id or its beginning, or a name".to_owned())
        }
        ErrorKind::MissingRequiredArgument if of("stamp") => {
            Some("say where the database is: head, base, or the newest revision that it has".to_owned())
        }
        _ => None,
    }
}

/// The words that stand where a message has none of its own quotes, from this one to the next option.
fn message(first: &str) -> String {
    let words = std::env::args().skip_while(|word| word != first);
    let words: Vec<_> = words.take_while(|word| !word.starts_with('-')).collect();
    if words.is_empty() {
        first.to_owned()
    } else {
        words.join(" ")
    }
}

/// As clap keeps it, without colours.
fn text(value: &ContextValue) -> String {
    value.to_string()
}
