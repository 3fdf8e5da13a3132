//! What the user calls the command line: `migrate`, or `my-app migrate` where an app has mounted it. Whatever tells the user what
//! to run is written for `migrate` and put into the program's own words here, and nowhere else.

/// The name that all texts are written for.
const WRITTEN: &str = "migrate";

/// The widest line of a help text.
const WIDTH: usize = 80;

/// The words before a command.
#[derive(Clone, Debug)]
pub(crate) struct Program(String);

impl Program {
    /// From what clap calls it: the file's name and the commands above.
    pub(crate) fn new(called: &str) -> Self {
        let (file, above) = called.split_once(' ').unwrap_or((called, ""));
        let file = file.strip_suffix(".exe").unwrap_or(file);
        Self(format!("{file} {above}").trim_end().to_owned())
    }

    /// A text in which commands stand in backticks.
    pub(crate) fn text(&self, text: &str) -> String {
        if self.0 == WRITTEN {
            return text.to_owned();
        }
        text.replace(&format!("`{WRITTEN} "), &format!("`{} ", self.0))
    }

    /// The end of a help text: examples of commands, indented, each with what it is for after two or more spaces.
    pub(crate) fn examples(&self, text: &str) -> String {
        if self.0 == WRITTEN {
            return text.to_owned();
        }
        let start = format!("  {WRITTEN} ");
        let lines: Vec<_> = text
            .lines()
            .map(|line| match line.strip_prefix(&start) {
                None => Line::Other(self.text(line)),
                Some(rest) => {
                    let (words, what) = rest.split_once("  ").unwrap_or((rest, ""));
                    Line::Example {
                        command: format!("  {} {words}", self.0),
                        what: what.trim(),
                    }
                }
            })
            .collect();
        let column = lines.iter().map(Line::command).max().unwrap_or_default() + 2;
        let fits = lines.iter().all(|line| column + line.what() <= WIDTH);
        let lines: Vec<_> = lines
            .iter()
            .map(|line| line.laid_out(column, fits))
            .collect();
        lines.join("\n")
    }
}

enum Line<'t> {
    Example { command: String, what: &'t str },
    Other(String),
}

impl Line<'_> {
    fn command(&self) -> usize {
        match self {
            Self::Example { command, .. } => command.chars().count(),
            Self::Other(_) => 0,
        }
    }

    fn what(&self) -> usize {
        match self {
            Self::Example { what, .. } => what.chars().count(),
            Self::Other(_) => 0,
        }
    }

    /// In two columns where these fit, otherwise each half on a line of its own.
    fn laid_out(&self, column: usize, fits: bool) -> String {
        match self {
            Self::Other(text) => text.clone(),
            Self::Example { command, what: "" } => command.clone(),
            Self::Example { command, what } if fits => format!("{command:column$}{what}"),
            Self::Example { command, what } => format!("{command}\n      {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN_EXAMPLES: &str =
        "Examples:\n  migrate upgrade      everything\n  migrate upgrade +1   the next";

    #[test]
    fn the_tool_itself_keeps_what_is_written() {
        for called in ["migrate", "migrate.exe"] {
            let program = Program::new(called);
            assert_eq!(
                program.text("run `migrate upgrade`"),
                "run `migrate upgrade`"
            );
            assert_eq!(program.examples(WRITTEN_EXAMPLES), WRITTEN_EXAMPLES);
        }
    }

    #[test]
    fn an_app_is_called_by_its_own_name() {
        let program = Program::new("shop.exe db");
        assert_eq!(
            program.text("run `migrate upgrade`, or `migrate-docs`"),
            "run `shop db upgrade`, or `migrate-docs`"
        );
        assert_eq!(
            program.examples(WRITTEN_EXAMPLES),
            "Examples:\n  shop db upgrade     everything\n  shop db upgrade +1  the next"
        );
    }

    #[test]
    fn a_long_name_does_not_make_a_wide_line() {
        let name = format!("{} migrate", "long".repeat(15));
        let examples = Program::new(&name).examples(WRITTEN_EXAMPLES);
        assert!(
            examples.contains("upgrade +1\n      the next"),
            "{examples}"
        );
    }
}
