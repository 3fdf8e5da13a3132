//! The user's editor.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::CommandError;
use crate::ui::Ui;

/// Opens files in the editor that VISUAL or EDITOR names, and waits for it to end.
pub(crate) fn open(ui: &Ui, files: &[PathBuf]) -> Result<(), CommandError> {
    let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| {
        let value = std::env::var(name).ok()?;
        (!value.trim().is_empty()).then_some((name, value))
    });
    let (name, value) = match named {
        Some(named) => named,
        None if ui.is_interactive() => ("", usual().to_owned()),
        None => {
            return Err(CommandError::usage("no editor is named")
                .with_help("set VISUAL or EDITOR: EDITOR=\"code --wait\""));
        }
    };
    let words = words(&value).ok_or_else(|| {
        CommandError::usage(format!("{name} is no command: a quote in it never ends"))
    })?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(CommandError::usage(format!("{name} names no program")));
    };
    let status = Command::new(program)
        .args(arguments)
        .args(files)
        .status()
        .map_err(|error| {
            CommandError::failed(format!("cannot start the editor {program}: {error}"))
                .with_help("VISUAL or EDITOR names another one")
        })?;
    if status.success() {
        Ok(())
    } else {
        Err(CommandError::failed(format!(
            "the editor {program} failed: {status}"
        )))
    }
}

fn usual() -> &'static str {
    if cfg!(windows) { "notepad" } else { "vi" }
}

/// The program and its arguments. The whole may be the path of a program with blanks in it.
fn words(value: &str) -> Option<Vec<String>> {
    if Path::new(value).is_file() {
        return Some(vec![value.to_owned()]);
    }
    // On Windows a backslash is part of a path.
    let value = if cfg!(windows) {
        value.replace('\\', "\\\\")
    } else {
        value.to_owned()
    };
    shell_words::split(&value).ok()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn an_editor_may_have_arguments_and_quotes() {
        let split = |value: &str| words(value).map(|words| words.join("|"));
        assert_eq!(split("code --wait").as_deref(), Some("code|--wait"));
        assert_eq!(split("'my editor' -n").as_deref(), Some("my editor|-n"));
        assert_eq!(split("'vi"), None);
    }
}
