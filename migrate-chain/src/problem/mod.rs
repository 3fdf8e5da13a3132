//! Everything that can be wrong with a migrations directory: one variant each, with the file, the message and the mend.

mod details;
mod help;
mod place;
mod report;

use crate::{Backends, Position, ScriptError};

pub use details::{AdoptedDown, Change, Relink};
pub use report::Problems;

/// One thing that is wrong with a migrations directory. Display says what, in one line.
///
/// `file` is always relative to the migrations directory, with `/` between its parts; `""` is the directory itself.
///
/// ```
/// use migrate_chain::{Chain, Revision};
///
/// let problems = Chain::link(vec![Revision::new("a").following("base"), Revision::new("b").following("gone")]).unwrap_err();
/// assert_eq!(problems[0].file(), "b/metadata.toml");
/// assert_eq!(problems[0].to_string(), "b follows `gone`, which is not there");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// There is no such directory.
    #[error("there is no such directory")]
    MissingDirectory {
        /// `""`.
        file: String,
    },
    /// There is no revision in the directory.
    #[error("there is no revision here")]
    NoRevision {
        /// `""`.
        file: String,
    },
    /// A file or directory cannot be read.
    #[error("cannot be read: {error}")]
    Unreadable {
        /// Which.
        file: String,
        /// What the system says.
        error: String,
    },
    /// What has a script's name is a directory, a pipe or the like.
    #[error("is not a file")]
    NotAFile {
        /// Which.
        file: String,
    },
    /// A migration.rs has neither of the functions that are looked for.
    #[error("it has neither `pub fn up` nor `pub fn down`")]
    NoFunction {
        /// The migration.rs.
        file: String,
    },
    /// A function of a migration.rs cannot be called from outside.
    #[error("`fn {name}` is private")]
    PrivateFunction {
        /// The migration.rs.
        file: String,
        /// `up` or `down`.
        name: &'static str,
    },
    /// A directory's name gives no id.
    #[error("the name of the directory gives no id")]
    NoId {
        /// The directory.
        file: String,
    },
    /// An id does not fit into Diesel's column.
    #[error("the id `{id}` has {length} characters; 50 are the most")]
    IdTooLong {
        /// The directory.
        file: String,
        /// The id.
        id: String,
        /// Its length in characters.
        length: usize,
    },
    /// An id is a word that means a place on every chain.
    #[error(
        "the id `{id}` is a word of its own: `head`, `base` and `current` name places on every chain"
    )]
    ReservedId {
        /// The directory.
        file: String,
        /// The id.
        id: String,
    },
    /// Two directories have one id.
    #[error("duplicate id: {file} and {other} are both `{id}`")]
    DuplicateId {
        /// The later directory.
        file: String,
        /// The id.
        id: String,
        /// The earlier directory.
        other: String,
    },
    /// A revision names itself as its down_revision.
    #[error("{revision} follows itself")]
    FollowsItself {
        /// The metadata.toml.
        file: String,
        /// The revision's directory.
        revision: String,
    },
    /// A revision's down_revision is no revision of the directory.
    #[error("{revision} follows `{parent}`, which is not there")]
    MissingParent {
        /// The metadata.toml.
        file: String,
        /// The revision's directory.
        revision: String,
        /// What it names.
        parent: String,
        /// What it may have meant.
        nearest: Option<String>,
    },
    /// Revisions follow each other in a circle.
    #[error("a cycle: {} follow each other", members.join(", "))]
    Cycle {
        /// The metadata.toml of the first member.
        file: String,
        /// The directories, in version order of the first, then each the one that the one before follows.
        members: Vec<String>,
    },
    /// Several revisions follow one.
    #[error("a fork: {} both follow {parent}", both(children))]
    Fork {
        /// The metadata.toml of the one to move.
        file: String,
        /// The directory of the revision that they follow.
        parent: String,
        /// Their directories, in version order.
        children: Vec<String>,
        /// How to make one line of it.
        mend: Box<Relink>,
    },
    /// Several revisions are the first.
    #[error("several bases: {} are both first", both(bases))]
    SeveralBases {
        /// The metadata.toml of the one to move.
        file: String,
        /// Their directories, in version order.
        bases: Vec<String>,
        /// How to make one line of it.
        mend: Box<Relink>,
    },
    /// A link goes backwards in version order.
    #[error("{revision} goes backwards in version order: it follows {parent}, whose id is later")]
    Backwards {
        /// The revision's directory.
        file: String,
        /// The revision's directory.
        revision: String,
        /// The directory of what it follows.
        parent: String,
        /// A name for the directory that sorts after `parent`.
        rename: String,
    },
    /// A revision without a link where the chain is linked already.
    #[error("{revision} has no down_revision, and the chain is linked already from {first} on")]
    Unlinked {
        /// The revision's directory.
        file: String,
        /// The revision's directory.
        revision: String,
        /// The first linked revision.
        first: String,
        /// Where to put it.
        mend: Box<Relink>,
    },
    /// A TOML file does not parse.
    #[error("not TOML: {error}")]
    NotToml {
        /// The file.
        file: String,
        /// The line.
        line: Option<usize>,
        /// What the parser says.
        error: String,
    },
    /// A key that nothing reads.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The key.
        key: String,
        /// What it may have meant.
        nearest: Option<String>,
    },
    /// A value of the wrong type.
    #[error("`{key}` is {found} and must be {expected}")]
    WrongType {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The key.
        key: String,
        /// What it is.
        found: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A value of the right type that says nothing usable.
    #[error("`{key} = {value}`: {why}")]
    BadValue {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The key.
        key: String,
        /// The value, as TOML.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// A metadata.toml without `run_in_transaction`.
    #[error("`run_in_transaction` is missing, and Diesel takes a missing one for false")]
    NoRunInTransaction {
        /// The metadata.toml.
        file: String,
    },
    /// migrate.toml names a revision that is not there.
    #[error("`{key}` names `{name}`, which is not there")]
    UnknownRevision {
        /// The settings file.
        file: String,
        /// The line.
        line: usize,
        /// The key.
        key: &'static str,
        /// The name.
        name: String,
        /// What it may have meant.
        nearest: Option<String>,
    },
    /// No script, but directories with scripts: a chain for each database, one directory further down.
    #[error("no revision, but a directory of revisions")]
    Nested {
        /// The directory.
        file: String,
    },
    /// No up script, or none for some of the backends.
    #[error("no up script{}", for_backends(*backends))]
    MissingUp {
        /// The up.sql that is not there.
        file: String,
        /// The backends without one, where others have one.
        backends: Backends,
    },
    /// No down script, or none for some of the backends, and no word that it is meant so.
    #[error("no down script{}", for_backends(*backends))]
    MissingDown {
        /// The down.sql that is not there.
        file: String,
        /// The backends without one, where others have one.
        backends: Backends,
    },
    /// A down script without a statement, and no word that it is meant so.
    #[error("the down script has no statement")]
    EmptyDown {
        /// The script.
        file: String,
    },
    /// Adopted revisions that cannot be taken back, and no word that it is meant so.
    #[error("{}", adopted(downs.len()))]
    AdoptedDowns {
        /// The directory.
        file: String,
        /// Which, and why.
        downs: Vec<AdoptedDown>,
        /// What `irreversible` in migrate.toml must hold: what it holds already, and these.
        irreversible: Vec<String>,
    },
    /// `irreversible`, and a down script all the same.
    #[error("the revision is irreversible, and {down} takes it back")]
    IrreversibleWithDown {
        /// The metadata.toml.
        file: String,
        /// The line of `irreversible`.
        line: usize,
        /// The script.
        down: String,
    },
    /// A script for one backend whose other direction is not written for that backend.
    #[error("it has no counterpart: {counterpart} is missing")]
    Counterpart {
        /// The script.
        file: String,
        /// The file name that is missing.
        counterpart: String,
    },
    /// A file that looks like a script and is none.
    #[error("no script is called that, so it would never run")]
    Misspelt {
        /// The file.
        file: String,
        /// The right name.
        right: String,
    },
    /// A file that is not UTF-8.
    #[error("not UTF-8: byte {byte}, in line {line}, is not part of a character")]
    NotUtf8 {
        /// The file.
        file: String,
        /// The offset of the first such byte.
        byte: usize,
        /// Its line.
        line: usize,
    },
    /// A file with a NUL character, which no server takes.
    #[error("a NUL character at byte {byte}")]
    Nul {
        /// The file.
        file: String,
        /// Its offset.
        byte: usize,
        /// Its place.
        at: Position,
    },
    /// A script that does not split into statements.
    #[error("{error}{}", for_backends(*backends))]
    Script {
        /// The script.
        file: String,
        /// Where.
        at: Position,
        /// By the rules of these backends, where others can read it.
        backends: Backends,
        /// What is wrong.
        error: ScriptError,
    },
    /// BEGIN, COMMIT or ROLLBACK in a script that runs in a transaction.
    #[error("{keyword} in a script that already runs in a transaction")]
    TransactionControl {
        /// The script.
        file: String,
        /// Where.
        at: Position,
        /// The statement's first word.
        keyword: String,
        /// The key in metadata.toml that says that the script runs in a transaction.
        key: &'static str,
        /// Whether the revision has no link: what it holds ran so before, and is a warning.
        adopted: bool,
    },
    /// Git's conflict marks in the lock.
    #[error("git left a conflict here: two branches each changed the chain")]
    LockConflict {
        /// The lock.
        file: String,
        /// The line.
        line: usize,
    },
    /// A lock whose layout this build does not know.
    #[error("it is of version {version}, and this build reads version {known}")]
    LockVersion {
        /// The lock.
        file: String,
        /// The line.
        line: usize,
        /// Its version.
        version: i64,
        /// The version that this build reads.
        known: i64,
    },
    /// The lock lists what is not there.
    #[error("it lists {what}, which is not there")]
    Vanished {
        /// The lock.
        file: String,
        /// The line.
        line: usize,
        /// The revision or the script.
        what: String,
    },
    /// A sealed revision changed or vanished.
    #[error("{what} is sealed by {tag} and {}", change)]
    Sealed {
        /// The revision's directory, or the script; the lock where the revision is gone.
        file: String,
        /// The revision or the script.
        what: String,
        /// The tag.
        tag: String,
        /// What became of it.
        change: Box<Change>,
    },
}

impl Problem {
    /// Whether it only says that the chain is still being written.
    pub(crate) fn is_unfinished(&self) -> bool {
        matches!(
            self,
            Self::NoRevision { .. } | Self::MissingDown { .. } | Self::EmptyDown { .. }
        )
    }
}

fn both(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn for_backends(backends: Backends) -> String {
    if backends.is_empty() {
        String::new()
    } else {
        format!(" for {backends}")
    }
}

fn adopted(count: usize) -> String {
    match count {
        1 => "one revision without a link cannot be taken back".to_owned(),
        _ => format!("{count} revisions without a link cannot be taken back"),
    }
}
