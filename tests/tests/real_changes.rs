//! Columns of real SQLite projects' tables changed in each way, there and back: the text that their authors wrote is what a rebuild
//! has to keep.

use diesel::connection::SimpleConnection as _;
use migrate_core::{AnyConnection, Backend, Inspector};
use migrate_schema::{Column, Dialect, Difference, Facet, Fills, Renames, Schema, Table, Type};
use migrate_tests::{Database, on, plain_run, real_chains};

const DIALECT: Dialect = Dialect::Sqlite;

/// A change of one column, by its name, and what it does to a model of the table.
type Change = (&'static str, fn(&mut Table, usize));

const CHANGES: [Change; 5] = [
    ("another type", |table, at| {
        // A number that SQLite counts is an INTEGER.
        if table.columns[at].identity.get().is_some() {
            return;
        }
        table.columns[at].sql_type = Facet::Known(of("SOME NUMBER(7)"));
    }),
    ("null", |table, at| {
        let column = &mut table.columns[at];
        column.nullable = Facet::Known(!column.takes_null());
    }),
    ("another default", |table, at| {
        let column = &mut table.columns[at];
        if column.identity.get().is_none() && column.generated.get().is_none() {
            column.default = Facet::Known(Some("'it''s (7'".into()));
        }
    }),
    ("dropped", |table, at| {
        // SQLite has no table without a column.
        if table.columns.len() == 1 {
            return;
        }
        let name = table.columns.remove(at).name;
        if let Facet::Known(Some(key)) = &mut table.primary_key {
            key.columns.retain(|column| *column != name);
            if key.columns.is_empty() {
                table.primary_key = Facet::Known(None);
            }
        }
    }),
    ("added after", |table, at| {
        let name = format!("after {}", table.columns[at].name);
        table
            .columns
            .push(Column::new(name, of("TEXT")).default("7"));
    }),
];

fn of(text: &str) -> Type {
    Type::parse(DIALECT, text).expect("a type")
}

/// The tables as a model would say them that is silent of everything but columns and key, so that what is there stays.
fn model(schema: &Schema) -> Schema {
    let mut model = schema.clone();
    for table in &mut model.tables {
        (table.text, table.triggers) = (None, Vec::new());
        (table.uniques, table.checks) = (Facet::Unknown, Facet::Unknown);
        (table.foreign_keys, table.indexes) = (Facet::Unknown, Facet::Unknown);
    }
    model
}

fn read(connection: &mut AnyConnection, inspector: &Inspector) -> Schema {
    let schema = inspector.schema(connection);
    schema.unwrap_or_else(|error| panic!("{error}"))
}

fn execute(connection: &mut AnyConnection, sql: &str) -> Result<(), String> {
    let AnyConnection::Sqlite(connection) = connection else {
        panic!("SQLite alone")
    };
    connection
        .batch_execute(sql)
        .map_err(|error| error.to_string())
}

fn script(of: &Difference) -> String {
    of.script(&Fills::neutral()).expect("types are known")
}

/// The schema, its texts without the quotes that SQLite puts around the name of a table that was renamed.
fn plain(mut schema: Schema) -> Schema {
    for table in &mut schema.tables {
        let (quoted, name) = (table.name.quoted(DIALECT), table.name.name.clone());
        let text = table.text.take().unwrap_or_default();
        let start = text.find('(').unwrap_or_default();
        table.text = Some(text[..start].replace(&quoted, &name).trim().to_owned() + &text[start..]);
    }
    schema
        .tables
        .sort_by(|one, other| one.name.cmp(&other.name));
    for table in &mut schema.tables {
        if let Facet::Known(indexes) = &mut table.indexes {
            indexes.sort_by(|one, other| one.name.value().cmp(&other.name.value()));
        }
    }
    schema
}

/// Makes a change and takes it back, on a connection whose transaction is rolled back by the caller.
fn there_and_back(
    connection: &mut AnyConnection,
    inspector: &Inspector,
    change: impl FnOnce(&mut Table),
) -> Result<(), String> {
    let before = read(connection, inspector);
    let mut wanted = model(&before);
    change(&mut wanted.tables[0]);
    let wanted = &wanted;
    let up = Difference::between(&before, wanted, DIALECT, &Renames::default());
    let down = up.inverse();
    let (up_sql, down_sql) = (script(&up), script(&down));
    let shown = |error: String| format!("{error}\n--- up\n{up_sql}\n--- down\n{down_sql}");
    match execute(connection, &up_sql) {
        // Somebody who needs the column is named, and nothing is done.
        Err(error)
            if ["view", "trigger"]
                .iter()
                .any(|of| error.starts_with(&format!("error in {of} "))) =>
        {
            return Ok(());
        }
        result => result.map_err(|error| shown(format!("up: {error}")))?,
    }
    let after = read(connection, inspector);
    for difference in [
        Difference::between(&after, up.after(), DIALECT, &Renames::default()),
        Difference::between(up.after(), &after, DIALECT, &Renames::default()),
    ] {
        if !difference.is_empty() {
            return Err(shown(format!("after up: {}", script(&difference))));
        }
    }
    execute(connection, &down_sql).map_err(|error| shown(format!("down: {error}")))?;
    let (there, back) = (plain(before), plain(read(connection, inspector)));
    // A column that ALTER TABLE adds is written in its own way.
    let by_text = down_sql.contains("CREATE TABLE");
    for (there, back) in there.tables.iter().zip(&back.tables) {
        let (there, back) = (ordered(there, by_text), ordered(back, by_text));
        if there != back {
            let text = |of: &Table| of.text.clone().unwrap_or_else(|| format!("{of:?}"));
            let error = format!(
                "after down:\n{}\ninstead of:\n{}",
                text(&back),
                text(&there)
            );
            return Err(shown(error));
        }
    }
    Ok(())
}

/// A column that was dropped comes back as the last one, and its line with it.
fn ordered(table: &Table, by_text: bool) -> Table {
    let mut table = table.clone();
    table
        .columns
        .sort_by(|one, other| one.name.cmp(&other.name));
    let mut words: Vec<_> = table
        .text
        .take()
        .unwrap_or_default()
        .split([',', '\n'])
        .map(|line| line.trim().trim_end_matches(')').to_owned())
        .collect();
    words.sort();
    table.text = by_text.then(|| words.join("\n"));
    table
}

#[test]
fn a_change_of_a_column_goes_there_and_back() {
    let mut failed = Vec::new();
    let mut all = 0;
    for chain in real_chains().unwrap_or_default() {
        if chain.backend != Backend::Sqlite {
            continue;
        }
        on(Backend::Sqlite, |database: &Database| {
            plain_run(&chain, database);
            let mut connection = database.connect();
            let schema = read(&mut connection, &Inspector::new());
            for table in &schema.tables {
                let inspector = Inspector::new()
                    .only([&table.name.name])
                    .expect("a plain name");
                for (at, column) in table.columns.iter().enumerate() {
                    for (which, (what, change)) in CHANGES.into_iter().enumerate() {
                        // A quarter of all.
                        if (at + which) % 4 != 0 {
                            continue;
                        }
                        execute(&mut connection, "PRAGMA foreign_keys = OFF; BEGIN")
                            .expect("it begins");
                        let played =
                            there_and_back(&mut connection, &inspector, |table| change(table, at));
                        if let Err(error) = played {
                            let column = format!("{}.{}", table.name, column.name);
                            failed.push(format!("{}: {column} {what}: {error}", chain.name));
                        }
                        execute(&mut connection, "ROLLBACK").expect("it ends");
                        all += 1;
                    }
                }
            }
        });
    }
    let shown: Vec<_> = failed.iter().take(8).cloned().collect();
    assert!(
        failed.is_empty(),
        "{} of {all}:\n{}",
        failed.len(),
        shown.join("\n\n")
    );
}
