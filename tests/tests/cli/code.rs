//! Revisions in Rust, as `migrate` itself sees them: it names them and shows them, and leaves it to the app to run them.

use migrate_core::Backend;
use migrate_tests::Project;
use snapbox::str;

use crate::{said, said_on_app, says};

const CODE: &str = "use diesel::prelude::*;

pub fn up(connection: &mut SqliteConnection) -> QueryResult<()> {
    diesel::sql_query(\"UPDATE t01 SET id = id + 1\").execute(connection)?;
    Ok(())
}

pub fn down(connection: &mut SqliteConnection) -> QueryResult<()> {
    diesel::sql_query(\"UPDATE t01 SET id = id - 1\").execute(connection)?;
    Ok(())
}
";

/// A table, a revision that is Rust alone, and one that has scripts beside it.
fn project() -> Project {
    let project = Project::tables(Backend::Sqlite, 1);
    let metadata = "run_in_transaction = true\n";
    project.write("migrations/02_rust/migration.rs", CODE);
    project.write(
        "migrations/02_rust/metadata.toml",
        format!("down_revision = \"01\"\n{metadata}"),
    );
    project.write("migrations/03_both/migration.rs", CODE);
    project.write(
        "migrations/03_both/metadata.toml",
        format!("down_revision = \"02\"\n{metadata}"),
    );
    project.write("migrations/03_both/up.sql", "INSERT INTO t01 VALUES (3);\n");
    project.write("migrations/03_both/down.sql", "DELETE FROM t01;\n");
    project
}

#[test]
fn a_plan_with_code_is_refused_before_anything_runs() {
    let project = project();
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
--- stderr
error: 02_rust/migration.rs is code, which this program does not have compiled in
  help: run it from the app that embeds this chain: its `upgrade`, or the same command mounted in its own command line
--- exit code 1

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade", "--format", "json"]),
        str![[r#"
{"event":"error","kind":"failed","exit_code":1,"message":"02_rust/migration.rs is code, which this program does not have compiled in","help":"run it from the app that embeds this chain: its `upgrade`, or the same command mounted in its own command line"}
--- stderr
error: 02_rust/migration.rs is code, which this program does not have compiled in
  help: run it from the app that embeds this chain: its `upgrade`, or the same command mounted in its own command line
--- exit code 1

"#]],
    );
    says(
        said_on_app(&project.path(), &["current"]),
        str![[r#"
base
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade", "01"]),
        str![[r#"
applied 1 revision in [TIME]: the database is at 01_t01
--- stderr
applied 01_t01 ([TIME])
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade", "+1"]),
        str![[r#"
--- stderr
error: 02_rust/migration.rs is code, which this program does not have compiled in
  help: run it from the app that embeds this chain: its `upgrade`, or the same command mounted in its own command line
--- exit code 1

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade", "head", "--sql"]),
        str![[r#"
--- stderr
error: 02_rust/migration.rs is Rust, and a script for a plain client cannot run it
  help: write the SQL of the revisions before it and after it, and run this one from the app: `upgrade +1` with a connection
--- exit code 1

"#]],
    );
}

#[test]
fn it_is_named_among_the_scripts_and_shown_once() {
    let project = project();
    says(
        said(&project.path(), &["history", "-v"]),
        str![[r#"
03  both (head)
    follows  02
    scripts  up.sql, migration.rs, down.sql
02  rust
    follows  01
    scripts  migration.rs
01  t01
    follows  base
    scripts  up.sql, down.sql
--- stderr
chain: migrations, 3 revisions
no database is named: what is applied is not shown
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["show", "02"]),
        str![[r#"
02  rust
directory    migrations/02_rust
follows      01
followed by  03
scripts      migration.rs

-- migration.rs
use diesel::prelude::*;

pub fn up(connection: &mut SqliteConnection) -> QueryResult<()> {
    diesel::sql_query("UPDATE t01 SET id = id + 1").execute(connection)?;
    Ok(())
}

pub fn down(connection: &mut SqliteConnection) -> QueryResult<()> {
    diesel::sql_query("UPDATE t01 SET id = id - 1").execute(connection)?;
    Ok(())
}
--- stderr
no database is named: what is applied is not shown
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["show", "03"]),
        str![[r#"
03  both  (head)
directory  migrations/03_both
follows    02
scripts    up.sql, migration.rs, down.sql

-- up.sql
INSERT INTO t01 VALUES (3);

-- down.sql
DELETE FROM t01;
--- stderr
no database is named: what is applied is not shown
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["show", "03", "--format", "json"]),
        str![[r#"
{"revision":"03","directory":"03_both","down_revision":"02","linked":true,"head":true,"current":null,"state":null,"applied":null,"applied_at":null,"scripts":["up.sql","migration.rs","down.sql"],"run_in_transaction":true,"revert_in_transaction":true,"lock_timeout_ms":null,"irreversible":null,"database":null,"followed_by":null,"attempt":null,"up":[{"file":"03_both/up.sql","backends":["sqlite"],"checksum":"f97a777eb19f405d6d81aac108baeb471ef3cc45f7a39ebb8988ef10c8533fb8","statements":1,"code":"03_both/migration.rs","text":"INSERT INTO t01 VALUES (3);\n"}],"down":[{"file":"03_both/down.sql","backends":["sqlite"],"checksum":"265e349b88caceec104fe886de05091558dd60950cd87bc5e952922ed1da2560","statements":1,"code":"03_both/migration.rs","text":"DELETE FROM t01;\n"}]}
--- stderr
no database is named: what is applied is not shown
--- exit code 0

"#]],
    );
}
