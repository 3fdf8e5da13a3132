//! A password is in no output, however a command ends.

use std::fs;
use std::path::Path;

use migrate_core::Backend;
use migrate_tests::{Database, Project, Running, until};

use crate::{finish, json, text, tool, two_tables};

/// Every word of it is one that stands nowhere else.
const PASSWORD: &str = "Xyzzy-Plugh";

fn assert_hidden(
    directory: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
    password: &str,
) -> String {
    let mut command = tool(directory, arguments);
    command.envs(variables.iter().copied());
    let said = text(&finish(command));
    for part in password
        .split(['@', '/', ':', '#', '?', '%'])
        .filter(|part| part.len() > 2)
    {
        assert!(!said.contains(part), "{arguments:?} {variables:?}: {said}");
    }
    said
}

#[test]
fn no_command_writes_it() {
    let project = two_tables();
    let url = format!("postgres://app:{PASSWORD}@127.0.0.1:1/none?password={PASSWORD}");
    for arguments in [
        &["current"][..],
        &["current", "-v"],
        &["upgrade", "-v", "--format", "json"],
        &["downgrade", "-1", "-v", "--yes"],
        &["history", "-v"],
        &["history", "--format", "json"],
        &["init"],
    ] {
        let with_option = [&["--database-url", &url], arguments].concat();
        assert_hidden(&project.path(), &with_option, &[], PASSWORD);
        assert_hidden(
            &project.path(),
            arguments,
            &[("DATABASE_URL", &url)],
            PASSWORD,
        );
        assert_hidden(
            &project.path(),
            arguments,
            &[("MIGRATE_DATABASE_URL", &url)],
            PASSWORD,
        );
    }
}

#[test]
fn it_is_shown_where_the_url_came_from_and_what_was_refused() {
    let project = two_tables();
    let url = format!("postgres://app:{PASSWORD}@127.0.0.1:1/none");
    let said = assert_hidden(
        &project.path(),
        &["current"],
        &[("DATABASE_URL", &url)],
        PASSWORD,
    );
    assert!(
        said.contains("postgres://app:***@127.0.0.1:1/none"),
        "{said}"
    );
    assert!(said.contains("(DATABASE_URL)"), "{said}");
}

#[test]
fn wrong_usage_does_not_quote_it() {
    let project = two_tables();
    let url = format!("postgres://app:{PASSWORD}@127.0.0.1:1/none");
    for arguments in [
        &["upgrade", &url][..],
        &["upgrade", "head", &url],
        &["revision", &url],
        &["downgrade", &url, "--database-url", "sqlite:app.db"],
        &["upgrade", &format!("--database-ur={url}")],
        &["current", "--database-url", &url, "--database-url", &url],
        &["current", "--format", &url],
        &[&url],
        &["history", "-r", &url],
        &["history", "-r", &url, "--database-url", "sqlite:app.db"],
        &["upgrade", "--lock-wait", &url],
    ] {
        assert_hidden(&project.path(), arguments, &[], PASSWORD);
    }
}

#[test]
fn a_password_that_breaks_its_url_is_hidden_whole_and_explained() {
    let project = two_tables();
    for password in [
        "Xyzzy@Plugh",
        "Xyzzy/Plugh",
        "Xyzzy:Plugh",
        "Xyzzy#Plugh",
        "Xyzzy?Plugh",
        "Xyzzy%Plugh",
    ] {
        for scheme in ["postgres", "mysql"] {
            let url = format!("{scheme}://app:{password}@127.0.0.1:1/none");
            let said = assert_hidden(
                &project.path(),
                &["current"],
                &[("DATABASE_URL", &url)],
                password,
            );
            assert!(
                said.contains("its password breaks the URL") && said.contains("%40"),
                "{url}: {said}"
            );
        }
    }
}

#[test]
fn a_dotenv_that_cannot_be_read_is_not_quoted() {
    let project = two_tables();
    project.write(
        ".env",
        format!("DATABASE_URL=postgres://app:{PASSWORD}@h/d and more\n"),
    );
    let said = assert_hidden(&project.path(), &["current"], &[], PASSWORD);
    assert!(said.contains("cannot read .env"), "{said}");
}

#[test]
fn settings_that_cannot_be_read_are_not_quoted() {
    let project = two_tables();
    project.settings(&format!("database_url = \"postgres://app:{PASSWORD}@h/d\n"));
    assert_hidden(&project.path(), &["current"], &[], PASSWORD);
    assert_hidden(&project.path(), &["history"], &[], PASSWORD);
}

#[test]
fn a_connection_string_of_keywords_makes_no_file_of_that_name() {
    let project = two_tables();
    let string = format!("host=127.0.0.1 user=app password='{PASSWORD} and more' dbname=app");
    for command in [&["upgrade"][..], &["create"], &["current"], &["config"]] {
        let arguments = [&["--database-url", &string], command].concat();
        let said = assert_hidden(&project.path(), &arguments, &[], PASSWORD);
        assert!(!said.contains("and more"), "{said}");
        assert!(
            command == ["config"] || said.contains("is not a URL"),
            "{said}"
        );
    }
    assert_nowhere(&project.path());
}

/// No file below, by its name or its text.
fn assert_nowhere(directory: &Path) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        assert!(
            !path.to_string_lossy().contains("Xyzzy"),
            "{}",
            path.display()
        );
        if path.is_dir() {
            assert_nowhere(&path);
        } else {
            let bytes = fs::read(&path).expect("read");
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("Xyzzy"), "{}: {text}", path.display());
        }
    }
}

/// A database with a user whose password it is, and who may do everything.
struct Guarded {
    database: Database,
    user: String,
    url: String,
}

impl Guarded {
    fn create(backend: Backend) -> Option<Self> {
        let database = Database::create(backend)?;
        let user = format!("u{}", &database.name()["migrate_test_".len()..]);
        let make = match backend {
            Backend::Postgres => {
                format!("CREATE ROLE {user} SUPERUSER LOGIN PASSWORD '{PASSWORD}@/'")
            }
            _ => format!(
                "CREATE USER {user} IDENTIFIED BY '{PASSWORD}@/'; GRANT ALL ON *.* TO {user}"
            ),
        };
        database.administer(&make).expect("a user");
        let url = database.url_with(|url| {
            url.set_username(&user).expect("a user");
            url.set_password(Some(&format!("{PASSWORD}%40%2F")))
                .expect("a password");
        });
        Some(Self {
            database,
            user,
            url,
        })
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let (name, user) = (self.database.name(), &self.user);
        let (force, kind) = match self.database.backend() {
            Backend::Postgres => (" WITH (FORCE)", "ROLE"),
            _ => ("", "USER"),
        };
        // Who owns something cannot be dropped.
        for sql in [
            format!("DROP DATABASE IF EXISTS {name}{force}"),
            format!("DROP {kind} {user}"),
        ] {
            if let Err(error) = self.database.administer(&sql) {
                migrate_tests::say(&format!("{user} was left behind: {error}"));
            }
        }
    }
}

/// Every command, as it succeeds and as it fails, in text and JSON; then the ledger and the files.
#[test]
fn a_whole_life_leaves_it_nowhere() {
    const LIFE: &[&str] = &[
        "config",
        "init",
        "completions bash",
        "man",
        "lock",
        "wait --timeout 1s",
        "upgrade --dry-run",
        "upgrade 02",
        "seed",
        "current",
        "upgrade",
        "current --check-heads",
        "check",
        "check --scratch",
        "revision --autogenerate -m models",
        "schema",
        "schema --from chain --as json",
        "diff database chain",
        "diff database models",
        "history",
        "heads",
        "show 01",
        "log",
        "stamp 01",
        "stamp 02",
        "stamp head --sql --backend postgres",
        "upgrade base:head --sql",
        "adopt",
        "adopt --write",
        "redo --yes",
        "downgrade -1 --dry-run",
        "downgrade -1 --yes",
        "downgrade nonsense",
        "create",
        "reset --yes",
        "drop",
        "upgrade 02 --wait 1s --create",
        "revision -m more",
        "revision more",
        "edit 02",
        "rebase",
        "rebase --yes",
        "import --from refinery",
        "upgrade",
        "downgrade",
        "--help",
    ];
    for command in json::commands().iter().filter(|name| *name != "help") {
        let is_it = |words: &&str| words.split(' ').next() == Some(command);
        assert!(LIFE.iter().any(is_it), "{command}");
    }
    for backend in [Backend::Postgres, Backend::Mysql] {
        let Some(guarded) = Guarded::create(backend) else {
            continue;
        };
        let mut project = Project::tables(backend, 2);
        project.revision(
            "03_bad",
            "CREATE TABLE t03 (id INTEGER);\nNONSENSE;\n",
            "DROP TABLE t03;",
        );
        project.write("seeds/01_rows.sql", "INSERT INTO t01 VALUES (1);\n");
        project.settings("\n[env.guarded]\ndatabase_url = \"${GUARDED}\"\n");
        let names = [
            ("GUARDED", guarded.url.as_str()),
            ("MIGRATE_ENV", "guarded"),
        ];
        let mut applied = false;
        for command in LIFE {
            // These two write files for a shell and for `man`, and know no JSON.
            let is_text = ["completions bash", "man"].contains(command);
            let json = (!is_text).then_some(&["--format", "json", "-v"][..]);
            for more in [&["-v"][..]].into_iter().chain(json) {
                let words: Vec<_> = command.split(' ').chain(more.iter().copied()).collect();
                let said = assert_hidden(&project.path(), &words, &names, PASSWORD);
                applied |= said.contains("applied 2 revisions");
            }
        }
        assert!(applied, "{backend}: the user was let in");
        let log = guarded.database.run("SELECT * FROM __migrate_log;");
        assert!(log.contains("upgrade") && !log.contains("Xyzzy"), "{log}");
        assert_nowhere(&project.path());
        // A wrong one, at a server that looks at it, and no server at all.
        for url in [
            guarded.url.replace("%40", "%41"),
            guarded.url.replace("127.0.0.1:", "127.0.0.1:1"),
        ] {
            for command in ["current", "create", "upgrade --create", "drop --yes"] {
                let words: Vec<_> = command.split(' ').collect();
                _ = assert_hidden(&project.path(), &words, &[("DATABASE_URL", &url)], PASSWORD);
            }
        }
    }
}

/// Whoever lists the processes of the host or of the server sees what runs, and not by which password.
#[cfg(target_os = "linux")]
#[test]
fn lists_of_processes_do_not_show_it() {
    let Some(guarded) = Guarded::create(Backend::Postgres) else {
        return;
    };
    let mut project = Project::new(Backend::Postgres);
    project.revision("01_slow", "SELECT pg_sleep(20);", "SELECT 1;");
    let mut command = tool(&project.path(), &["upgrade"]);
    command.env("DATABASE_URL", &guarded.url);
    let running = Running::start(command);
    let activity = format!(
        "SELECT application_name, query FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()",
        guarded.database.name()
    );
    let shown = || format!("{:?}", guarded.database.query(&activity));
    until("the statement runs", || shown().contains("pg_sleep"));
    assert!(!shown().contains("Xyzzy"), "{}", shown());
    let line = fs::read_to_string(format!("/proc/{}/cmdline", running.id())).expect("it runs");
    assert!(
        line.contains("upgrade") && !line.contains("Xyzzy"),
        "{line}"
    );
    _ = running.kill();
}
