//! A password is in no output, however a command ends.

use std::path::Path;

use crate::{finish, text, tool, two_tables};

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
