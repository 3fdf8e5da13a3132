//! What one statement does to tables, columns and rows, read from its words.

use crate::Backend;
use crate::script::{Kind, Lexer, Statement};

/// What a statement does. Names are as the script writes them.
pub(super) enum Deed<'s> {
    Makes(String),
    /// Makes a table in the place of one that may be there.
    Replaces(String),
    Renames(String, String),
    /// Reads the rows of a table into another one.
    Copies(String),
    Adds(String, String),
    Drops(String),
    DropsColumn(String, &'s str),
    /// Takes all rows.
    Empties(String),
    /// Takes some rows.
    Deletes(String),
    /// Gives these columns a new value in all rows.
    Overwrites(String, Vec<String>),
    /// Destroys something else, in words.
    Other(String),
}

/// What an ALTER TABLE may drop that holds no data.
const NO_COLUMN: [&str; 8] = [
    "CONSTRAINT",
    "INDEX",
    "KEY",
    "FOREIGN",
    "PRIMARY",
    "CHECK",
    "PERIOD",
    "PARTITION",
];

/// A token: the keyword that it may be, and as it is written.
struct Word<'s> {
    upper: String,
    text: &'s str,
}

/// Words that are still to be read.
#[derive(Clone, Copy)]
struct Words<'w, 's>(&'w [Word<'s>]);

pub(super) fn deeds<'s>(statement: &Statement<'s>, backend: Backend) -> Vec<Deed<'s>> {
    // Most statements neither make nor take anything, and some are megabytes long.
    let words: Vec<_> = read(statement.text, backend);
    let words = Words(&words);
    match words.first() {
        "CREATE" => create(words.skip(1)),
        "DROP" => drop(words.skip(1), backend),
        "ALTER" if words.second() == "TABLE" => alter(words.skip(2)),
        "RENAME" => renames(words.skip(2)),
        "TRUNCATE" => truncate(words.skip(1)),
        "DELETE" => delete(words),
        "UPDATE" => update(words.skip(1)),
        "INSERT" | "REPLACE" => copies(words),
        "SELECT" if words.place("INTO").is_some() => select_into(words),
        "WITH" => with(words),
        _ => Vec::new(),
    }
}

fn read(text: &str, backend: Backend) -> Vec<Word<'_>> {
    Lexer::new(backend, text)
        .filter(|token| token.kind != Kind::Executable)
        .map(|token| {
            let written = token.text(text);
            let upper = if token.kind == Kind::Word {
                written.to_uppercase()
            } else {
                written.to_owned()
            };
            Word {
                upper,
                text: written,
            }
        })
        .collect()
}

impl<'w, 's> Words<'w, 's> {
    fn first(self) -> &'w str {
        self.0.first().map_or("", |word| &word.upper)
    }

    fn second(self) -> &'w str {
        self.skip(1).first()
    }

    fn skip(self, count: usize) -> Self {
        Self(self.0.get(count..).unwrap_or_default())
    }

    /// Without these words at the beginning, in whatever order they come.
    fn without(self, words: &[&str]) -> Self {
        let count = self
            .0
            .iter()
            .take_while(|word| words.contains(&&*word.upper));
        self.skip(count.count())
    }

    fn place(self, word: &str) -> Option<usize> {
        self.0.iter().position(|found| found.upper == word)
    }

    fn has(self, words: &[&str]) -> bool {
        words.iter().any(|word| self.place(word).is_some())
    }

    /// A name with its schema, and what follows it.
    fn name(self) -> (String, Self) {
        let mut name = self.0.first().map_or("", |word| word.text).to_owned();
        let mut rest = self.skip(1);
        while rest.first() == "." {
            name.push('.');
            name.push_str(rest.0.get(1).map_or("", |word| word.text));
            rest = rest.skip(2);
        }
        (name, rest)
    }

    /// The parts between commas that stand in no parentheses.
    fn parts(self) -> Vec<Self> {
        let mut parts = Vec::new();
        let (mut start, mut depth) = (0, 0_usize);
        for (place, word) in self.0.iter().enumerate() {
            match &*word.upper {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                "," if depth == 0 => {
                    parts.push(Self(&self.0[start..place]));
                    start = place + 1;
                }
                _ => {}
            }
        }
        parts.push(Self(&self.0[start..]));
        parts
    }

    /// The words that stand in no parentheses.
    fn outside(self) -> impl Iterator<Item = &'w str> {
        let mut depth = 0_usize;
        self.0.iter().filter_map(move |word| {
            match &*word.upper {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                other if depth == 0 => return Some(other),
                _ => {}
            }
            None
        })
    }

    /// The names after each FROM and JOIN.
    fn sources(self) -> impl Iterator<Item = String> {
        let after = (0..self.0.len())
            .filter(move |&place| matches!(&*self.0[place].upper, "FROM" | "JOIN"));
        after
            .map(move |place| self.skip(place + 1).without(&["ONLY", "LATERAL"]))
            .filter(|rest| rest.first() != "(")
            .map(|rest| rest.name().0)
    }
}

const EXISTS: [&str; 3] = ["IF", "NOT", "EXISTS"];

fn create<'s>(words: Words<'_, 's>) -> Vec<Deed<'s>> {
    let replaces = words.first() == "OR";
    let rest = words.without(&[
        "OR",
        "REPLACE",
        "GLOBAL",
        "LOCAL",
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
    ]);
    if rest.first() != "TABLE" {
        return Vec::new();
    }
    let rest = rest.skip(1);
    let perhaps = rest.first() == "IF";
    let (table, rest) = rest.without(&EXISTS).name();
    let mut deeds = if rest.has(&["SELECT"]) {
        copies(rest)
    } else {
        Vec::new()
    };
    // One that may have been there before is not this script's own.
    if replaces {
        deeds.push(Deed::Replaces(table));
    } else if !perhaps {
        deeds.push(Deed::Makes(table));
    }
    deeds
}

fn drop<'s>(words: Words<'_, 's>, backend: Backend) -> Vec<Deed<'s>> {
    let rest = words.skip(1).without(&EXISTS);
    let cascades = words.has(&["CASCADE"]);
    let names = || rest.parts().into_iter().map(|part| part.name().0);
    match words.first() {
        "TABLE" => names().map(Deed::Drops).collect(),
        kind @ ("SCHEMA" | "DATABASE") if cascades || backend == Backend::Mysql => names()
            .map(|name| {
                format!(
                    "drops {} {name} with all that is in it",
                    kind.to_lowercase()
                )
            })
            .map(Deed::Other)
            .collect(),
        kind @ ("TYPE" | "DOMAIN" | "EXTENSION") if cascades => names()
            .map(|name| {
                format!(
                    "drops {} {name} with every column of it",
                    kind.to_lowercase()
                )
            })
            .map(Deed::Other)
            .collect(),
        "OWNED" => vec![Deed::Other("drops everything that a role owns".to_owned())],
        _ => Vec::new(),
    }
}

fn alter<'s>(words: Words<'_, 's>) -> Vec<Deed<'s>> {
    let (table, actions) = words.without(&["IF", "EXISTS", "ONLY"]).name();
    let actions = if actions.first() == "*" {
        actions.skip(1)
    } else {
        actions
    };
    let action = |action: Words<'_, 's>| {
        let column = action.skip(1).without(&["COLUMN"]).without(&EXISTS);
        let named = column.0.first().map(|word| word.text);
        match (action.first(), action.second()) {
            ("DROP" | "TRUNCATE", "PARTITION") => {
                let name = action.skip(2).without(&EXISTS).name().0;
                Some(Deed::Other(format!(
                    "deletes the rows of partition {name} of {table}"
                )))
            }
            ("DROP", what) if NO_COLUMN.contains(&what) => None,
            ("DROP", _) => Some(Deed::DropsColumn(table.clone(), named?)),
            ("ADD", what) if NO_COLUMN.contains(&what) => None,
            ("ADD", _) => Some(Deed::Adds(table.clone(), named?.to_owned())),
            ("RENAME", "TO" | "AS") => Some(Deed::Renames(table.clone(), action.skip(2).name().0)),
            _ => None,
        }
    };
    actions.parts().into_iter().filter_map(action).collect()
}

/// MySQL's `RENAME TABLE a TO b, c TO d`.
fn renames<'s>(words: Words<'_, 's>) -> Vec<Deed<'s>> {
    let pair = |part: Words<'_, 's>| {
        let (from, rest) = part.without(&["IF", "EXISTS"]).name();
        (rest.first() == "TO").then(|| Deed::Renames(from, rest.skip(1).name().0))
    };
    words.parts().into_iter().filter_map(pair).collect()
}

fn truncate<'s>(words: Words<'_, 's>) -> Vec<Deed<'s>> {
    let parts = words.without(&["TABLE"]).parts().into_iter();
    parts
        .map(|part| Deed::Empties(part.without(&["ONLY"]).name().0))
        .collect()
}

fn delete<'s>(words: Words<'_, 's>) -> Vec<Deed<'s>> {
    let Some(from) = words.place("FROM") else {
        return Vec::new();
    };
    let (table, rest) = words.skip(from + 1).without(&["ONLY"]).name();
    let some = rest
        .outside()
        .any(|word| ["WHERE", "USING", "LIMIT", "JOIN"].contains(&word));
    vec![if some {
        Deed::Deletes(table)
    } else {
        Deed::Empties(table)
    }]
}

fn update<'s>(words: Words<'_, 's>) -> Vec<Deed<'s>> {
    let (table, rest) = words
        .without(&[
            "ONLY",
            "LOW_PRIORITY",
            "IGNORE",
            "OR",
            "ROLLBACK",
            "ABORT",
            "REPLACE",
            "FAIL",
        ])
        .name();
    let some = rest
        .outside()
        .any(|word| ["WHERE", "FROM", "JOIN", "LIMIT"].contains(&word));
    let Some(set) = rest.place("SET").filter(|_| !some) else {
        return Vec::new();
    };
    let columns = rest.skip(set + 1).parts().into_iter();
    let columns = columns.map(|part| match part.first() {
        "(" => "columns".to_owned(),
        // Perhaps with its table before it.
        _ => part
            .name()
            .0
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned(),
    });
    vec![Deed::Overwrites(table, columns.collect())]
}

fn copies<'s>(words: Words<'_, 's>) -> Vec<Deed<'s>> {
    words.sources().map(Deed::Copies).collect()
}

/// PostgreSQL's other way to make a table of rows.
fn select_into<'s>(words: Words<'_, 's>) -> Vec<Deed<'s>> {
    let into = words.place("INTO").map_or(0, |place| place + 1);
    let rest = words
        .skip(into)
        .without(&["TEMP", "TEMPORARY", "UNLOGGED", "TABLE"]);
    let mut deeds = copies(words);
    deeds.push(Deed::Makes(rest.name().0));
    deeds
}

/// A statement behind its common tables, and PostgreSQL's deletes inside them.
fn with<'s>(words: Words<'_, 's>) -> Vec<Deed<'s>> {
    let mut deeds = Vec::new();
    for place in 0..words.0.len() {
        let rest = words.skip(place);
        match (rest.first(), rest.second()) {
            ("DELETE", "FROM") => {
                deeds.push(Deed::Deletes(rest.skip(2).without(&["ONLY"]).name().0))
            }
            ("INSERT", "INTO") => deeds.extend(copies(words)),
            _ => {}
        }
    }
    deeds
}
