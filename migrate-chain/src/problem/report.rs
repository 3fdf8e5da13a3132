//! Problems as people read them: each with its file, its message, its mend and, where it helps, a picture.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;

use super::Problem;

/// So many problems of a kind are worth a reader's time.
const ALIKE: usize = 50;

/// All problems of a directory, in a stable order. It derefs to a slice of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// These problems, or `Ok` when there are none.
    pub(crate) fn none_or(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self(problems))
        }
    }

    /// These, and then those.
    pub(crate) fn and(mut self, others: impl IntoIterator<Item = Problem>) -> Self {
        self.0.extend(others);
        self
    }

    /// The full text of each problem, with `prefix` (the directory as the user is to see it) before its file.
    ///
    /// ```
    /// use migrate_chain::{Chain, Revision};
    ///
    /// let problems = Chain::link(vec![Revision::new("a").following("gone")]).unwrap_err();
    /// assert!(problems.render("migrations")[0].starts_with("migrations/a/metadata.toml: a follows `gone`"));
    /// ```
    #[must_use]
    pub fn render(&self, prefix: &str) -> Vec<String> {
        self.0
            .iter()
            .map(|problem| problem.render(prefix))
            .collect()
    }

    /// Their texts for people: a long chain may have one problem in each revision. Of a kind there are the first fifty, and the
    /// last of these ends with how many are like it; `all` says where those are listed.
    ///
    /// ```
    /// use migrate_chain::{Chain, Revision};
    ///
    /// let lost = (0..70).map(|n| Revision::new(format!("r{n:02}")).following("gone"));
    /// let problems = Chain::link(lost.collect()).unwrap_err();
    /// let folded = problems.folded(&problems.render("migrations"), "--format json");
    /// assert_eq!(folded.len(), 50);
    /// assert!(folded[49].ends_with("and 20 more like it: all are in --format json"));
    /// ```
    #[must_use]
    pub fn folded(&self, texts: &[String], all: &str) -> Vec<String> {
        let kind = std::mem::discriminant::<Problem>;
        let mut counts = HashMap::new();
        for problem in &self.0 {
            *counts.entry(kind(problem)).or_insert(0_usize) += 1;
        }
        let mut seen = HashMap::new();
        let mut folded = Vec::new();
        for (problem, text) in self.0.iter().zip(texts) {
            let kind = kind(problem);
            let number = seen.entry(kind).or_insert(0_usize);
            *number += 1;
            match counts[&kind] - *number {
                _ if *number > ALIKE => {}
                more @ 1.. if *number == ALIKE => {
                    folded.push(format!(
                        "{text}\n  and {more} more like it: all are in {all}"
                    ));
                }
                _ => folded.push(text.clone()),
            }
        }
        folded
    }
}

impl Problem {
    /// Its full text: file, message, picture and mend, with `prefix` (the directory as the user is to see it) before the file.
    #[must_use]
    pub fn render(&self, prefix: &str) -> String {
        let mut text = place(prefix, self.file());
        match (self.position(), self.line()) {
            (Some(at), _) => text += &format!(":{}:{}", at.line, at.column),
            (None, Some(line)) => text += &format!(":{line}"),
            (None, None) => {}
        }
        text += &format!(": {self}");
        for line in self.picture().unwrap_or_default().lines() {
            text += &format!("\n    {line}");
        }
        for (index, line) in self.help().lines().enumerate() {
            text += if index == 0 {
                "\n  help: "
            } else {
                "\n        "
            };
            text += line;
        }
        text
    }

    /// A small drawing of the part of the chain that is wrong, where one helps.
    #[must_use]
    pub fn picture(&self) -> Option<String> {
        match self {
            Self::Fork {
                parent, children, ..
            } => Some(tree(parent, children)),
            Self::SeveralBases { bases, .. } => Some(tree("base", bases)),
            Self::Cycle { members, .. } => {
                let first = members.first()?;
                let lines = members
                    .iter()
                    .skip(1)
                    .chain([first])
                    .map(|next| format!("  follows {next}"));
                Some(
                    [first.clone()]
                        .into_iter()
                        .chain(lines)
                        .collect::<Vec<_>>()
                        .join("\n"),
                )
            }
            Self::AdoptedDowns { downs, .. } => {
                let lines: Vec<_> = downs
                    .iter()
                    .map(|down| format!("{}: {}", down.revision, down.why))
                    .collect();
                Some(lines.join("\n"))
            }
            _ => None,
        }
    }
}

fn tree(root: &str, branches: &[String]) -> String {
    let mut text = root.to_owned();
    for (index, branch) in branches.iter().enumerate() {
        let corner = if index + 1 == branches.len() {
            '`'
        } else {
            '|'
        };
        text += &format!("\n{corner}-- {branch}");
    }
    text
}

/// The file as the user sees it: `..` at its beginning takes away from the prefix.
fn place(prefix: &str, file: &str) -> String {
    let mut prefix = prefix.trim_end_matches('/');
    let mut file = file;
    while let Some(rest) = file.strip_prefix("../") {
        let parent = match prefix.rsplit_once('/') {
            Some((_, "." | "..")) => break,
            Some((parent, _)) => parent,
            None if prefix.is_empty() || prefix == "." || prefix == ".." => break,
            None => "",
        };
        (prefix, file) = (parent, rest);
    }
    match (prefix, file) {
        ("", "") => ".".to_owned(),
        ("" | ".", file) => file.to_owned(),
        (prefix, "") => prefix.to_owned(),
        (prefix, file) => format!("{prefix}/{file}"),
    }
}

impl Deref for Problems {
    type Target = [Problem];

    fn deref(&self) -> &[Problem] {
        &self.0
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render("").join("\n"))
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn files_are_shown_from_where_the_user_stands() {
        for (prefix, file, shown) in [
            ("migrations", "a/up.sql", "migrations/a/up.sql"),
            ("migrations/", "", "migrations"),
            ("", "a/up.sql", "a/up.sql"),
            ("", "", "."),
            ("migrations", "../migrate.toml", "migrate.toml"),
            ("db/migrations", "../../migrate.toml", "migrate.toml"),
            (
                "/srv/app/migrations",
                "../migrate.toml",
                "/srv/app/migrate.toml",
            ),
            ("../migrations", "../migrate.toml", "../migrate.toml"),
            ("..", "../migrate.toml", "../../migrate.toml"),
            (".", "../migrate.toml", "../migrate.toml"),
        ] {
            assert_eq!(place(prefix, file), shown, "{prefix} {file}");
        }
    }
}
