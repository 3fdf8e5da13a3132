//! How to mend each problem.

use super::{Problem, Relink};
use crate::Lock;

impl Problem {
    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::MissingDirectory { .. } => {
                "`migrate init` makes it; a directory elsewhere is named by `dir` in migrate.toml"
                    .to_owned()
            }
            Self::NoRevision { .. } => {
                "`migrate revision -m \"first\"` makes the first one".to_owned()
            }
            Self::Unreadable { .. } => {
                "look at its permissions, and where it leads if it is a link".to_owned()
            }
            Self::NotAFile { .. } => {
                "that name is for a file: rename it, or take it away".to_owned()
            }
            Self::NoFunction { .. } => {
                "write `pub fn up(connection: &mut PgConnection) -> QueryResult<()>`, with the type of your connection; or delete the file"
                    .to_owned()
            }
            Self::PrivateFunction { name, .. } => format!("write `pub fn {name}`"),
            Self::NoId { .. } => {
                "begin the name with an id: 2026-11-21-101112_create_members".to_owned()
            }
            Self::IdTooLong { .. } => {
                "the id is the name up to the first `_`, without dashes: shorten it".to_owned()
            }
            Self::ReservedId { .. } => "rename the directory".to_owned(),
            Self::DuplicateId { .. } => {
                "`migrate rebase` gives one of them a later id; or rename one: dashes do not count"
                    .to_owned()
            }
            Self::NoRunInTransaction { .. } => "write it: `run_in_transaction = true`".to_owned(),
            Self::Nested { .. } => {
                "if it is a chain of its own, name it: by `--dir`, by `dir` in migrate.toml, in `embed_migrations!`"
                    .to_owned()
            }
            Self::MissingUp { file, backends } => missing_up(file, *backends),
            Self::AdoptedDowns { irreversible, .. } => adopted_downs(irreversible),
            Self::Counterpart { file, counterpart } => {
                format!(
                    "write {}, or a script of that direction for every backend",
                    sibling(file, counterpart)
                )
            }
            Self::Misspelt { right, .. } => format!("rename it to {right}"),
            Self::NotUtf8 { .. } => "save it as UTF-8".to_owned(),
            Self::Nul { .. } => {
                "take it out; a file in UTF-16 is full of them: save it as UTF-8".to_owned()
            }
            Self::Script { error, .. } => error.help(),
            Self::TransactionControl {
                key, adopted: true, ..
            } => format!(
                "leave the script as it ran; `{key} = false` in a metadata.toml beside it makes its own transaction the only one"
            ),
            Self::TransactionControl { keyword, key, .. } => {
                format!("take {keyword} out, or write `{key} = false` in metadata.toml")
            }
            Self::MissingDown { .. }
            | Self::EmptyDown { .. }
            | Self::IrreversibleWithDown { .. } => self.down_help(),
            Self::NotToml { .. }
            | Self::UnknownKey { .. }
            | Self::WrongType { .. }
            | Self::BadValue { .. }
            | Self::UnknownRevision { .. } => self.toml_help(),
            Self::LockConflict { .. }
            | Self::LockVersion { .. }
            | Self::Vanished { .. }
            | Self::Sealed { .. } => self.lock_help(),
            _ => self.link_help(),
        }
    }

    fn link_help(&self) -> String {
        match self {
            Self::FollowsItself { .. } => "write the id of the revision before it as its down_revision, or \"base\" for the first".to_owned(),
            Self::MissingParent { nearest: Some(nearest), .. } => format!("did you mean `down_revision = \"{nearest}\"`?"),
            Self::MissingParent { .. } => {
                "write the id of a revision that is here, or bring that one back: it may be on another branch".to_owned()
            }
            Self::Cycle { .. } => "one of them must follow a revision outside the circle, or \"base\"".to_owned(),
            Self::Fork { mend, .. } | Self::SeveralBases { mend, .. } => {
                relink(mend, "`migrate rebase` makes it one line again")
            }
            Self::Unlinked { mend, .. } => relink(mend, "`migrate adopt` links it"),
            Self::Backwards { rename, .. } => {
                format!("`migrate rebase` gives it a later id; or by hand:\nrename the directory, for example to {rename}, and let what follows it name the new id")
            }
            _ => String::new(),
        }
    }

    fn toml_help(&self) -> String {
        match self {
            // Nobody writes it by hand.
            Self::NotToml { file, .. }
            | Self::WrongType { file, .. }
            | Self::BadValue { file, .. }
                if file == Lock::FILE =>
            {
                "bring the lock back from git, or delete it: `migrate lock` writes it anew"
                    .to_owned()
            }
            Self::NotToml { .. } => {
                "text values stand in quotes, a list in [ ], and every key on a line of its own"
                    .to_owned()
            }
            Self::UnknownKey {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Self::UnknownKey { .. } => "take it out".to_owned(),
            Self::WrongType {
                file,
                key,
                expected,
                ..
            } => match example(file, key) {
                // The only key that the user chose is the name of an environment.
                "" => format!("write {expected}: `[env.{key}]`"),
                example => format!("write {expected}: `{example}`"),
            },
            Self::BadValue { file, key, .. } => format!("for example `{}`", example(file, key)),
            Self::UnknownRevision {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            _ => "take it out".to_owned(),
        }
    }

    fn down_help(&self) -> String {
        match self {
            Self::IrreversibleWithDown { down, .. } => {
                match down.ends_with(".rs") {
                    true => format!("take `irreversible` out, or the `down` of {down}"),
                    false => format!("take `irreversible` out, or delete {down}"),
                }
            }
            _ => "write it, or say in metadata.toml why there is none: `irreversible = \"drops the audit table\"`".to_owned(),
        }
    }

    fn lock_help(&self) -> String {
        match self {
            Self::LockVersion { .. } => {
                "use the release of migrate that wrote it, here and on the command line".to_owned()
            }
            Self::LockConflict { .. } => {
                "`migrate rebase` puts one side behind the other, and writes the lock anew"
                    .to_owned()
            }
            Self::Vanished { what, .. } => format!(
                "bring {what} back; or, if it was deleted or renamed on purpose, `migrate lock` writes the lock anew"
            ),
            _ => "bring it back as it was, and put the change into a new revision".to_owned(),
        }
    }
}

/// `command` makes one line of it; by hand it takes a line, and sometimes a new name.
fn relink(mend: &Relink, command: &str) -> String {
    let Relink {
        revision,
        down_revision,
        rename,
    } = mend;
    let directory = rename.as_ref().unwrap_or(revision);
    let line = format!("write `down_revision = \"{down_revision}\"` in {directory}/metadata.toml");
    match rename {
        Some(rename) => format!(
            "{command}; or by hand:\nrename {revision} to {rename}, so that its id is later,\nand {line}"
        ),
        None => format!("{command}; or by hand:\n{line}"),
    }
}

fn missing_up(file: &str, backends: crate::Backends) -> String {
    let names: Vec<_> = backends
        .iter()
        .map(|backend| sibling(file, &format!("up.{backend}.sql")))
        .collect();
    if names.is_empty() {
        return format!("write {file}, or delete the directory");
    }
    format!("write {}, or an up.sql for every backend", names.join(", "))
}

fn adopted_downs(irreversible: &[String]) -> String {
    let names: Vec<_> = irreversible
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    let line = format!("irreversible = [{}]", names.join(", "));
    format!("write their downs; or accept it in migrate.toml, as `migrate adopt` does:\n{line}")
}

fn sibling(file: &str, name: &str) -> String {
    file.rsplit_once('/').map_or_else(
        || name.to_owned(),
        |(directory, _)| format!("{directory}/{name}"),
    )
}

fn example(file: &str, key: &str) -> &'static str {
    // Below some keys the names are the user's own.
    match key.split_once('.').map_or(key, |(table, _)| table) {
        "down_revision" => "down_revision = \"20261121101112\"",
        "run_in_transaction" => "run_in_transaction = true",
        "revert_in_transaction" => "revert_in_transaction = false",
        "lock_timeout" => "lock_timeout = \"5s\"",
        "irreversible" if file.ends_with("migrate.toml") => "irreversible = [\"20190401101112\"]",
        "irreversible" => "irreversible = \"drops the audit table\"",
        "backends" => "backends = [\"sqlite\", \"postgres\"]",
        "dir" => "dir = \"db/migrations\"",
        "database_url" => "database_url = \"${DATABASE_URL}\"",
        "file_name" => "file_name = \"timestamp\"",
        "protected" => "protected = true",
        "seeds" => "seeds = \"db/seeds\"",
        "env" => "env.prod.protected = true",
        "templates" => "templates.default = \"db/template\"",
        "hooks" => "hooks.format = [\"sqlfluff\", \"fix\"]",
        "models" => "models = [\"src/**/*.rs\"]",
        "exclude" => "exclude = [\"spatial_*\"]",
        "schemas" => "schemas = [\"audit\"]",
        "naming" => "naming.ix = \"ix_{table}_{columns}\"",
        "ix" => "ix = \"ix_{table}_{columns}\"",
        "uq" => "uq = \"uq_{table}_{columns}\"",
        "ck" => "ck = \"ck_{table}_{columns}\"",
        "fk" => "fk = \"fk_{table}_{columns}_{referred}\"",
        "pk" => "pk = \"pk_{table}\"",
        "print_schema" | "file" => "print_schema.file = \"src/schema.rs\"",
        "patch_file" => "patch_file = \"src/schema.patch\"",
        "schema" => "schema = \"audit\"",
        "filter" => "filter = { except_tables = [\"^spatial_\"] }",
        "only_tables" => "only_tables = [\"^app_\"]",
        "except_tables" => "except_tables = [\"^spatial_\"]",
        "session" => "session.mysql = [\"SET foreign_key_checks = 0\"]",
        "mysql" => "mysql = [\"SET foreign_key_checks = 0\"]",
        "postgres" => "postgres = [\"SET search_path = app\"]",
        "sqlite" => "sqlite = [\"PRAGMA foreign_keys = ON\"]",
        _ => "",
    }
}
