//! Why a command did not do what was asked, as a value: what kind it is, what to say, and what to do next.

use std::fmt;

use migrate_chain::TargetError;
use migrate_core::{ConnectError, DatabaseError, Error, Failure, PlanError, Problem, Problems};

use crate::database_url::DatabaseUrl;
use crate::mask::password_needs_encoding;
use crate::program::Program;

/// The kinds of failure, each with an exit code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Failed,
    Usage,
    NotCurrent,
    LockTimeout,
    Diverged,
    Stopped { signal: u8 },
}

impl Kind {
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotCurrent => 3,
            Self::LockTimeout => 4,
            Self::Diverged => 5,
            Self::Stopped { signal } => signal.saturating_add(128),
        }
    }

    /// Its word in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::NotCurrent => "not_current",
            Self::LockTimeout => "lock_timeout",
            Self::Diverged => "diverged",
            Self::Stopped { .. } => "stopped",
        }
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct CommandError {
    kind: Kind,
    message: String,
    help: Option<String>,
    pub(crate) cause: Cause,
}

/// What there is to show beside the message.
#[derive(Debug)]
pub(crate) enum Cause {
    None,
    /// The problems of a directory or of its settings, each with its whole text as the user shall read it.
    Problems {
        problems: Problems,
        texts: Vec<String>,
    },
    /// A statement's failure, and the directory as the user sees it.
    Failure(Box<Failure>, String),
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CommandError {}

impl CommandError {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            help: None,
            cause: Cause::None,
        }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The same with the commands in it called as the user calls them. What the database or a script says stays as it is.
    pub(crate) fn in_words_of(mut self, program: &Program) -> Self {
        self.help = self.help.map(|help| program.text(&help));
        match &mut self.cause {
            Cause::None => self.message = program.text(&self.message),
            Cause::Problems { texts, .. } => {
                texts.iter_mut().for_each(|text| *text = program.text(text));
            }
            Cause::Failure(..) => {}
        }
        self
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// What is wrong with a migrations directory, `shown` as the user would name it, or with its settings.
    pub(crate) fn problems(problems: Problems, shown: &str) -> Self {
        if let [problem @ Problem::MissingDirectory { .. }] = &problems[..] {
            return Self::failed(format!("{shown}: {problem}")).with_help(problem.help());
        }
        let texts = problems.render(shown);
        let count = match texts.len() {
            1 => String::new(),
            count => format!(": {count} problems"),
        };
        // Settings are read before anything of the directory is.
        let settings = problems
            .iter()
            .all(|problem| problem.file().ends_with("migrate.toml") && !is_of_names(problem));
        let message = if settings {
            format!("the settings cannot be read{count}")
        } else {
            format!("{shown} is not a valid chain{count}")
        };
        Self {
            cause: Cause::Problems { problems, texts },
            ..Self::failed(message)
        }
    }

    /// What is wrong with a settings file that the user named.
    pub(crate) fn settings(problems: Problems, shown: &str) -> Self {
        let texts = problems.render("migrations");
        // A problem names the file that is usual.
        let named = |text: &String| match text.strip_prefix("migrate.toml") {
            Some(rest) => format!("{shown}{rest}"),
            None => text.clone(),
        };
        let texts = texts.iter().map(named).collect();
        Self {
            cause: Cause::Problems { problems, texts },
            ..Self::failed("the settings cannot be read")
        }
    }

    /// What is wrong with seeds.
    pub(crate) fn seeds(problems: Problems, shown: &str) -> Self {
        let texts = problems.render(shown);
        Self {
            cause: Cause::Problems { problems, texts },
            ..Self::failed("the seeds cannot be read")
        }
    }

    /// What is wrong with a file of SQL; `folder` is where it is.
    pub(crate) fn script(problems: Problems, folder: &str, shown: &str) -> Self {
        let texts = problems.render(folder);
        Self {
            cause: Cause::Problems { problems, texts },
            ..Self::failed(format!("{shown} cannot be read"))
        }
    }

    /// Why a database could not be opened.
    pub(crate) fn connect(error: ConnectError, url: &DatabaseUrl) -> Self {
        let origin = &url.origin;
        match &error {
            // The driver's message would quote the half of the password that it took for something else.
            ConnectError::Refused { .. } if password_needs_encoding(&url.url) => {
                Self::failed(format!("cannot connect to {url} ({origin}): its password breaks the URL"))
                    .with_help("percent-encode it: `@` is %40, `/` is %2F, `:` is %3A, `#` is %23, `?` is %3F, `%` is %25")
            }
            ConnectError::Refused { .. } => Self::failed(format!("{error} ({origin})")).with_help(error.help()),
            _ => Self::usage(format!("{error} ({origin})")).with_help(error.help()),
        }
    }

    /// Why a database could not be made or dropped.
    pub(crate) fn database(error: DatabaseError, url: &DatabaseUrl) -> Self {
        let (message, help) = (format!("{error} ({})", url.origin), error.help());
        match error {
            DatabaseError::Connect(error) => Self::connect(error, url),
            DatabaseError::NoName { .. } => Self {
                help,
                ..Self::usage(message)
            },
            _ => Self {
                help,
                ..Self::failed(message)
            },
        }
    }

    /// What the library says; `shown` is the migrations directory as the user would name it.
    pub(crate) fn core(error: Error, shown: &str) -> Self {
        let kind = match &error {
            Error::Plan(error) if error.is_usage() => Kind::Usage,
            Error::NoStatementTimeout { .. } => Kind::Usage,
            Error::Offline(error) if error.is_usage() => Kind::Usage,
            Error::Behind { .. } => Kind::NotCurrent,
            Error::LockTimeout { .. } => Kind::LockTimeout,
            error if error.is_diverged() => Kind::Diverged,
            _ => Kind::Failed,
        };
        let (message, help) = (error.to_string(), error.help());
        match error {
            Error::Problems(problems) => Self::problems(problems, shown),
            Error::Failed(failure) => Self {
                help,
                message: failure.error.to_string(),
                cause: Cause::Failure(failure, shown.to_owned()),
                ..Self::new(kind, "")
            },
            _ => Self {
                help,
                ..Self::new(kind, message)
            },
        }
    }

    /// Why a name names no revision.
    pub(crate) fn target(error: &TargetError) -> Self {
        Self::usage(error.to_string()).with_help(error.help())
    }

    /// Why there is no plan.
    pub(crate) fn plan(error: PlanError) -> Self {
        Self::core(Error::Plan(error), "")
    }
}

/// Whether a problem of the settings shows only once the directory is read.
fn is_of_names(problem: &Problem) -> bool {
    matches!(problem, Problem::UnknownRevision { .. })
}
