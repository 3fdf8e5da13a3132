//! What the commands that look share: the chain, what a database says of it where one is named, and how a revision reads.

use std::collections::HashMap;

use anstyle::Style;
use migrate_core::{
    AnyConnection, Attempt, Chain, Direction, Partial, Revision, Script, Status, Target,
};
use serde_json::{Map, Value, json};

use crate::connecting::Connecting;
use crate::context::{Context, Loaded, only};
use crate::database_url::DatabaseUrl;
use crate::error::CommandError;
use crate::known::{Known, Read};
use crate::style::{Cell, GOOD, ID, ODD, PLAIN};
use crate::ui::Ui;

/// A chain, and a database's view of it.
pub(crate) struct Look<'a> {
    pub(crate) known: Known<'a>,
    /// `None`: no database is named, or it could not be asked.
    pub(crate) answer: Option<Answer>,
}

/// What a database says of a chain.
pub(crate) struct Answer {
    pub(crate) url: DatabaseUrl,
    connection: AnyConnection,
    pub(crate) status: Status,
    /// When each applied revision was recorded, by its id.
    at: HashMap<String, String>,
}

/// What a database says of a revision.
enum State<'s> {
    Applied(&'s str),
    Changed(&'s str),
    Partial(&'s Partial),
    Missing,
    Pending,
}

impl<'a> Look<'a> {
    /// Reads the chain and asks the database. Where it is not `needed`, none may be named, and one that cannot be reached is no
    /// reason not to show the chain. Without a database, `read` says how much of the chain is wanted.
    pub(crate) fn around(
        ui: &mut Ui,
        context: &Context<'a>,
        needed: bool,
        read: Read<'a>,
    ) -> Result<Self, CommandError> {
        let url = if needed {
            Some(context.needed_database(ui)?)
        } else {
            context.database()?
        };
        Self::of(ui, context, url, needed, read)
    }

    /// The same with the database that was found.
    pub(crate) fn of(
        ui: &mut Ui,
        context: &Context<'a>,
        url: Option<DatabaseUrl>,
        needed: bool,
        read: Read<'a>,
    ) -> Result<Self, CommandError> {
        let Some(url) = url else {
            let known = read(ui, context)?;
            ui.note("no database is named: what is applied is not shown");
            return Ok(Self {
                known,
                answer: None,
            });
        };
        let connecting = Connecting::begin(&url);
        let loaded = context.load_to_look(ui, only(url.backend()?))?;
        let answer = match context.finish_to_look(ui, connecting) {
            Ok(connection) => Some(Answer::of(&loaded, url, connection)?),
            Err(error) if needed => return Err(error),
            Err(error) => {
                ui.note(format!("the database was not asked: {error}"));
                None
            }
        };
        Ok(Self {
            known: Known::Whole(loaded),
            answer,
        })
    }

    pub(crate) fn chain(&self) -> &Chain {
        self.known.chain()
    }

    /// The place that a text names.
    pub(crate) fn resolve(&self, text: &str) -> Result<Option<usize>, CommandError> {
        let wrong = |error: migrate_core::TargetError| CommandError::plan(error.into());
        let target: Target = text.parse().map_err(wrong)?;
        let from_current = matches!(target, Target::Current | Target::Steps(_))
            || text.starts_with(['+', '-'])
            || (text.starts_with("current") && text["current".len()..].starts_with(['+', '-']));
        if from_current && self.answer.is_none() {
            return Err(CommandError::usage(format!(
                "`{text}` is seen from the database, which was not asked"
            ))
            .with_help("name one with DATABASE_URL or --database-url"));
        }
        let current = self.status().and_then(|status| status.current.as_deref());
        target
            .resolve(self.chain(), current.and_then(|id| self.chain().index(id)))
            .map_err(wrong)
    }

    /// The revision that a text names.
    pub(crate) fn revision(&self, text: &str) -> Result<&Revision, CommandError> {
        let index = self.resolve(text)?.ok_or_else(|| {
            let what = if text == "base" { "" } else { "base, " };
            CommandError::usage(format!("`{text}` is {what}before the first revision"))
                .with_help("`migrate history` lists the revisions")
        })?;
        Ok(&self.chain().revisions()[index])
    }

    /// The attempts at a revision that the log of the database has, oldest first.
    pub(crate) fn attempts_at(&mut self, id: &str) -> Result<Vec<Attempt>, CommandError> {
        let (Some(answer), Known::Whole(loaded)) = (&mut self.answer, &self.known) else {
            return Ok(Vec::new());
        };
        loaded
            .migrations
            .attempts_at(&mut answer.connection, id)
            .map_err(|error| CommandError::core(error, &loaded.shown))
    }

    pub(crate) fn status(&self) -> Option<&Status> {
        self.answer.as_ref().map(|answer| &answer.status)
    }

    fn is_head(&self, revision: &Revision) -> bool {
        self.chain()
            .head()
            .is_some_and(|head| head.id() == revision.id())
    }

    fn is_current(&self, revision: &Revision) -> bool {
        self.status()
            .is_some_and(|status| status.current.as_deref() == Some(revision.id()))
    }

    /// Whether it is the head, and where the database is: `(head, current)`.
    pub(crate) fn marks(&self, revision: &Revision) -> String {
        let names: Vec<_> = [
            (self.is_head(revision), "head"),
            (self.is_current(revision), "current"),
        ]
        .into_iter()
        .filter_map(|(is, name)| is.then_some(name))
        .collect();
        if names.is_empty() {
            String::new()
        } else {
            format!("({})", names.join(", "))
        }
    }

    /// Whether and when it was applied, in words; nothing where no database was asked.
    pub(crate) fn state(&self, revision: &Revision) -> Option<(Style, String)> {
        Some(match self.answer.as_ref()?.state(revision.id()) {
            State::Applied(at) => (PLAIN, format!("applied {}", to_the_second(at))),
            State::Changed(at) => (ODD, format!("applied {}, changed since", to_the_second(at))),
            State::Partial(partial) => (ODD, format!("partial {}/{}", partial.done, partial.total)),
            State::Missing => (ODD, "missing".to_owned()),
            State::Pending => (ODD, "pending".to_owned()),
        })
    }

    /// A line of a list of revisions: id, name with marks, state.
    pub(crate) fn row(&self, revision: &Revision) -> Vec<Cell> {
        let (style, state) = self.state(revision).unwrap_or_default();
        let (slug, marks) = (revision.slug(), self.marks(revision));
        let space = if slug.is_empty() || marks.is_empty() {
            ""
        } else {
            " "
        };
        vec![
            Cell::new(ID, revision.id()),
            Cell::new(PLAIN, slug).and(PLAIN, space).and(GOOD, &marks),
            Cell::new(style, &state),
        ]
    }

    /// The revision and what is known of it, as JSON.
    pub(crate) fn json(&self, revision: &Revision) -> Map<String, Value> {
        let at = |state: &State<'_>| match state {
            State::Applied(at) | State::Changed(at) => Some((*at).to_owned()),
            _ => None,
        };
        let state = self
            .answer
            .as_ref()
            .map(|answer| answer.state(revision.id()));
        let value = json!({
            "revision": revision.id(),
            "directory": revision.directory(),
            "down_revision": revision.parent(),
            "linked": revision.linked(),
            "head": self.is_head(revision),
            "current": self.answer.is_some().then(|| self.is_current(revision)),
            "state": state.as_ref().map(State::name),
            "applied": state.as_ref().map(|state| at(state).is_some()),
            "applied_at": state.as_ref().and_then(at),
            "scripts": files(revision),
            "run_in_transaction": revision.transactional(Direction::Up),
            "revert_in_transaction": revision.transactional(Direction::Down),
            "lock_timeout_ms": revision.lock_timeout().map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)),
            "irreversible": revision.irreversible(),
        });
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

impl Answer {
    fn of(
        loaded: &Loaded<'_>,
        url: DatabaseUrl,
        mut connection: AnyConnection,
    ) -> Result<Self, CommandError> {
        let core = |error| CommandError::core(error, &loaded.shown);
        let status = loaded.migrations.status(&mut connection).map_err(core)?;
        let at = loaded
            .migrations
            .applied_at(&mut connection)
            .map_err(core)?;
        Ok(Self {
            url,
            connection,
            status,
            at: at
                .into_iter()
                .map(|applied| (applied.revision, applied.at))
                .collect(),
        })
    }

    fn state(&self, id: &str) -> State<'_> {
        let status = &self.status;
        let has = |ids: &[String]| ids.iter().any(|there| there == id);
        let partial = status
            .partial
            .as_ref()
            .filter(|partial| partial.revision == id);
        match (partial, self.at.get(id)) {
            (Some(partial), _) => State::Partial(partial),
            (None, Some(at)) if has(&status.changed) => State::Changed(at),
            (None, Some(at)) => State::Applied(at),
            (None, None) if has(&status.missing) => State::Missing,
            (None, None) => State::Pending,
        }
    }
}

impl State<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Applied(_) => "applied",
            Self::Changed(_) => "changed",
            Self::Partial(_) => "partial",
            Self::Missing => "missing",
            Self::Pending => "pending",
        }
    }
}

/// `20261121101112  create_members`, for a line of its own; the id alone where the chain does not have it.
pub(crate) fn named(chain: &Chain, id: &str) -> Cell {
    let slug = chain.get(id).map_or("", Revision::slug);
    let cell = Cell::new(ID, id);
    if slug.is_empty() {
        cell
    } else {
        cell.and(PLAIN, "  ").and(PLAIN, slug)
    }
}

/// What its author says of a revision, each with a label. What is usual is not said.
pub(crate) fn facts(revision: &Revision) -> Vec<(&'static str, String)> {
    let parent = revision.parent().unwrap_or("base");
    let by_id = if revision.linked() { "" } else { ", by its id" };
    let mut facts = vec![
        ("follows", format!("{parent}{by_id}")),
        ("scripts", files(revision).join(", ")),
    ];
    let transaction = match (
        revision.transactional(Direction::Up),
        revision.transactional(Direction::Down),
    ) {
        (true, true) => None,
        (true, false) => Some("up alone"),
        (false, true) => Some("down alone"),
        (false, false) => Some("none"),
    };
    facts.extend(transaction.map(|which| ("transaction", which.to_owned())));
    facts.extend(revision.lock_timeout().map(|timeout| {
        (
            "lock timeout",
            humantime::format_duration(timeout).to_string(),
        )
    }));
    facts.extend(
        revision
            .irreversible()
            .map(|reason| ("irreversible", reason.to_owned())),
    );
    facts
}

/// The names of the files that a revision runs, each once: one in Rust stands for both directions.
fn files(revision: &Revision) -> Vec<&str> {
    let mut files = Vec::new();
    for script in revision.ups().iter().chain(revision.downs()) {
        for file in std::iter::once(script.file()).chain(script.code()) {
            let name = last_part(file);
            if !files.contains(&name) {
                files.push(name);
            }
        }
    }
    files
}

/// The name of a script's file.
pub(crate) fn file_name(script: &Script) -> &str {
    last_part(script.file())
}

fn last_part(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or_default()
}

/// A time as people read it: without the parts of its last second, whichever way a server writes it.
pub(crate) fn to_the_second(time: &str) -> String {
    let whole = time.split('.').next().unwrap_or(time);
    whole.trim_end_matches('Z').replacen('T', " ", 1)
}
