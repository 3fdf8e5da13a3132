//! The templates of new revisions, and the hooks that run after they are written.
#![cfg(unix)]

use std::fs;
use std::path::Path;

use snapbox::str;

use crate::{finish, read, said, says, text, tool, two_tables};

#[test]
fn a_template_is_filled_in() {
    let project = two_tables();
    project.settings("\n[templates]\ndefault = \"db/template\"\nbad = \"db/bad\"\n");
    project.write(
        "db/template/up.sql",
        "-- ${message}\n-- ${id} follows ${down_revision}: ${slug}, $${kept}\nSELECT 1;\n",
    );
    project.write("db/template/down.sql", "SELECT '${date}';\n");
    project.write(
        "db/template/metadata.toml",
        "run_in_transaction = false # by ${author}\nlock_timeout = \"2s\"\n",
    );
    project.write("db/bad/up.sql", "\n-- ${mesage}\n");
    let mut command = tool(
        &project.path(),
        &["revision", "-m", "Add phone", "--rev-id", "03"],
    );
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "user.name")
        .env("GIT_CONFIG_VALUE_0", "Ada");
    let made = text(&finish(command));
    assert!(made.ends_with("exit code 0\n"), "{made}");
    says(
        read(&project, "migrations/03_add_phone/up.sql"),
        str![[r#"
-- Add phone
-- 03 follows 02: add_phone, ${kept}
SELECT 1;

"#]],
    );
    says(
        read(&project, "migrations/03_add_phone/metadata.toml"),
        str![[r#"
down_revision = "02"
run_in_transaction = false # by Ada
lock_timeout = "2s"

"#]],
    );
    let down = read(&project, "migrations/03_add_phone/down.sql");
    assert!(down.starts_with("SELECT '20") && down.len() == "SELECT '2026-11-21';\n".len());
    says(
        said(
            &project.path(),
            &["revision", "-m", "x", "--template", "bad"],
        ),
        str![[r#"
--- stderr
error: the template [..]/db/bad/up.sql, line 2: nothing is called `${mesage}`
  help: did you mean `${message}`?
--- exit code 1

"#]],
    );
    says(
        said(
            &project.path(),
            &["revision", "-m", "x", "--template", "other"],
        ),
        str![[r#"
--- stderr
error: --template other: no template is called that
  help: there is default, bad
--- exit code 2

"#]],
    );
}

#[test]
fn a_template_that_makes_no_valid_revision_leaves_nothing() {
    let project = two_tables();
    project.settings("\n[templates]\ndefault = \"template\"\n");
    project.write("template/up.sql", "SELECT 'open;\n");
    project.write("template/down.sql", "SELECT 1;\n");
    let before = fs::read_dir(project.migrations_dir())
        .expect("listed")
        .count();
    let refused = said(&project.path(), &["revision", "-m", "x"]);
    assert!(refused.ends_with("exit code 1\n"), "{refused}");
    let after = fs::read_dir(project.migrations_dir())
        .expect("listed")
        .count();
    assert_eq!(before, after, "{refused}");
}

#[test]
fn hooks_run_in_order_with_the_files_and_a_failure_is_named() {
    let project = two_tables();
    project.settings(
        "\n[hooks]\nappend = [\"sh\", \"-c\", \"for file; do echo '-- hooked' >> $file; done; echo $# files\", \"hook\"]\nfail = [\"sh\", \"-c\", \"exit 3\"]\nnever = [\"sh\", \"-c\", \"touch never\"]\n",
    );
    says(
        said(&project.path(), &["revision", "-m", "x", "--rev-id", "03"]),
        str![[r#"
migrations/03_x/up.sql
migrations/03_x/down.sql
migrations/03_x/metadata.toml
--- stderr
append: 3 files
error: the hook `fail` failed: exit status: 3
  help: the files are written; run the hook by hand, or mend it under [hooks] in migrate.toml
--- exit code 1

"#]],
    );
    assert_eq!(
        read(&project, "migrations/03_x/up.sql"),
        "-- x\n-- hooked\n"
    );
    assert!(!Path::new(&project.path().join("never")).exists());
}
