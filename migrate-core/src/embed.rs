//! What `embed_migrations!` expands to, and how a chain is laid out from it at the first use.

use std::borrow::Cow;
use std::sync::OnceLock;

use migrate_chain::{Backend, Chain, Options, Revision, Script};

/// Embeds a migrations directory into the app, and refuses to compile where it is not a valid chain.
///
/// `embed_migrations!()` finds `migrations/` in the crate's directory or in the nearest one above it, as Diesel does;
/// `embed_migrations!("dir")` takes a directory seen from the crate's Cargo.toml. It is a constant expression of type
/// [`Migrations`](crate::Migrations), for a `static`, a `const` or any place inside a function:
///
/// ```
/// use migrate_core::{Migrations, embed_migrations};
///
/// static MIGRATIONS: Migrations = embed_migrations!("examples/migrations");
///
/// let chain = MIGRATIONS.chain();
/// assert_eq!(chain.len(), 2);
/// assert_eq!(chain.head().map(|head| head.slug()), Some("add_phone_to_members"));
/// ```
///
/// Every problem of the directory is a compile error of its own, all of them in one build, each with its file, what is wrong
/// and how to mend it. What a chain that existed before may keep (a script with a COMMIT of its own) is one warning;
/// `#[allow(deprecated)]` before the item silences it, since a macro can warn only by using something deprecated.
///
/// # Models
/// With the feature `models`, and where migrate.lock keeps the models, the ones in the sources are compared with it. What has moved
/// on is a warning, which says that a revision is missing; `models = "deny"`, alone or after the directory, makes it an error, and
/// `models = "ignore"` silences it. Which files have models, migrate.toml says (`models = ["src/**/*.rs"]`).
///
/// # Revisions in Rust
/// Data that needs code has a `migration.rs` in its revision's directory, instead of its scripts or beside them:
///
/// ```
/// use diesel::prelude::*;
///
/// # #[cfg(feature = "sqlite")]
/// pub fn up(connection: &mut SqliteConnection) -> QueryResult<()> {
///     diesel::sql_query("UPDATE members SET name = trim(name)").execute(connection)?;
///     Ok(())
/// }
/// ```
///
/// Its `down` is the same and may be left out where `down.sql` or `irreversible` says what a way back is. The connection is the
/// one of Diesel's that the app uses; an app of several backends has a `migration.sqlite.rs`, `migration.postgres.rs` or
/// `migration.mysql.rs` for each. The result is a `Result` of `()` and any error. The code runs inside the step's transaction,
/// after `up.sql` on the way up and before `down.sql` on the way down; its own `connection.transaction` is a savepoint in it. An
/// error, a panic or a transaction left open takes the step back. With `run_in_transaction = false` it stands alone, and is
/// called again as a whole after a failure. MySQL commits at a schema statement, whoever runs it: there such a statement and
/// code are two revisions.
///
/// The file is compiled as a module of the app, so `super::` is the module that embeds the chain; what a revision uses of it can
/// change under it, and so it had better bring its own `table!`. Only an app can run it: a program that merely reads the
/// directory, such as the `migrate` command, refuses a plan with such a step before anything runs
/// ([`CodeError`](crate::CodeError)).
///
/// # What it costs
/// The scripts, their checksums and the places of their statements are constants: a start reads no file and parses no SQL.
///
/// # What rebuilds the app
/// An edit, a removal or a renaming of any file that was read: scripts, migration.rs, metadata.toml, migrate.lock, migrate.toml, models. The
/// commands write migrate.lock with every revision they make, so a new one is seen too. For directories added by hand, cargo
/// needs a `build.rs` with the one line that `migrate init` writes:
///
/// ```no_run
/// // build.rs
/// fn main() {
///     println!("cargo::rerun-if-changed=migrations");
/// }
/// ```
///
/// A debug build also remembers where the directory was: [`upgrade`](crate::Migrations::upgrade) and
/// [`ensure_current`](crate::Migrations::ensure_current) say so when it no longer equals what was embedded.
#[allow(clippy::needless_doctest_main)]
#[macro_export]
macro_rules! embed_migrations {
    ($($directory:tt)*) => {
        $crate::__private::embed!($crate, $($directory)*)
    };
}

/// The names that the macro's expansion uses. No part of the interface.
pub mod __private {
    pub use core::option::Option::{None, Some};
    pub use core::{cfg, concat, include_str as text};
    pub use std::borrow::Cow;

    pub use migrate_chain::Backend;
    pub use migrate_macros::embed;

    pub use super::{Embedded, Session};
    #[cfg(feature = "models")]
    pub use crate::models::{read_label, write_label};

    pub use crate::code::{Code, Codes, run, written_for};
    pub use crate::stale::{Origin, Source};
}

/// The statements to run on connecting.
pub type Session = &'static [(Backend, Cow<'static, str>)];

/// A chain as the macro packed it, and as it is laid out at the first use: for a thousand values that could own what they are
/// made of, the compiler takes seconds to evaluate what takes microseconds here.
#[derive(Debug)]
pub struct Embedded {
    texts: &'static str,
    names: &'static str,
    index: &'static [u8],
    scripts: OnceLock<Vec<Script>>,
    revisions: OnceLock<Vec<Revision>>,
    chain: OnceLock<Chain>,
}

impl Embedded {
    /// `texts` are the scripts in the order of the index, each ended by a NUL; what `names` and `index` hold is described where
    /// the macro packs them.
    #[must_use]
    pub const fn new(texts: &'static str, names: &'static str, index: &'static [u8]) -> Self {
        Self {
            texts,
            names,
            index,
            scripts: OnceLock::new(),
            revisions: OnceLock::new(),
            chain: OnceLock::new(),
        }
    }

    fn chain(&'static self) -> &'static Chain {
        self.chain.get_or_init(|| {
            let (entries, scripts) = self.unpacked();
            let mut scripts = self.scripts.get_or_init(|| scripts).as_slice();
            let mut take = |count| {
                let (taken, rest) = scripts.split_at_checked(count).unwrap_or((scripts, &[]));
                scripts = rest;
                taken
            };
            let revision = |entry: &Entry| {
                Revision::embedded(
                    entry.names,
                    entry.options,
                    take(entry.ups),
                    take(entry.downs),
                )
            };
            let revisions = entries.iter().map(revision).collect();
            Chain::embedded(self.revisions.get_or_init(|| revisions))
        })
    }

    fn unpacked(&self) -> (Vec<Entry>, Vec<Script>) {
        let mut reader = Reader {
            texts: self.texts,
            names: self.names,
            bytes: self.index,
        };
        let mut entries = Vec::new();
        let mut scripts = Vec::new();
        while !reader.bytes.is_empty() {
            let entry = Entry::read(&mut reader);
            for _ in 0..entry.ups + entry.downs {
                scripts.push(reader.script());
            }
            entries.push(entry);
        }
        (entries, scripts)
    }
}

/// A chain that was read or built, or one that the compiler embedded.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    Built(Chain),
    Embedded(&'static Embedded),
}

impl Store {
    pub(crate) fn chain(&self) -> &Chain {
        match self {
            Self::Built(chain) => chain,
            Self::Embedded(embedded) => embedded.chain(),
        }
    }
}

/// A revision of the index, before its scripts.
struct Entry {
    options: Options,
    names: [&'static str; 3],
    ups: usize,
    downs: usize,
}

impl Entry {
    fn read(reader: &mut Reader) -> Self {
        let (flags, wait) = (reader.small(), reader.number());
        let names = [reader.name(), reader.name(), reader.name()];
        let options = Options::new(flags, wait, reader.name());
        Self {
            options,
            names,
            ups: reader.size(),
            downs: reader.size(),
        }
    }
}

/// Takes numbers and names off the front. What is not there reads as nothing; the macro leaves nothing out.
struct Reader {
    texts: &'static str,
    names: &'static str,
    bytes: &'static [u8],
}

impl Reader {
    fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let Some((&byte, rest)) = self.bytes.split_first() else {
                break;
            };
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    fn small(&mut self) -> u8 {
        u8::try_from(self.number()).unwrap_or_default()
    }

    fn size(&mut self) -> usize {
        usize::try_from(self.number()).unwrap_or_default()
    }

    fn name(&mut self) -> &'static str {
        let size = self.size();
        let (name, rest) = self.names.split_at_checked(size).unwrap_or_default();
        self.names = rest;
        name
    }

    fn script(&mut self) -> Script {
        let (file, code) = (self.name(), self.name());
        let backends = self.small();
        let text = self.text();
        Script::embedded(file, backends, text, self.facts()).with_embedded_code(code)
    }

    /// Its length says where a text ends; should the file have changed while the compiler was at it, the NUL does.
    fn text(&mut self) -> &'static str {
        let size = self.size();
        let (text, rest) = match self.texts.split_at_checked(size) {
            Some((text, rest)) if rest.starts_with('\0') => (text, &rest[1..]),
            _ => self.texts.split_once('\0').unwrap_or_default(),
        };
        self.texts = rest;
        text
    }

    fn facts(&mut self) -> &'static [u8] {
        let size = self.size();
        let (facts, rest) = self.bytes.split_at_checked(size).unwrap_or_default();
        self.bytes = rest;
        facts
    }
}
