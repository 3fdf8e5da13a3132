//! Two schemas on a real server: made, taken from one to the other and back, with a row in each table.

use migrate_core::{Backend, Inspector, dialect};
use migrate_schema::{Dialect, Difference, Fills, Name, Renames, Schema};

use crate::database::Database;
use crate::rows::insert;
use crate::shape::{beside, shape};

/// Takes a database from one schema to the other and back. At each stop its dump is that of a database where the schema was made
/// at once, and the rows are there. `look` is called at each stop too, with the schema that is there and a word for it.
///
/// # Panics
/// Where anything of this does not hold; `which` says of what.
pub fn there_and_back(
    database: &Database,
    before: &Schema,
    after: &Schema,
    which: &str,
    look: impl Fn(&Database, &Schema, &str),
) {
    let dialect = dialect(database.backend());
    let fresh = |schema: &Schema| {
        let database = Database::create(database.backend()).expect("there was one");
        create(&database, schema);
        database
    };
    let changed = fresh(before);
    let there = shape(&changed);
    look(&changed, before, &format!("{which}, before"));
    changed.run(&insert(before, after, dialect));
    let both = |table: &&migrate_schema::Table| before.table(&table.name).is_some();
    let stay: Vec<_> = after
        .tables
        .iter()
        .filter(both)
        .map(|table| &table.name)
        .collect();
    let views = (database.backend() == Backend::Sqlite).then(|| look_on(&changed, &stay));
    let up = between(before, after, dialect);
    run(&changed, &up);
    for view in views.into_iter().flatten() {
        changed.run(&format!("SELECT * FROM {view}; DROP VIEW {view};"));
    }
    let beside_after = beside(&shape(&changed), &shape(&fresh(after)));
    assert_eq!(beside_after, "", "{which}, up:\n{}", script(&up));
    assert!(
        between(up.after(), after, dialect).is_empty(),
        "{which}: a second comparison finds nothing"
    );
    look(&changed, after, &format!("{which}, after\n{}", script(&up)));
    for name in stay {
        let rows = changed.value(&format!("SELECT count(*) FROM {}", name.quoted(dialect)));
        assert_eq!(rows, "1", "{which}: the row of {name} survives");
    }
    let down = up.inverse();
    run(&changed, &down);
    let beside_before = beside(&shape(&changed), &there);
    assert_eq!(beside_before, "", "{which}, down:\n{}", script(&down));
    look(
        &changed,
        before,
        &format!("{which}, back\n{}", script(&down)),
    );
}

/// Views on tables that change under them, which SQLite does not hold against it.
fn look_on(database: &Database, tables: &[&Name]) -> Vec<String> {
    let views = tables.iter().map(|name| {
        let view = Dialect::Sqlite.quote(&format!("view of {name}"));
        let table = name.quoted(Dialect::Sqlite);
        database.run(&format!("CREATE VIEW {view} AS SELECT id FROM {table};"));
        view
    });
    views.collect()
}

/// What is read from a database says what the schema says, and makes the same database again.
///
/// # Panics
/// Where it does not.
pub fn is_read(database: &Database, schema: &Schema, which: &str) {
    let dialect = dialect(database.backend());
    let mut connection = database.connect();
    let inspector = Inspector::new();
    let found = inspector
        .schema(&mut connection)
        .unwrap_or_else(|error| panic!("{which}: {error}"));
    let wanted = inspector
        .difference(&mut connection, schema, &Renames::default())
        .unwrap_or_else(|error| panic!("{which}: {error}"));
    assert!(
        wanted.is_empty(),
        "{which}: what is there is not what was made:\n{}",
        script(&wanted)
    );
    let back = between(wanted.after(), &found, dialect);
    assert!(
        back.is_empty(),
        "{which}: more is there than was made:\n{}",
        script(&back)
    );
    let again = Database::create(database.backend()).expect("there was one");
    create(&again, &found);
    let beside_again = beside(&shape(&again), &shape(database));
    assert_eq!(beside_again, "", "{which}: made again from what was read");
}

/// Makes a schema in an empty database.
///
/// # Panics
/// Where the server does not take it.
pub fn create(database: &Database, schema: &Schema) {
    let all = between(&Schema::default(), schema, dialect(database.backend()));
    database.run(&all.script(&Fills::default()).expect("types are known"));
}

/// Makes the changes, in a transaction where the server has one for them. As in a run, foreign keys are turned off before it.
///
/// # Panics
/// Where one fails.
pub fn run(database: &Database, difference: &Difference) {
    let script = script(difference);
    if database.backend() == Backend::Mysql {
        database.run(&script);
        return;
    }
    let off = "PRAGMA foreign_keys = OFF;\n";
    let before = if script.contains(off) { off } else { "" };
    database.run(&format!("{before}BEGIN;\n{script}COMMIT;\n"));
}

fn script(difference: &Difference) -> String {
    difference
        .script(&Fills::neutral())
        .expect("types are known")
}

fn between(before: &Schema, after: &Schema, dialect: Dialect) -> Difference {
    Difference::between(before, after, dialect, &Renames::default())
}
