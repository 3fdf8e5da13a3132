//! The real `migrate` in real processes: started, awaited, signalled and killed.

use std::fmt;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::binaries::binary;
use crate::project::Project;

/// How a process ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// What it wrote to its standard output.
    pub stdout: String,
    /// What it wrote to its standard error.
    pub stderr: String,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "exit code {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

impl Outcome {
    /// Itself, when the exit code is this one.
    ///
    /// # Panics
    /// With everything that was written, when it is another.
    #[must_use]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }
}

/// A process that runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Option<JoinHandle<String>>,
    stderr: Option<JoinHandle<String>>,
}

impl Running {
    /// Starts a command.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let piped = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = piped
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// The process's number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGKILL, and waits until it is gone.
    ///
    /// # Panics
    /// Where the system refuses.
    pub fn kill(mut self) -> Outcome {
        self.child.kill().expect("the process is killed");
        self.wait(Duration::from_secs(10))
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it takes longer than this; the process is killed.
    pub fn wait(&mut self, patience: Duration) -> Outcome {
        let deadline = Instant::now() + patience;
        let status = loop {
            match self.child.try_wait().expect("a child can be awaited") {
                Some(status) => break Some(status),
                None if Instant::now() > deadline => {
                    let _ = self.child.kill();
                    let _ = self.child.wait();
                    break None;
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let text = |thread: &mut Option<JoinHandle<String>>| {
            thread
                .take()
                .and_then(|thread| thread.join().ok())
                .unwrap_or_default()
        };
        let (stdout, stderr) = (text(&mut self.stdout), text(&mut self.stderr));
        let code = status.and_then(|status| status.code());
        let outcome = Outcome {
            code,
            stdout,
            stderr,
        };
        assert!(
            status.is_some(),
            "still running after {patience:?}: {outcome}"
        );
        outcome
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal by its name (`TERM`, `INT`) to a process.
///
/// # Panics
/// Where it cannot be sent.
pub fn signal(process: &Running, name: &str) {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(process.id().to_string())
        .status();
    assert!(
        sent.is_ok_and(|status| status.success()),
        "the signal is sent"
    );
}

/// `migrate` in a project's directory, on a database, with nothing of the surrounding environment that would name another.
#[must_use]
pub fn migrate(project: &Project, url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary("migrate-cli", "migrate"));
    command.current_dir(project.path());
    for variable in [
        "DATABASE_URL",
        "MIGRATE_DATABASE_URL",
        "DATABASE_URL_FILE",
        "MIGRATE_ENV",
    ] {
        command.env_remove(variable);
    }
    command.args(["--database-url", url]).args(arguments);
    command
}

/// Starts so many processes at once and waits for all of them.
#[must_use]
pub fn at_once(count: usize, patience: Duration, command: impl Fn() -> Command) -> Vec<Outcome> {
    let running: Vec<_> = (0..count).map(|_| Running::start(command())).collect();
    running
        .into_iter()
        .map(|mut process| process.wait(patience))
        .collect()
}

/// Waits until something holds.
///
/// # Panics
/// When it does not within 30 seconds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within 30 seconds");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
