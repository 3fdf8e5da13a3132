//! Databases as a whole: made, dropped, and kept from being dropped.

use std::fs;
use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use migrate_core::{Backend, NamedDatabase, Sessions};
use migrate_tests::{Database, Outcome, Project, Proxy, at_once, on, on_each_backend};

use crate::{finish, said, says, text, tool, two_tables};

on_each_backend!(
    a_database_is_made_once_and_dropped_once,
    one_that_is_in_use_stays_unless_it_is_forced,
    upgrade_makes_it_once_however_many_begin,
);

/// A database beside the test's own that is not there yet, and is gone afterwards.
struct Absent {
    url: String,
    named: NamedDatabase,
}

impl Absent {
    fn beside(database: &Database, name: &str) -> Self {
        let url = match database.backend() {
            Backend::Sqlite => format!("{}-{name}/new.db", database.url()),
            _ => {
                let own = database.name();
                database.url_with(|url| url.set_path(&format!("{own}_{name}")))
            }
        };
        let named = NamedDatabase::of(&url).expect("a name");
        Self { url, named }
    }

    fn exists(&self) -> bool {
        self.named.exists().expect("the server answers")
    }
}

impl Drop for Absent {
    fn drop(&mut self) {
        let _ = self.named.drop(Sessions::End);
    }
}

fn run(project: &Project, url: &str, arguments: &[&str]) -> Outcome {
    let with_url = [&["--database-url", url], arguments].concat();
    finish(tool(&project.path(), &with_url))
}

fn a_database_is_made_once_and_dropped_once(database: &Database) {
    let project = two_tables();
    let absent = Absent::beside(database, "new");
    let named = &absent.named;
    let made = run(&project, &absent.url, &["create"]).expect(0);
    assert_eq!(made.stdout, format!("created {named}\n"));
    assert!(absent.exists());
    let again = run(&project, &absent.url, &["create"]).expect(0);
    assert_eq!(again.stdout, format!("{named} is there already\n"));
    // Nobody is at the other end of a pipe.
    let unasked = run(&project, &absent.url, &["drop"]).expect(2);
    assert!(
        unasked
            .stderr
            .contains(&format!("drops {named} and all that is in it")),
        "{unasked}"
    );
    assert!(absent.exists());
    let dropped = run(&project, &absent.url, &["drop", "--yes"]).expect(0);
    assert_eq!(dropped.stdout, format!("dropped {named}\n"));
    assert!(!absent.exists());
    let gone = run(&project, &absent.url, &["drop"]).expect(0);
    assert_eq!(gone.stdout, format!("{named} is not there\n"));
}

fn one_that_is_in_use_stays_unless_it_is_forced(database: &Database) {
    let project = two_tables();
    let absent = Absent::beside(database, "used");
    assert!(absent.named.create().expect("made"));
    let mut user =
        migrate_core::AnyConnection::establish(&absent.url).expect("the database is there");
    if let migrate_core::AnyConnection::Sqlite(user) = &mut user {
        user.batch_execute("PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER)")
            .expect("written");
    }
    let refused = run(&project, &absent.url, &["drop", "--yes"]).expect(1);
    assert!(refused.stderr.contains("is in use"), "{refused}");
    assert!(refused.stderr.contains("--force"), "{refused}");
    assert!(absent.exists());
    _ = run(&project, &absent.url, &["drop", "--yes", "--force"]).expect(0);
    assert!(!absent.exists());
    drop(user);
}

fn upgrade_makes_it_once_however_many_begin(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let absent = Absent::beside(database, "many");
    let missing = run(&project, &absent.url, &["upgrade", "--quiet"]);
    assert_eq!(missing.code, Some(1), "{missing}");
    assert!(!absent.exists());
    let arguments = ["--database-url", &absent.url, "upgrade", "--create"];
    let outcomes = at_once(4, Duration::from_secs(60), || {
        tool(&project.path(), &arguments)
    });
    let said = |words: &str| {
        let all = outcomes.iter();
        all.filter(|outcome| outcome.stdout.contains(words) || outcome.stderr.contains(words))
            .count()
    };
    assert!(
        outcomes.iter().all(|outcome| outcome.code == Some(0)),
        "{outcomes:?}"
    );
    assert_eq!(said("applied 2 revisions"), 1, "{outcomes:?}");
    if database.backend() == Backend::Postgres {
        assert_eq!(said("created "), 1, "{outcomes:?}");
    }
}

#[test]
fn names_are_data() {
    let project = two_tables();
    for (backend, name) in [
        (Backend::Postgres, "odd%20%22name%22%27%5C"),
        (Backend::Mysql, "odd-name'$"),
    ] {
        let Some(database) = Database::create(backend) else {
            continue;
        };
        let absent = Absent::beside(&database, name);
        _ = run(&project, &absent.url, &["create"]).expect(0);
        assert!(absent.exists());
        _ = run(&project, &absent.url, &["drop", "--yes"]).expect(0);
        assert!(!absent.exists());
    }
}

#[test]
fn what_a_server_needs_for_itself_stays() {
    let project = two_tables();
    for (backend, name) in [
        (Backend::Postgres, "postgres"),
        (Backend::Postgres, "template1"),
        (Backend::Mysql, "mysql"),
        (Backend::Mysql, "Information_Schema"),
    ] {
        let Some(database) = Database::create(backend) else {
            continue;
        };
        let url = database.url_with(|url| url.set_path(name));
        let refused = run(&project, &url, &["drop", "--yes", "--force"]).expect(1);
        let words = format!("{name} is a database that the server needs for itself");
        assert!(refused.stderr.contains(&words), "{refused}");
    }
}

#[test]
fn who_may_not_is_told_so() {
    let Some(database) = Database::create(Backend::Postgres) else {
        return;
    };
    let project = two_tables();
    let user = format!("{}_user", database.name());
    database
        .administer(&format!("CREATE ROLE {user} LOGIN"))
        .expect("a user without rights");
    let url = |name: &str| {
        database.url_with(|url| {
            url.set_path(name);
            url.set_username(&user).expect("a user");
        })
    };
    let create = run(&project, &url("nobody_made_this"), &["create"]);
    let drop = run(&project, &url(database.name()), &["drop", "--yes"]);
    database
        .administer(&format!("DROP ROLE {user}"))
        .expect("dropped");
    assert_eq!(create.code, Some(1), "{create}");
    assert!(
        create
            .stderr
            .contains("permission denied to create database"),
        "{create}"
    );
    assert_eq!(drop.code, Some(1), "{drop}");
    assert!(drop.stderr.contains("must be owner"), "{drop}");
}

fn a_database_that_is_not_there_is_told_with_the_command_that_makes_it(database: &Database) {
    let project = Project::tables(database.backend(), 1);
    let missing = database.url_with(|url| url.set_path("/no_such_database_here"));
    let refused = run(&project, &missing, &["upgrade"]).expect(1);
    let help = "help: `migrate create` makes it, and so does `migrate upgrade --create`";
    assert!(refused.stderr.contains(help), "{refused}");
}

#[test]
fn a_missing_database_of_a_server_is_told_with_the_command_that_makes_it() {
    for backend in [Backend::Postgres, Backend::Mysql] {
        on(
            backend,
            a_database_that_is_not_there_is_told_with_the_command_that_makes_it,
        );
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error_of_the_connection() {
    for (backend, url) in [
        (Backend::Postgres, "postgres://u:p@127.0.0.1:1/x"),
        (Backend::Mysql, "mysql://u:p@127.0.0.1:1/x"),
    ] {
        let project = Project::tables(backend, 2);
        for command in [
            &["create"][..],
            &["drop", "--yes"],
            &["upgrade", "--create"],
        ] {
            let refused = run(&project, url, command).expect(1);
            assert!(refused.stderr.contains("cannot connect to "), "{refused}");
            let origin = " (--database-url)\n";
            assert!(refused.stderr.contains(origin), "{refused}");
            assert!(
                !refused.stderr.contains("\n (--"),
                "one sentence: {refused}"
            );
        }
    }
}

#[test]
fn a_url_without_a_name_is_wrong_usage() {
    let project = two_tables();
    for url in [
        "postgres://postgres@127.0.0.1:5432",
        "mysql://root@127.0.0.1:3306/",
        "sqlite::memory:",
        "file:x?mode=memory",
    ] {
        for command in [&["create"][..], &["drop", "--yes"]] {
            let refused = run(&project, url, command).expect(2);
            assert!(refused.stderr.contains("names no database"), "{refused}");
        }
    }
}

#[test]
fn a_sqlite_file_goes_with_all_that_is_its_own() {
    let project = two_tables();
    let directory = project.path();
    project.write("notes.db", "no database at all");
    project.write("app.db-other", "somebody else's");
    let kept = files(&directory);
    _ = said(&directory, &["create", "--database-url", "sqlite:app.db"]);
    let mut connection =
        NamedDatabase::of(&format!("sqlite:{}", directory.join("app.db").display()))
            .map(|named| migrate_core::AnyConnection::establish(named.name()).expect("opened"))
            .expect("a name");
    if let migrate_core::AnyConnection::Sqlite(connection) = &mut connection {
        let sql = "PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER)";
        connection.batch_execute(sql).expect("written");
    }
    project.write("app.db-migrate-lock", "");
    assert!(directory.join("app.db-wal").exists());
    let arguments = ["drop", "--yes", "--force", "--database-url", "app.db"];
    says(
        said(&directory, &arguments),
        snapbox::str![[r#"
dropped app.db
--- exit code 0

"#]],
    );
    assert_eq!(files(&directory), kept);
    says(
        said(&directory, &["drop", "--yes", "--database-url", "notes.db"]),
        snapbox::str![[r#"
--- stderr
error: notes.db is not a SQLite database (--database-url)
  help: look at the path in the URL: that file is left as it is
--- exit code 1

"#]],
    );
    says(
        said(&directory, &["create", "--database-url", "migrations"]),
        snapbox::str![[r#"
--- stderr
error: migrations is not a SQLite database (--database-url)
  help: look at the path in the URL: that file is left as it is
--- exit code 1

"#]],
    );
    assert_eq!(files(&directory), kept);
}

#[cfg(unix)]
#[test]
fn a_link_keeps_leading_to_where_the_file_was() {
    let project = two_tables();
    let directory = project.path();
    fs::create_dir(directory.join("volume")).expect("made");
    std::os::unix::fs::symlink("volume/app.db", directory.join("app.db")).expect("linked");
    for command in [&["create"][..], &["drop", "--yes"], &["upgrade", "-q"]] {
        let outcome = run(&project, "sqlite:app.db", command).expect(0);
        let there = directory.join("volume/app.db").exists();
        assert_eq!(there, command[0] != "drop", "{outcome}");
    }
}

fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("it is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_protected_database_stays_however_it_is_named() {
    let project = two_tables();
    let directory = project.path();
    project.settings(
        "\n[env.prod]\ndatabase_url = \"sqlite:${NAME:-prod}.db\"\nprotected = true\n\n[env.dev]\ndatabase_url = \"sqlite:dev.db\"\n",
    );
    for file in ["prod.db", "dev.db", "other.db"] {
        _ = run(&project, file, &["create"]).expect(0);
    }
    let drop = |variables: &[(&str, &str)], arguments: &[&str]| {
        let arguments = [&["drop", "--yes", "--force"], arguments].concat();
        let mut command = tool(&directory, &arguments);
        command.envs(variables.iter().copied());
        text(&finish(command))
    };
    says(
        drop(&[], &["--env", "prod"]),
        snapbox::str![[r#"
--- stderr
error: prod.db is protected: env.prod.protected in migrate.toml:5
  help: see with `migrate config` that this is the database you mean; to drop it, take that line out first
--- exit code 1

"#]],
    );
    // By hand, by another spelling, and by a variable that is not what somebody thought it was.
    for arguments in [
        &["--database-url", "sqlite:prod.db"][..],
        &["--database-url", "sqlite:./migrations/../prod.db"],
        &["--env", "prod", "--database-url", "sqlite:other.db"],
        &["--env", "dev", "--database-url", "file:prod.db?mode=rwc"],
    ] {
        let said = drop(&[], arguments);
        assert!(
            said.contains("is protected: env.prod.protected in migrate.toml:5"),
            "{said}"
        );
    }
    let said = drop(&[("DATABASE_URL", "prod.db")], &[]);
    assert!(said.contains("is protected"), "{said}");
    assert!(directory.join("prod.db").exists() && directory.join("other.db").exists());
    says(
        drop(&[], &["--env", "dev"]),
        snapbox::str![[r#"
dropped dev.db
--- exit code 0

"#]],
    );
    // Outside the environments the word is for all of them that do not say otherwise.
    let toml = fs::read_to_string(directory.join("migrate.toml")).expect("read");
    project.write(
        "migrate.toml",
        format!("protected = true\n{toml}\nprotected = false\n"),
    );
    _ = run(&project, "dev.db", &["create"]).expect(0);
    let said = drop(&[], &["--database-url", "other.db"]);
    assert!(
        said.contains("is protected: protected in migrate.toml:1"),
        "{said}"
    );
    let said = drop(&[], &["--env", "dev"]);
    assert!(said.contains("dropped dev.db"), "{said}");
}

/// An init container: its database's server comes up after it, has no such database yet, and the password lies in a file.
#[cfg(unix)]
#[test]
fn an_init_container_waits_makes_migrates_and_seeds() {
    for backend in [Backend::Postgres, Backend::Mysql] {
        let Some(database) = Database::create(backend) else {
            continue;
        };
        let project = Project::tables(backend, 2);
        // It may have to be built first.
        let program = tool(&project.path(), &[]).get_program().to_owned();
        project.write("seeds/01_rows.sql", "INSERT INTO t01 VALUES (1);\n");
        let absent = Absent::beside(&database, "container");
        let server = url::Url::parse(&absent.url).expect("a URL");
        let (host, port) = (
            server.host_str().expect("a host"),
            server.port().expect("a port"),
        );
        let late = free_port();
        let mut secret = server.clone();
        secret.set_port(Some(late)).expect("a port");
        project.write("secret", format!("{secret}\n"));
        let mut shell = std::process::Command::new("sh");
        let script = "set -e\n\"$MIGRATE\" upgrade --wait 60s --create\n\"$MIGRATE\" seed\n\"$MIGRATE\" current --check-heads\n";
        shell
            .args(["-c", script])
            .current_dir(project.path())
            .env("MIGRATE", program)
            .env_remove("DATABASE_URL")
            .env_remove("MIGRATE_DATABASE_URL")
            .env_remove("MIGRATE_ENV")
            .env("DATABASE_URL_FILE", "secret");
        let running = std::thread::spawn(|| finish(shell));
        std::thread::sleep(Duration::from_secs(2));
        let _server = Proxy::start_on(late, host, port);
        let outcome = running.join().expect("it ends").expect(0);
        assert!(
            outcome.stderr.contains("waiting: cannot connect"),
            "{outcome}"
        );
        assert!(outcome.stderr.contains("created "), "{outcome}");
        assert!(outcome.stdout.contains("applied 2 revisions"), "{outcome}");
        assert!(outcome.stdout.contains("ran 1 of 1 seeds"), "{outcome}");
        assert!(outcome.stdout.ends_with("(head)\n"), "{outcome}");
    }
}

/// A port at which nobody listens.
#[cfg(unix)]
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound port").port()
}
