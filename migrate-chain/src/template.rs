//! Placeholders in a text: `${message}` and the like.

use crate::nearest::nearest;

/// A placeholder that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: nothing is called `${{{name}}}`")]
pub struct Unknown {
    /// The line that it is in, from 1.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// What it may have meant.
    pub nearest: Option<String>,
}

/// The text with each `${name}` replaced by its value. `$$` before a `{` is a `$`.
///
/// ```
/// use migrate_chain::filled;
///
/// let values = [("message", "add phone"), ("author", "Ada")];
/// assert_eq!(filled("-- ${message} by ${author}, $${kept}\n", &values)?, "-- add phone by Ada, ${kept}\n");
/// assert_eq!(filled("${mesage}", &values).unwrap_err().nearest.as_deref(), Some("message"));
/// # Ok::<(), migrate_chain::Unknown>(())
/// ```
///
/// # Errors
/// [`Unknown`]: the first placeholder that is none of these.
pub fn filled<V: AsRef<str>>(text: &str, values: &[(&str, V)]) -> Result<String, Unknown> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('$') {
            filled += before;
            filled += "${";
            rest = &from[2..];
            continue;
        }
        // Without an end it is no placeholder.
        let Some((name, behind)) = from[2..].split_once('}') else {
            break;
        };
        filled += before;
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled += value.as_ref(),
            None => {
                return Err(Unknown {
                    line: text[..text.len() - from.len()].matches('\n').count() + 1,
                    name: name.to_owned(),
                    nearest: nearest(name, values.iter().map(|(known, _)| *known))
                        .map(str::to_owned),
                });
            }
        }
        rest = behind;
    }
    Ok(filled + rest)
}
