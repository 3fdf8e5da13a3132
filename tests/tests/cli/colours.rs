//! Colours: on a terminal alone, unless somebody says otherwise.
#![cfg(target_os = "linux")]

use crate::terminal::screen;
use crate::{finish, said_on_app, tool, two_tables};

const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const CYAN: &str = "\u{1b}[36m";

#[test]
fn a_terminal_has_colours_with_one_meaning_each() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade", "+1"]);
    let Some((history, _)) = screen(&project.path(), &[], "history", "") else {
        return;
    };
    for (style, text) in [
        (CYAN, "02"),
        (GREEN, "(head)"),
        (YELLOW, "pending"),
        (GREEN, "(current)"),
    ] {
        assert!(
            history.contains(&format!("{style}{text}\u{1b}[0m")),
            "{text}: {history:?}"
        );
    }
    let (show, _) = screen(&project.path(), &[], "show head", "").expect("shown before");
    assert!(
        show.contains("\u{1b}[1mCREATE\u{1b}[0m"),
        "a keyword stands out: {show:?}"
    );
    let (error, _) = screen(&project.path(), &[], "show nothing", "").expect("shown before");
    assert!(error.contains("\u{1b}[91m"), "an error is red: {error:?}");
}

#[test]
fn a_terminal_has_none_for_those_who_want_none() {
    let project = two_tables();
    for (variables, arguments) in [
        (&[("NO_COLOR", "1")][..], "history"),
        (&[("CLICOLOR", "0")], "history"),
        (&[("TERM", "dumb")], "history"),
        (&[], "history --color never"),
        (&[("CLICOLOR_FORCE", "1")], "history --color never"),
    ] {
        let Some((screen, code)) = screen(&project.path(), variables, arguments, "") else {
            return;
        };
        assert_eq!(code, Some(0), "{screen}");
        assert!(
            screen.contains("t02 (head)"),
            "{variables:?} {arguments}: {screen:?}"
        );
        assert!(
            !screen.contains("\u{1b}[3"),
            "{variables:?} {arguments}: {screen:?}"
        );
    }
}

#[test]
fn a_pipe_has_none_unless_they_are_forced() {
    let project = two_tables();
    let history = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = tool(
            &project.path(),
            &[&["--database-url", "sqlite:app.db", "history"], arguments].concat(),
        );
        command.envs(variables.iter().copied());
        finish(command).expect(0).stdout
    };
    assert!(!history(&[], &[]).contains('\u{1b}'));
    assert!(history(&["--color", "always"], &[]).contains(GREEN));
    assert!(history(&[], &[("CLICOLOR_FORCE", "1")]).contains(GREEN));
    let json = history(&["--color", "always", "--format", "json"], &[]);
    assert!(!json.contains('\u{1b}'), "{json}");
}
