//! What kind of statement a statement is, as far as a check or a run depends on it.

use std::borrow::Cow;

use super::{Kind, Lexer, Statement};
use crate::Backend;

/// The words that a statement about a transaction begins with.
const CONTROLS: [&str; 8] = [
    "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "PREPARE", "XA",
];

/// How many tokens tell the kind of a statement.
const HEAD: usize = 8;

/// Options with which CREATE SUBSCRIPTION leaves the other server alone, and so runs inside a transaction.
const WITHOUT_SLOT: &[&str] = &["CREATE_SLOT", "CONNECT"];

impl<'s> Statement<'s> {
    /// The tokens of the statement, comments left out, keywords in upper case.
    pub(super) fn words(&self, backend: Backend) -> impl Iterator<Item = Cow<'s, str>> + use<'s> {
        let text = self.text;
        Lexer::new(backend, text)
            .filter(|token| token.kind != Kind::Executable)
            .map(move |token| match token.kind {
                Kind::Word => Cow::Owned(token.text(text).to_uppercase()),
                _ => Cow::Borrowed(token.text(text)),
            })
    }

    /// The keyword by which the statement starts or ends a transaction; `None` for all others, also for those about
    /// savepoints.
    ///
    /// ```
    /// use migrate_chain::{Backend, Statement};
    /// let control = |text| Statement { text, start: 0 }.transaction_control(Backend::Postgres);
    /// assert_eq!(control("start transaction read only"), Some("START TRANSACTION"));
    /// assert_eq!(control("ROLLBACK TO SAVEPOINT here"), None);
    /// ```
    #[must_use]
    pub fn transaction_control(&self, backend: Backend) -> Option<&'static str> {
        // Every statement of every script is asked while an app compiles, and nearly all answer with their first word.
        let mut tokens = Lexer::new(backend, self.text);
        let first = tokens.find(|token| token.kind != Kind::Executable)?;
        if !first.is_any(self.text, &CONTROLS) {
            return None;
        }
        let head: Vec<_> = self.words(backend).take(HEAD).collect();
        let head: Vec<_> = head.iter().map(|word| &**word).collect();
        let mysql = backend == Backend::Mysql;
        match *head.as_slice() {
            // `BEGIN NOT ATOMIC` is a block of statements.
            ["BEGIN", "NOT", ..] if mysql => None,
            ["BEGIN", ..] => Some("BEGIN"),
            ["START", "TRANSACTION", ..] if backend != Backend::Sqlite => Some("START TRANSACTION"),
            ["COMMIT", ..] => Some("COMMIT"),
            ["END", ..] if !mysql => Some("END"),
            ["ROLLBACK", "TO", ..] | ["ROLLBACK", "WORK" | "TRANSACTION", "TO", ..] => None,
            ["ROLLBACK", ..] => Some("ROLLBACK"),
            ["ABORT", ..] if backend == Backend::Postgres => Some("ABORT"),
            ["PREPARE", "TRANSACTION", ..] if backend == Backend::Postgres => {
                Some("PREPARE TRANSACTION")
            }
            [
                "XA",
                "START" | "BEGIN" | "END" | "PREPARE" | "COMMIT" | "ROLLBACK",
                ..,
            ] if mysql => Some("XA"),
            _ => None,
        }
    }

    /// Whether the server refuses the statement inside a transaction.
    ///
    /// ```
    /// use migrate_chain::{Backend, Statement};
    /// let refuses = |text| Statement { text, start: 0 }.refuses_transaction(Backend::Postgres);
    /// assert!(refuses("create unique index concurrently on members (email)"));
    /// assert!(!refuses("CREATE INDEX ON members (email)"));
    /// ```
    #[must_use]
    pub fn refuses_transaction(&self, backend: Backend) -> bool {
        match backend {
            Backend::Postgres => self.postgres_refuses_transaction(),
            Backend::Sqlite => self.sqlite_refuses_transaction(),
            Backend::Mysql => false,
        }
    }

    fn postgres_refuses_transaction(&self) -> bool {
        let head: Vec<_> = self.words(Backend::Postgres).take(HEAD).collect();
        let head: Vec<_> = head.iter().map(|word| &**word).collect();
        match *head.as_slice() {
            ["CREATE", "INDEX", "CONCURRENTLY", ..]
            | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..]
            | ["DROP", "INDEX", "CONCURRENTLY", ..]
            | ["VACUUM", ..]
            | ["CREATE" | "DROP", "DATABASE" | "TABLESPACE", ..]
            | ["ALTER", "DATABASE", _, "SET", "TABLESPACE", ..]
            | ["ALTER", "SYSTEM", ..]
            | ["DROP", "SUBSCRIPTION", ..]
            | ["CLUSTER"]
            | ["CLUSTER", "VERBOSE"]
            | ["DISCARD", "ALL"]
            | ["COMMIT" | "ROLLBACK", "PREPARED", ..] => true,
            ["CREATE", "SUBSCRIPTION", ..] => !self.holds(WITHOUT_SLOT),
            ["REINDEX", ..] => self.reindexes_by_itself(),
            ["ALTER", "TABLE", ..] => self.holds(&["DETACH"]) && self.holds(&["CONCURRENTLY"]),
            _ => false,
        }
    }

    /// Whether one of these words stands in the statement.
    fn holds(&self, words: &[&str]) -> bool {
        self.words(Backend::Postgres)
            .any(|word| words.contains(&&*word))
    }

    /// A REINDEX that commits as it goes: concurrently, or of more than one table.
    fn reindexes_by_itself(&self) -> bool {
        let words: Vec<_> = self.words(Backend::Postgres).skip(1).collect();
        let options = words
            .iter()
            .position(|word| word == ")")
            .filter(|_| words[0] == "(");
        let object = options.map_or(0, |end| end + 1);
        let whole = |word: &Cow<'_, str>| matches!(&**word, "SCHEMA" | "DATABASE" | "SYSTEM");
        words.get(object).is_some_and(whole) || words.iter().any(|word| word == "CONCURRENTLY")
    }

    fn sqlite_refuses_transaction(&self) -> bool {
        let words: Vec<_> = self.words(Backend::Sqlite).take(HEAD).collect();
        if words.first().is_some_and(|word| word == "VACUUM") {
            return true;
        }
        let pragma = self.pragma().map(|(name, _)| name);
        matches!(pragma.as_deref(), Some("journal_mode" | "synchronous"))
    }

    /// The name in lower case and the value that a SQLite PRAGMA sets, both without quotes.
    fn pragma(&self) -> Option<(String, String)> {
        let words: Vec<_> = self.words(Backend::Sqlite).take(HEAD).collect();
        let words: Vec<_> = words.iter().map(|word| &**word).collect();
        let (name, value) = match *words.as_slice() {
            ["PRAGMA", _, ".", name, "=" | "(", ref value @ ..] => (name, value),
            ["PRAGMA", name, "=" | "(", ref value @ ..] => (name, value),
            _ => return None,
        };
        let value = value.iter().find(|word| !matches!(**word, "+" | "-"))?;
        Some((unquoted(name), unquoted(value)))
    }

    /// Whether a SQLite PRAGMA in the statement turns the check of foreign keys off.
    ///
    /// ```
    /// use migrate_chain::Statement;
    /// assert!(Statement { text: "PRAGMA foreign_keys = OFF", start: 0 }.turns_foreign_keys_off());
    /// assert!(!Statement { text: "PRAGMA foreign_keys", start: 0 }.turns_foreign_keys_off());
    /// ```
    #[must_use]
    pub fn turns_foreign_keys_off(&self) -> bool {
        self.pragma().is_some_and(|(name, value)| {
            let digits = value.trim_end_matches(|digit: char| !digit.is_ascii_digit());
            let on = matches!(&*value, "on" | "yes" | "true")
                || digits.starts_with(|first: char| first.is_ascii_digit())
                    && digits.contains(|digit: char| digit != '0');
            name == "foreign_keys" && !on
        })
    }

    /// Whether the statement adds a value to a PostgreSQL enum, which the same transaction cannot use.
    ///
    /// ```
    /// use migrate_chain::Statement;
    /// assert!(Statement { text: "ALTER TYPE app.mood ADD VALUE 'calm'", start: 0 }.adds_enum_value());
    /// ```
    #[must_use]
    pub fn adds_enum_value(&self) -> bool {
        let words: Vec<_> = self.words(Backend::Postgres).take(HEAD).collect();
        let words: Vec<_> = words.iter().map(|word| &**word).collect();
        matches!(*words.as_slice(), ["ALTER", "TYPE", ref rest @ ..] if rest.windows(2).any(|pair| pair == ["ADD", "VALUE"]))
    }

    /// Whether the statement is MySQL's `LOCK TABLES`: it commits, and every table not named is out of reach after it.
    #[must_use]
    pub fn locks_tables(&self) -> bool {
        self.starts_with_tables("LOCK")
    }

    /// Whether the statement is MySQL's `UNLOCK TABLES`.
    #[must_use]
    pub fn unlocks_tables(&self) -> bool {
        self.starts_with_tables("UNLOCK")
    }

    fn starts_with_tables(&self, verb: &str) -> bool {
        let mut words = self.words(Backend::Mysql);
        words.next().is_some_and(|word| word == verb)
            && words
                .next()
                .is_some_and(|word| word == "TABLES" || word == "TABLE")
    }
}

/// A SQLite name or value in lower case, without its quotes.
pub(super) fn unquoted(word: &str) -> String {
    let inner = |open: char, close: char| word.strip_prefix(open)?.strip_suffix(close);
    let name = match word.chars().next() {
        Some(quote @ ('"' | '`' | '\'')) => inner(quote, quote).map_or_else(
            || word.to_owned(),
            |name| name.replace(&format!("{quote}{quote}"), &quote.to_string()),
        ),
        Some('[') => inner('[', ']').unwrap_or(word).to_owned(),
        _ => word.to_owned(),
    };
    name.to_lowercase()
}
