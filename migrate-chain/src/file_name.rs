//! The names of the files in a revision's directory: which mean something, and which were nearly one of those.

use crate::nearest::nearest;
use crate::{Backend, Direction};

pub(crate) const METADATA: &str = "metadata.toml";

/// `up.sql` or `down.mysql.sql`, taken apart.
pub(crate) fn script_name(name: &str) -> Option<(Direction, Option<Backend>)> {
    let (direction, rest) = match name.split_once('.')? {
        ("up", rest) => (Direction::Up, rest),
        ("down", rest) => (Direction::Down, rest),
        _ => return None,
    };
    match rest.strip_suffix("sql")? {
        "" => Some((direction, None)),
        backend => Some((
            direction,
            Some(Backend::from_name(backend.strip_suffix('.')?)?),
        )),
    }
}

/// `migration.rs` or `migration.mysql.rs`, taken apart.
pub(crate) fn code_name(name: &str) -> Option<Option<Backend>> {
    match name.strip_prefix("migration.")?.strip_suffix("rs")? {
        "" => Some(None),
        backend => Some(Some(Backend::from_name(backend.strip_suffix('.')?)?)),
    }
}

/// What a name that is no script's was meant to be, if it looks like one.
pub(crate) fn nearly(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if lower == METADATA {
        return Some(lower);
    }
    let (direction, rest) = lower.split_once('.')?;
    let extension = match direction {
        "up" | "down" => "sql",
        "migration" => "rs",
        _ => return None,
    };
    let backend = match rest.strip_suffix(extension)?.strip_suffix('.') {
        None if rest == extension => return Some(lower),
        None => return None,
        Some(backend) if backend.contains('.') => return None,
        Some("postgresql" | "pg" | "psql" | "pgsql") => "postgres",
        Some("sqlite3" | "lite") => "sqlite",
        Some("mariadb" | "maria") => "mysql",
        Some(backend) => match nearest(backend, Backend::ALL.map(Backend::name)) {
            Some(backend) => backend,
            None => {
                return Some(format!(
                    "{direction}.{extension}, or to one for sqlite, postgres or mysql as {direction}.mysql.{extension}"
                ));
            }
        },
    };
    Some(format!("{direction}.{backend}.{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_scripts_are_exact() {
        assert_eq!(script_name("up.sql"), Some((Direction::Up, None)));
        assert_eq!(
            script_name("down.mysql.sql"),
            Some((Direction::Down, Some(Backend::Mysql)))
        );
        for name in [
            "Up.sql",
            "up.SQL",
            "up.foo.sql",
            "up.sql~",
            "up..sql",
            "upsql",
            "up.",
            "up.mysqlsql",
            ".up.sql.swp",
        ] {
            assert_eq!(script_name(name), None, "{name}");
        }
    }

    #[test]
    fn names_that_are_nearly_a_script_s_are_told_the_right_one() {
        for (name, right) in [
            ("Up.sql", "up.sql"),
            ("DOWN.SQL", "down.sql"),
            ("up.postgresql.sql", "up.postgres.sql"),
            ("up.sqlite3.sql", "up.sqlite.sql"),
            ("down.MySQL.sql", "down.mysql.sql"),
            ("down.mysq.sql", "down.mysql.sql"),
            ("Metadata.toml", "metadata.toml"),
            ("Migration.rs", "migration.rs"),
            ("migration.pg.rs", "migration.postgres.rs"),
        ] {
            assert_eq!(nearly(name).as_deref(), Some(right), "{name}");
        }
        assert!(nearly("up.foo.sql").is_some_and(|right| right.starts_with("up.sql, or")));
        for name in [
            "README.md",
            "up.sql~",
            "up.sql.bak",
            "notes.sql",
            "backup.sql",
            "up.a.b.sql",
            ".up.sql.swp",
            "up.sh",
            "migrations.rs",
            "migration.rs~",
        ] {
            assert_eq!(nearly(name), None, "{name}");
        }
    }
}
