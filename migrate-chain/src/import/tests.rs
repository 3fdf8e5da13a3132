use super::*;

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |&(name, text): &(&str, &str)| (name.to_owned(), text.to_owned());
    files.iter().map(owned).collect()
}

/// Each revision as its directory, up, down and metadata in one line.
fn made(tool: Tool, given: &[(&str, &str)]) -> Vec<String> {
    let import = import(tool, &files(given), None, Backends::ALL).unwrap();
    let line = |revision: &Imported| {
        let text = |name: &str| {
            let found = revision.files.iter().find(|(file, _)| *file == name);
            found.map_or("none", |(_, text)| text).replace('\n', " ")
        };
        let [up, down, metadata] = ["up.sql", "down.sql", "metadata.toml"].map(text);
        format!("{}: {up}| {down}| {metadata}", revision.directory)
    };
    import.revisions.iter().map(line).collect()
}

#[test]
fn sqlx_has_a_file_a_direction_or_one_alone() {
    assert_eq!(
        made(
            Tool::Sqlx,
            &[
                ("20230102000000_b.down.sql", "DROP TABLE b;"),
                (
                    "20230102000000_b.up.sql",
                    "-- no-transaction\nCREATE TABLE b (id INT);"
                ),
                ("20230101000000_create a.sql", "CREATE TABLE a (id INT);"),
                ("README.md", "x"),
            ]
        ),
        [
            "20230101000000_create_a: CREATE TABLE a (id INT);| none| down_revision = \"base\" run_in_transaction = true irreversible = \"sqlx had no down script\" ",
            "20230102000000_b: -- no-transaction CREATE TABLE b (id INT);| DROP TABLE b;| down_revision = \"20230101000000\" run_in_transaction = false revert_in_transaction = true ",
        ]
    );
}

#[test]
fn numbers_of_different_length_become_ids_that_ascend() {
    let given = [
        ("V10__c.sql", "SELECT 3;"),
        ("V2__b.sql", "SELECT 2;"),
        ("V1__a.sql", "SELECT 1;"),
        ("V3__code.rs", "fn"),
        ("mod.rs", "mod"),
    ];
    let import = import(Tool::Refinery, &files(&given), None, Backends::ALL).unwrap();
    let names: Vec<_> = import
        .revisions
        .iter()
        .map(|revision| revision.directory.as_str())
        .collect();
    assert_eq!(names, ["01_a", "02_b", "10_c"]);
    assert_eq!(
        import.remarks,
        [(
            "V3__code.rs".to_owned(),
            "it is code: write what it does as SQL".to_owned()
        )]
    );
}

#[test]
fn flyway_has_undo_scripts_and_versions_with_dots() {
    let given = [
        ("V1__a.sql", "SELECT 1;"),
        ("U1__a.sql", "SELECT -1;"),
        ("V1_1__b.sql", "SELECT '${schema}';"),
        ("V1.10__c.sql", "SELECT 1;"),
        ("R__views.sql", "SELECT 1;"),
        ("U9__gone.sql", "SELECT 1;"),
    ];
    let import = import(Tool::Flyway, &files(&given), None, Backends::ALL).unwrap();
    let names: Vec<_> = import
        .revisions
        .iter()
        .map(|revision| (revision.directory.as_str(), revision.from.len()))
        .collect();
    assert_eq!(names, [("1_a", 2), ("1.01_b", 1), ("1.10_c", 1)]);
    let remarks: Vec<_> = import
        .remarks
        .iter()
        .map(|(file, _)| file.as_str())
        .collect();
    assert_eq!(remarks, ["R__views.sql", "V1_1__b.sql", "U9__gone.sql"]);
}

#[test]
fn dbmate_and_goose_have_both_directions_in_one_file() {
    assert_eq!(
        made(
            Tool::Dbmate,
            &[(
                "20230101_a.sql",
                "-- migrate:up transaction:false\nCREATE TABLE a (id INT);\n\n-- migrate:down\nDROP TABLE a;\n"
            )]
        ),
        [
            "20230101_a: CREATE TABLE a (id INT); | DROP TABLE a; | down_revision = \"base\" run_in_transaction = false revert_in_transaction = true "
        ]
    );
    assert_eq!(
        made(
            Tool::Goose,
            &[
                (
                    "00001_a.sql",
                    "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n\n-- +goose Down\n"
                ),
                (
                    "00002_b.sql",
                    "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 2;\n-- +goose Down\nSELECT -2;\n"
                ),
            ]
        ),
        [
            "00001_a: SELECT 1; | none| down_revision = \"base\" run_in_transaction = true irreversible = \"goose had no down script\" ",
            "00002_b: SELECT 2; | SELECT -2; | down_revision = \"00001\" run_in_transaction = false ",
        ]
    );
}

#[test]
fn a_script_with_a_transaction_of_its_own_runs_in_no_other() {
    assert_eq!(
        made(
            Tool::GolangMigrate,
            &[
                ("1_a.up.sql", "BEGIN;\nSELECT 1;\nCOMMIT;\n"),
                ("1_a.down.sql", "SELECT -1;\n"),
            ]
        ),
        [
            "1_a: BEGIN; SELECT 1; COMMIT; | SELECT -1; | down_revision = \"base\" run_in_transaction = false revert_in_transaction = true "
        ]
    );
}

#[test]
fn what_cannot_be_imported_is_refused() {
    let error = |tool, given: &[(&str, &str)], head| {
        let error = import(tool, &files(given), head, Backends::ALL).unwrap_err();
        format!("{error} ({})", error.help())
    };
    assert_eq!(
        error(Tool::Dbmate, &[("V1__a.sql", "SELECT 1;")], None),
        "there is no migration of dbmate here (a file of dbmate's is called 20261121101112_name.sql; --from names another tool)"
    );
    assert_eq!(
        error(
            Tool::Sqlx,
            &[("1_a.sql", "SELECT 1;"), ("01_b.sql", "SELECT 1;")],
            None
        ),
        "01_b.sql and 1_a.sql are the same script of one version (take one of them away)"
    );
    assert_eq!(
        error(Tool::Sqlx, &[("1_a.sql", "SELECT 1;")], Some("2")),
        "1_a.sql would become 1, and that is not after 2, the head of the chain (import into an empty migrations directory, then put your own revisions behind it)"
    );
}
