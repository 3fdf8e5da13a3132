//! The plain client of a backend (`psql`, `mariadb`, `sqlite3`) as a process: an eye on the database that shares no code with
//! what is tested.

use std::io::Write as _;
use std::process::{Command, Stdio};

use migrate_core::Backend;
use url::Url;

/// Between columns in the output of psql and sqlite3; no test stores it.
const SEPARATOR: &str = "\u{1f}";

/// A plain client for one database.
#[derive(Clone, Debug)]
pub struct Client {
    backend: Backend,
    url: String,
}

impl Client {
    /// A client for a URL; for SQLite the URL is the file's path.
    #[must_use]
    pub fn new(backend: Backend, url: &str) -> Self {
        Self {
            backend,
            url: url.to_owned(),
        }
    }

    /// The process, which reads SQL from its standard input, stops at the first error and prints bare rows.
    #[must_use]
    pub fn command(&self) -> Command {
        match self.backend {
            Backend::Postgres => {
                let mut command = Command::new("psql");
                command.args([
                    "-X",
                    "-q",
                    "-A",
                    "-t",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-F",
                    SEPARATOR,
                    "-d",
                    &self.url,
                ]);
                command.env("PGOPTIONS", "-c client_min_messages=warning");
                command
            }
            Backend::Mysql => {
                let mut command = mysql(&self.url);
                command.args(["--batch", "--skip-column-names"]);
                command
            }
            Backend::Sqlite => {
                let mut command = Command::new("sqlite3");
                command.args([
                    "-batch",
                    "-bail",
                    "-noheader",
                    "-separator",
                    SEPARATOR,
                    "-cmd",
                    ".timeout 20000",
                    &self.url,
                ]);
                command
            }
        }
    }

    /// Runs a text of SQL and gives what was printed.
    ///
    /// # Errors
    /// What the client wrote to its standard error.
    pub fn run(&self, sql: &str) -> Result<String, String> {
        feed(self.command(), sql)
    }

    /// Runs one query and gives its rows.
    ///
    /// # Errors
    /// What the client wrote to its standard error.
    pub fn query(&self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        let separator = if self.backend == Backend::Mysql {
            "\t"
        } else {
            SEPARATOR
        };
        let text = self.run(&format!("{sql};"))?;
        Ok(text
            .lines()
            .map(|line| line.split(separator).map(str::to_owned).collect())
            .collect())
    }
}

/// Runs a command with a text as its standard input.
pub(crate) fn feed(mut command: Command, text: &str) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|error| format!("{name}: {error}"))?;
    let mut stdin = child.stdin.take().expect("it was piped");
    let text = text.to_owned();
    // A client that stops at an error closes its end; that is not the error to report.
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child
        .wait_with_output()
        .map_err(|error| format!("{name}: {error}"))?;
    let _ = writer.join();
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!(
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))
    }
}

fn mysql(url: &str) -> Command {
    let url = Url::parse(url).expect("the URL of a database");
    let mut command = Command::new(if on_path("mariadb") {
        "mariadb"
    } else {
        "mysql"
    });
    command.args([
        "--no-defaults",
        "--protocol=tcp",
        "--default-character-set=utf8mb4",
    ]);
    command.arg(format!("--host={}", url.host_str().unwrap_or("127.0.0.1")));
    command.arg(format!("--port={}", url.port().unwrap_or(3306)));
    command.arg(format!("--user={}", url.username()));
    command.env("MYSQL_PWD", url.password().unwrap_or_default());
    command.arg(url.path().trim_start_matches('/'));
    command
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}
