//! The one door to the terminal: results on standard output, everything else on standard error, no password on either.

use std::fmt::Display;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use indicatif::ProgressBar;
use serde_json::Value;

use crate::config::{Format, Globals};
use crate::error::CommandError;
use crate::mask::without_passwords;
use crate::program::Program;
use crate::report;

pub(crate) struct Ui {
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
    program: Program,
    format: Format,
    quiet: bool,
    verbose: bool,
    /// The bar that is on the screen now: lines must go around it.
    bar: Option<ProgressBar>,
    /// The first line that could not be written, for another reason than a reader who went away.
    unwritten: Option<io::Error>,
}

impl Ui {
    pub(crate) fn new(globals: &Globals) -> Self {
        Self {
            out: AutoStream::new(io::stdout(), globals.color.into()),
            err: AutoStream::new(io::stderr(), globals.color.into()),
            program: Program::new(&globals.program),
            format: globals.format,
            quiet: globals.quiet,
            verbose: globals.verbose,
            bar: None,
            unwritten: None,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether somebody can be asked.
    pub(crate) fn is_interactive(&self) -> bool {
        !self.is_json() && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// A text with the commands in it called as the user calls them.
    pub(crate) fn in_words(&self, text: &str) -> String {
        self.program.text(text)
    }

    /// A line of a result that was asked for.
    pub(crate) fn result(&mut self, line: impl Display) {
        if !self.is_json() {
            self.write_out(&line.to_string());
        }
    }

    /// Lines of a result that may be many: they are written at once.
    pub(crate) fn results(&mut self, lines: &[String]) {
        if !lines.is_empty() {
            self.result(lines.join("\n"));
        }
    }

    /// A line of a result that is good to know and not what the command is for.
    pub(crate) fn summary(&mut self, line: impl Display) {
        if !self.quiet {
            self.result(line);
        }
    }

    /// One JSON object on a line of its own; nothing where text is wanted.
    pub(crate) fn json(&mut self, value: &Value) {
        if self.is_json() {
            self.write_out(&value.to_string());
        }
    }

    /// A text that is a result as it is, for another program to read: nothing in it is masked, coloured or left out.
    pub(crate) fn verbatim(&mut self, text: &str) {
        if self.is_json() {
            return;
        }
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        self.remember(written);
    }

    /// A line beside the result: what happens, or what is odd.
    pub(crate) fn note(&mut self, line: impl Display) {
        if !self.quiet {
            self.insist(line);
        }
    }

    /// A line without which nobody could decide, however quiet it is to be.
    pub(crate) fn insist(&mut self, line: impl Display) {
        let line = self.in_words(&line.to_string());
        self.write_err(&line);
    }

    /// A note for those who want to hear more.
    pub(crate) fn detail(&mut self, line: impl Display) {
        if self.verbose {
            self.note(line);
        }
    }

    /// A question that is answered with yes or no; nothing, and anything else, is no.
    pub(crate) fn ask(&mut self, question: &str) -> bool {
        let answer = self.answer(&format!("{question} [y/N]"));
        answer.is_some_and(|answer| matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// A question that is answered with a line.
    pub(crate) fn answer(&mut self, question: &str) -> Option<String> {
        write!(self.err, "{} ", without_passwords(question))
            .and_then(|()| self.err.flush())
            .ok()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }

    /// Asks before something is lost, unless `yes` says it all. Where nobody can be asked, nothing is lost.
    pub(crate) fn confirm(&mut self, yes: bool, question: &str) -> Result<(), CommandError> {
        if yes {
            return Ok(());
        }
        if !self.is_interactive() {
            let what = question.strip_suffix(" Go on?").unwrap_or(question);
            return Err(CommandError::usage(format!(
                "nobody is here to be asked: {}",
                what.trim_end_matches('.')
            ))
            .with_help("--yes goes without asking"));
        }
        if self.ask(question) {
            return Ok(());
        }
        Err(CommandError::failed("not confirmed: nothing was changed")
            .with_help("--yes goes without asking"))
    }

    /// Shows a bar for so many steps where somebody sees it.
    pub(crate) fn start_bar(&mut self, steps: usize) {
        if self.quiet || self.is_json() || self.verbose || steps == 0 || !io::stderr().is_terminal()
        {
            return;
        }
        let bar = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
        if let Ok(style) = indicatif::ProgressStyle::with_template(
            "{spinner} {bar:24} {pos}/{len} {elapsed} {wide_msg}",
        ) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        self.bar = Some(bar);
    }

    pub(crate) fn bar(&self) -> Option<&ProgressBar> {
        self.bar.as_ref()
    }

    pub(crate) fn end_bar(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Says how it went, for the last time, and turns it into the exit code.
    pub(crate) fn finish(mut self, done: Result<(), CommandError>) -> ExitCode {
        self.end_bar();
        let unwritten = self
            .unwritten
            .take()
            .map(|error| CommandError::failed(format!("cannot write the result: {error}")));
        match done.err().or(unwritten) {
            None => ExitCode::SUCCESS,
            Some(error) => {
                let error = error.in_words_of(&self.program);
                let code = error.kind().exit_code();
                self.json(&report::json(&error));
                let text = report::text(&error);
                self.write_err(text.trim_end());
                ExitCode::from(code)
            }
        }
    }

    fn write_out(&mut self, line: &str) {
        let mut line = without_passwords(line);
        // A stream that strips escapes itself makes a system call of each piece between two of them.
        if self.out.current_choice() == ColorChoice::Never {
            line = strip_str(&line).to_string();
        }
        let written = match &self.bar {
            Some(bar) => bar.suspend(|| writeln!(self.out, "{line}")),
            None => writeln!(self.out, "{line}"),
        };
        // Lines of events are read while the run goes on.
        let written = written.and_then(|()| self.out.flush());
        self.remember(written);
    }

    /// Keeps the first error of writing, to be told in the end.
    fn remember(&mut self, written: io::Result<()>) {
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.unwritten.get_or_insert(error);
        }
    }

    fn write_err(&mut self, line: &str) {
        let line = without_passwords(line);
        // There is nowhere left to complain to.
        let _ = match &self.bar {
            Some(bar) => bar.suspend(|| writeln!(self.err, "{line}")),
            None => writeln!(self.err, "{line}"),
        };
    }
}
