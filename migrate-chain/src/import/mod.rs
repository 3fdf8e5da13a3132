//! The plain SQL of other tools' directories as revisions: which file is which script, in which order, under which id.

mod names;
mod scripts;

use std::collections::BTreeMap;
use std::fmt;

use crate::relink::{with_link, with_reason};
use crate::{Backends, naming};
use names::Version;
use scripts::Pair;

/// Another tool whose directory can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// sqlx-cli: `20261121101112_name.up.sql` and `.down.sql`, or one `.sql`.
    Sqlx,
    /// refinery: `V1__name.sql`.
    Refinery,
    /// Flyway: `V1.2__name.sql`, `U1.2__name.sql`.
    Flyway,
    /// dbmate: `20261121101112_name.sql` with `-- migrate:up` and `-- migrate:down`.
    Dbmate,
    /// golang-migrate: `000001_name.up.sql` and `.down.sql`.
    GolangMigrate,
    /// goose: `00001_name.sql` with `-- +goose Up` and `-- +goose Down`.
    Goose,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Sqlx,
        Self::Refinery,
        Self::Flyway,
        Self::Dbmate,
        Self::GolangMigrate,
        Self::Goose,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlx => "sqlx",
            Self::Refinery => "refinery",
            Self::Flyway => "flyway",
            Self::Dbmate => "dbmate",
            Self::GolangMigrate => "golang-migrate",
            Self::Goose => "goose",
        }
    }

    /// The tool of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A revision made of another tool's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The name of its directory.
    pub directory: String,
    /// Its id.
    pub id: String,
    /// The files that it is made of.
    pub from: Vec<String>,
    /// Its files: name and text.
    pub files: Vec<(&'static str, String)>,
}

/// What a directory came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// In chain order.
    pub revisions: Vec<Imported>,
    /// Files that were left out or need a look, each with the reason.
    pub remarks: Vec<(String, String)>,
}

/// Why a directory cannot be read as that tool's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There is no file of that tool's.
    #[error("there is no migration of {tool} here")]
    Nothing {
        /// The tool.
        tool: Tool,
    },
    /// Two files are the same script.
    #[error("{one} and {other} are the same script of one version")]
    Twice {
        /// The first file.
        one: String,
        /// The second.
        other: String,
    },
    /// The first of them would not come after what is there.
    #[error("{file} would become {id}, and that is not after {head}, the head of the chain")]
    NotAfter {
        /// The file.
        file: String,
        /// Its id.
        id: String,
        /// The head's id.
        head: String,
    },
}

impl ImportError {
    /// What to do.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Nothing { tool } => {
                format!("{}; --from names another tool", names::example(*tool))
            }
            Self::Twice { .. } => "take one of them away".to_owned(),
            Self::NotAfter { .. } => {
                "import into an empty migrations directory, then put your own revisions behind it"
                    .to_owned()
            }
        }
    }
}

/// Makes revisions of a directory's files, given by name with their texts; the first of them follows `head` (its id, or `None`
/// for base). `backends` are those whose rules the scripts are read by.
///
/// ```
/// use migrate_chain::{Backends, Tool, import};
///
/// let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
/// let files = [
///     file("000001_members.up.sql", "CREATE TABLE members (id INT);"),
///     file("000001_members.down.sql", "DROP TABLE members;"),
///     file("000002_rows.up.sql", "DELETE FROM members;"),
/// ];
/// let import = import(Tool::GolangMigrate, &files, None, Backends::ALL).unwrap();
/// assert_eq!(import.revisions[0].directory, "000001_members");
/// assert_eq!(import.revisions[1].files[1].1, "down_revision = \"000001\"\nrun_in_transaction = true\nirreversible = \"golang-migrate had no down script\"\n");
/// ```
///
/// # Errors
/// [`ImportError`] where there is nothing to import, or it is not one line behind the head.
pub fn import(
    tool: Tool,
    files: &[(String, String)],
    head: Option<&str>,
    backends: Backends,
) -> Result<Import, ImportError> {
    let mut import = Import::default();
    let mut pairs: BTreeMap<Version, Pair> = BTreeMap::new();
    let mut widths = Vec::new();
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort();
    for (file, text) in sorted {
        match names::read(tool, file) {
            Ok(Some(name)) => {
                names::widen(&mut widths, &name.widths);
                let pair = pairs.entry(name.version.clone()).or_default();
                pair.take(tool, file, text, &name)?;
            }
            Ok(None) => {}
            Err(why) => import.remarks.push((file.clone(), why.to_owned())),
        }
    }
    let mut parent = head.map(str::to_owned);
    for (version, pair) in pairs {
        let id = names::id(&version, &widths);
        let Some(up) = &pair.up else {
            let why = "it takes back a version that has no up script".to_owned();
            import
                .remarks
                .extend(pair.from.into_iter().map(|file| (file, why.clone())));
            continue;
        };
        if let Some(parent) = parent.as_ref().filter(|parent| id <= **parent) {
            return Err(ImportError::NotAfter {
                file: pair.from[0].clone(),
                id,
                head: parent.clone(),
            });
        }
        if tool == Tool::Flyway && up.contains("${") {
            let why = "it has a placeholder `${...}`, which Flyway fills in and nothing does here";
            import.remarks.push((pair.from[0].clone(), why.to_owned()));
        }
        let directory = match naming::slug(&pair.name) {
            slug if slug.is_empty() => id.clone(),
            slug => format!("{id}_{slug}"),
        };
        let files = revision(tool, &pair, parent.as_deref().unwrap_or("base"), backends);
        parent = Some(id.clone());
        import.revisions.push(Imported {
            directory,
            id,
            from: pair.from,
            files,
        });
    }
    if import.revisions.is_empty() {
        return Err(ImportError::Nothing { tool });
    }
    Ok(import)
}

/// The files of a revision that follows `parent`.
fn revision(
    tool: Tool,
    pair: &Pair,
    parent: &str,
    backends: Backends,
) -> Vec<(&'static str, String)> {
    let up = pair.up.clone().unwrap_or_default();
    let down = pair
        .down
        .clone()
        .filter(|down| scripts::has_statement(down, backends));
    let own = |text: &String| scripts::controls_transaction(text, backends);
    let up_in = pair.transaction[0] && !own(&up);
    let down_in = match &down {
        Some(down) => pair.transaction[1] && !own(down),
        None => up_in,
    };
    let mut metadata = with_link(&format!("run_in_transaction = {up_in}\n"), parent);
    if down_in != up_in {
        metadata += &format!("revert_in_transaction = {down_in}\n");
    }
    if down.is_none() {
        metadata = with_reason(&metadata, &format!("{tool} had no down script"));
    }
    let mut files = vec![("up.sql", up)];
    files.extend(down.map(|down| ("down.sql", down)));
    files.push(("metadata.toml", metadata));
    files
}

#[cfg(test)]
mod tests;
