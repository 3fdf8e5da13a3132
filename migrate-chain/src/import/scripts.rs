//! The two scripts of a version, out of one file or two.

use super::names::Name;
use super::{ImportError, Tool};
use crate::{Backends, Direction, Statement, split};

/// What is known of a version.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) from: Vec<String>,
    pub(super) up: Option<String>,
    pub(super) down: Option<String>,
    /// Whether up and down are to run in a transaction.
    pub(super) transaction: [bool; 2],
}

impl Default for Pair {
    fn default() -> Self {
        Self {
            name: String::new(),
            from: Vec::new(),
            up: None,
            down: None,
            transaction: [true, true],
        }
    }
}

impl Pair {
    /// Takes in one file.
    pub(super) fn take(
        &mut self,
        tool: Tool,
        file: &str,
        text: &str,
        name: &Name,
    ) -> Result<(), ImportError> {
        let before = self.from.first().cloned();
        let twice = |there: bool| match before.clone() {
            Some(one) if there => Err(ImportError::Twice {
                one,
                other: file.to_owned(),
            }),
            _ => Ok(()),
        };
        match name.direction {
            Some(Direction::Up) => {
                twice(self.up.is_some())?;
                self.transaction[0] = !without_transaction(tool, text);
                self.up = Some(text.to_owned());
                self.name.clone_from(&name.words);
            }
            Some(Direction::Down) => {
                twice(self.down.is_some())?;
                self.transaction[1] = !without_transaction(tool, text);
                self.down = Some(text.to_owned());
            }
            None => {
                twice(self.up.is_some())?;
                self.sections(tool, text);
                self.name.clone_from(&name.words);
            }
        }
        self.from.push(file.to_owned());
        Ok(())
    }

    /// Takes a text apart whose comments say where up and down begin.
    fn sections(&mut self, tool: Tool, text: &str) {
        let mut parts = [None::<String>, None];
        let mut at = None;
        for line in text.lines() {
            match Mark::of(tool, line) {
                Some(Mark::Section(section, in_transaction)) => {
                    at = Some(section);
                    parts[section].get_or_insert_default();
                    self.transaction[section] &= in_transaction;
                }
                Some(Mark::NoTransaction) => self.transaction = [false, false],
                // Where a statement begins and ends is told by the SQL itself.
                Some(Mark::Nothing) => {}
                None => {
                    if let Some(part) = at.and_then(|at: usize| parts[at].as_mut()) {
                        part.extend([line, "\n"]);
                    }
                }
            }
        }
        let [up, down] = parts.map(|part| part.map(|part| trimmed(&part)));
        // A file without a mark is a step up.
        self.up = Some(up.unwrap_or_else(|| match down {
            Some(_) => String::new(),
            None => text.to_owned(),
        }));
        self.down = down;
    }
}

/// A comment that means something to dbmate or goose.
enum Mark {
    /// Up (0) or down (1) begins here, and whether it runs in a transaction.
    Section(usize, bool),
    NoTransaction,
    Nothing,
}

impl Mark {
    fn of(tool: Tool, line: &str) -> Option<Self> {
        let comment = line.trim_start().strip_prefix("--")?.trim();
        let mut words = comment.split_whitespace();
        let mut first = words.next()?;
        match tool {
            Tool::Dbmate => {
                first = first.strip_prefix("migrate:")?;
                let bare = words.any(|word| word == "transaction:false");
                section(first, !bare)
            }
            Tool::Goose if first == "+goose" => {
                let rest: Vec<_> = words.map(str::to_ascii_lowercase).collect();
                match rest.join(" ").as_str() {
                    "no transaction" => Some(Self::NoTransaction),
                    "statementbegin" | "statementend" | "envsub on" | "envsub off" => {
                        Some(Self::Nothing)
                    }
                    other => section(other, true),
                }
            }
            _ => None,
        }
    }
}

fn section(word: &str, in_transaction: bool) -> Option<Mark> {
    match word {
        "up" => Some(Mark::Section(0, in_transaction)),
        "down" => Some(Mark::Section(1, in_transaction)),
        _ => None,
    }
}

/// The text without blank lines around it.
fn trimmed(text: &str) -> String {
    let text = text.trim_end().trim_start_matches('\n');
    match text {
        "" => String::new(),
        text => format!("{text}\n"),
    }
}

/// Whether the first line says that the script runs without a transaction.
fn without_transaction(tool: Tool, text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default().trim_start();
    tool == Tool::Sqlx && first.starts_with("-- no-transaction")
}

/// Whether a script does anything, by the rules of any of these.
pub(super) fn has_statement(text: &str, backends: Backends) -> bool {
    backends
        .iter()
        .any(|backend| split(backend, text).map_or(true, |statements| !statements.is_empty()))
}

/// Whether a script begins or ends a transaction itself, by the rules of any of these.
pub(super) fn controls_transaction(text: &str, backends: Backends) -> bool {
    backends.iter().any(|backend| {
        let statements = split(backend, text).unwrap_or_default();
        statements.into_iter().any(|range| {
            let statement = Statement {
                text: &text[range.clone()],
                start: range.start,
            };
            statement.transaction_control(backend).is_some()
        })
    })
}
