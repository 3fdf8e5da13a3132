//! What clap cannot know of a wrong command line: what was probably meant.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The same error, with a tip where there is one.
pub(super) fn hinted(mut error: clap::Error) -> clap::Error {
    if let Some(tip) = tip(&error) {
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

fn tip(error: &clap::Error) -> Option<String> {
    let usage = text(error.get(ContextKind::Usage)?);
    let of = |verb: &str| usage.contains(&format!("migrate {verb} "));
    let argument = text(error.get(ContextKind::InvalidArg)?);
    match error.kind() {
        // The words after a bare `revision` are its message. A dash begins an option that is written wrongly.
        ErrorKind::UnknownArgument if of("revision") && !argument.starts_with('-') => {
            Some(format!("did you mean -m {argument:?}?"))
        }
        ErrorKind::MissingRequiredArgument if of("revision") => {
            Some("say what it does: -m \"add phone to members\"".to_owned())
        }
        ErrorKind::MissingRequiredArgument if of("downgrade") => {
            Some("say how far: -1 for the newest revision, base for all of them, or the revision that stays applied".to_owned())
        }
        ErrorKind::MissingRequiredArgument if of("stamp") => {
            Some("say where the database is: head, base, or the newest revision that it has".to_owned())
        }
        _ => None,
    }
}

/// As clap keeps it, without colours.
fn text(value: &ContextValue) -> String {
    value.to_string()
}
