//! How an error reads: for people with the line that failed and a caret under the place, for programs as JSON.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use migrate_core::{Direction, Failure, Problem};
use serde_json::{Value, json};

use crate::error::{Cause, CommandError};
use crate::style::STRONG;

/// What the name of a script begins with that is in no file.
pub(crate) const IN_LEDGER: &str = "ledger:";

/// Narrow enough for every terminal.
const WIDTH: usize = 80;

// The colours of the frames, which are rustc's.
const BAD: Style = AnsiColor::BrightRed.on_default().bold();
const ADVICE: Style = AnsiColor::BrightCyan.on_default().bold();

/// The whole report, coloured; whoever prints it takes the colours out where there is no terminal.
pub(crate) fn text(error: &CommandError) -> String {
    let message = error.to_string();
    match &error.cause {
        Cause::None => plain(&message, error.help()),
        Cause::Problems { problems, texts } => format!(
            "{}\n\n{}",
            problems.folded(texts, "--format json").join("\n\n"),
            plain(&message, error.help())
        ),
        Cause::Failure(failure, shown) => framed(failure, shown, &message, error.help()),
    }
}

fn plain(message: &str, help: Option<&str>) -> String {
    let mut text = format!("{BAD}error{BAD:#}{STRONG}: {message}{STRONG:#}");
    for (index, line) in help.unwrap_or_default().lines().enumerate() {
        text += &if index == 0 {
            format!("\n  {ADVICE}help{ADVICE:#}: {line}")
        } else {
            format!("\n        {line}")
        };
    }
    text
}

fn framed(failure: &Failure, shown: &str, message: &str, help: Option<&str>) -> String {
    let path = path(failure, shown);
    let mut group = Group::with_title(Level::ERROR.primary_title(message));
    let frame = failure.position.zip(failure.line.as_deref());
    if let Some((position, line)) = frame {
        let at = caret(line, position.column);
        group = group.element(
            Snippet::source(line)
                .line_start(position.line)
                .path(&path)
                .fold(false)
                .annotation(AnnotationKind::Primary.span(at).label(label(failure))),
        );
    } else {
        group = group.element(Level::NOTE.message(format!("in {path}{}", of(failure))));
    }
    let notes = [
        failure
            .error
            .detail
            .as_deref()
            .map(|detail| format!("detail: {detail}")),
        // Where the hint is the advice, it is the help already.
        failure
            .error
            .hint
            .as_deref()
            .filter(|hint| Some(*hint) != help)
            .map(|hint| format!("hint: {hint}")),
        failure.note.clone(),
        Some(failure.state()),
    ];
    for note in notes.into_iter().flatten() {
        group = group.element(Level::NOTE.message(note));
    }
    if let Some(help) = help {
        group = group.element(Level::HELP.message(help.to_owned()));
    }
    renderer().render(&[group])
}

fn renderer() -> Renderer {
    Renderer::styled().term_width(WIDTH)
}

fn path(failure: &Failure, shown: &str) -> String {
    if shown.is_empty() || failure.file.starts_with(IN_LEDGER) {
        failure.file.clone()
    } else {
        format!("{}/{}", shown.trim_end_matches('/'), failure.file)
    }
}

fn label(failure: &Failure) -> String {
    let word = match failure.direction {
        _ if failure.is_seed => "seed",
        Direction::Up => "upgrade",
        Direction::Down => "downgrade",
    };
    format!("the {word} failed here{}", of(failure))
}

fn of(failure: &Failure) -> String {
    if failure.number > 0 && failure.of > 1 {
        format!(" (statement {} of {})", failure.number, failure.of)
    } else {
        String::new()
    }
}

/// The bytes of the character in that column of the line; the end of the line where there is none.
fn caret(line: &str, column: usize) -> std::ops::Range<usize> {
    line.char_indices()
        .nth(column.saturating_sub(1))
        .map_or(line.len()..line.len(), |(start, character)| {
            start..start + character.len_utf8()
        })
}

/// The last line of a JSON result when a command failed.
pub(crate) fn json(error: &CommandError) -> Value {
    let mut value = json!({
        "event": "error",
        "kind": error.kind().name(),
        "exit_code": error.kind().exit_code(),
        "message": error.to_string(),
        "help": error.help(),
    });
    match &error.cause {
        Cause::None => {}
        Cause::Problems { problems, texts } => {
            value["problems"] = problems
                .iter()
                .zip(texts)
                .map(|(problem, text)| problem_json(problem, text))
                .collect();
        }
        Cause::Failure(failure, shown) => value["failure"] = failure_json(failure, shown),
    }
    value
}

fn problem_json(problem: &Problem, text: &str) -> Value {
    json!({
        "file": problem.file(),
        "line": problem.line(),
        "message": problem.to_string(),
        "help": problem.help(),
        "text": text,
    })
}

/// A failed statement, in the `error` of a run and in its `failed` event.
pub(crate) fn failure_json(failure: &Failure, shown: &str) -> Value {
    json!({
        "revision": failure.revision,
        "direction": failure.direction.name(),
        "file": path(failure, shown),
        "line": failure.position.map(|position| position.line),
        "column": failure.position.map(|position| position.column),
        "statement": failure.statement,
        "number": failure.number,
        "of": failure.of,
        "message": failure.error.message,
        "code": failure.error.code,
        "detail": failure.error.detail,
        "hint": failure.error.hint,
        "state": failure.state(),
        "current": failure.current,
    })
}

#[cfg(test)]
mod tests {
    use super::caret;

    #[test]
    fn a_caret_stands_under_a_whole_character_or_after_the_line() {
        assert_eq!(caret("abc", 2), 1..2);
        assert_eq!(caret("äbc", 1), 0..2);
        assert_eq!(caret("äbc", 2), 2..3);
        assert_eq!(caret("abc", 9), 3..3);
        assert_eq!(caret("", 1), 0..0);
    }
}
