//! What the first statements of a script set for their session, to be set again where the script goes on after them.

use migrate_chain::Backend;

use super::Job;

/// The statements among those that are done which changed nothing but the session, in order. A later session, or one that was put
/// back after a failure, knows nothing of them, and the rest of the script may rest on them.
pub(crate) fn replayed(job: &Job<'_>, backend: Backend) -> Vec<String> {
    job.script
        .statements()
        .take(job.done)
        .filter(|statement| sets_session(statement.text, backend))
        .map(|statement| statement.text.to_owned())
        .collect()
}

fn sets_session(text: &str, backend: Backend) -> bool {
    // MySQL's dumps write their SETs as `/*!40101 SET ... */`.
    let plain = text
        .trim_start_matches("/*!")
        .trim_start_matches(|letter: char| letter.is_ascii_digit());
    let mut words = plain.split_whitespace().map(str::to_ascii_uppercase);
    let (first, second) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    match backend {
        Backend::Mysql => match first.as_str() {
            // These outlive the session.
            "SET" => !["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD", "DEFAULT"]
                .iter()
                .any(|word| *word == second),
            "USE" | "PREPARE" => true,
            _ => false,
        },
        Backend::Postgres => match first.as_str() {
            // These end with their transaction.
            "SET" => !["LOCAL", "TRANSACTION", "CONSTRAINTS"].contains(&second.as_str()),
            "RESET" => true,
            "SELECT" => text.to_ascii_lowercase().contains("set_config("),
            _ => false,
        },
        Backend::Sqlite => ["PRAGMA", "ATTACH", "DETACH"].contains(&first.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_session_forgets_is_set_again() {
        for text in [
            "SET foreign_key_checks = 0",
            "set names utf8mb4",
            "/*!40014 SET @OLD = @@X */",
            "USE other",
        ] {
            assert!(sets_session(text, Backend::Mysql), "{text}");
        }
        for text in [
            "SET GLOBAL max_connections = 9",
            "SETTLE",
            "INSERT INTO t VALUES (1)",
        ] {
            assert!(!sets_session(text, Backend::Mysql), "{text}");
        }
        assert!(sets_session("SET search_path TO app", Backend::Postgres));
        assert!(sets_session(
            "SELECT pg_catalog.set_config('search_path', '', false)",
            Backend::Postgres
        ));
        assert!(!sets_session("SET LOCAL a.b = 1", Backend::Postgres));
        assert!(sets_session("PRAGMA foreign_keys = OFF", Backend::Sqlite));
    }
}
