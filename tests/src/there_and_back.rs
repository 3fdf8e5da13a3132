//! Two schemas on a real server: made, taken from one to the other and back, with a row in each table.

use std::error::Error as _;

use migrate_core::{Backend, Inspector, dialect};
use migrate_schema::{Dialect, Difference, Fills, Renames, Schema};

use crate::database::{Database, OTHER_SCHEMA};
use crate::facts::facts;
use crate::onlookers::Onlookers;
use crate::project::Project;
use crate::rows::{Kept, fills, insert, insert_nulls, kept};
use crate::shape::{beside, shape};

/// Two schemas, and what of the second has another name in the first.
#[derive(Clone, Debug)]
pub struct Pair {
    /// What is there.
    pub before: Schema,
    /// What is wanted.
    pub after: Schema,
    /// What gets another name on the way.
    pub renames: Renames,
    /// Whether what is there is read from the database and compared by it, as a command does, and not as it was said.
    pub read: bool,
    /// Whether it goes both ways by the steps that let others read and write, a revision each (PostgreSQL).
    pub online: bool,
}

impl Pair {
    /// Two schemas in which what has another name is something else.
    #[must_use]
    pub fn of(before: Schema, after: Schema) -> Self {
        let renames = Renames::default();
        Self {
            before,
            after,
            renames,
            read: false,
            online: false,
        }
    }
}

/// Takes a database from one schema to the other and back. At each stop its dump is that of a database where the schema was made
/// at once, and the rows are there. What is read from the first makes it again. `look` is called at each stop too, with the schema that is there and a word for it.
///
/// # Panics
/// Where anything of this does not hold; `which` says of what.
pub fn there_and_back(
    database: &Database,
    pair: &Pair,
    which: &str,
    look: impl Fn(&Database, &Schema, &str),
) {
    let (before, after) = (&pair.before, &pair.after);
    let dialect = dialect(database.backend());
    begin_with(database, before);
    let there = lines(database, pair);
    look(database, before, &format!("{which}, before"));
    is_made_again(database, which);
    let sees = pair.read && database.backend() == Backend::Sqlite;
    let onlookers = sees.then(|| Onlookers::of(pair, database));
    let up = difference(database, pair, which);
    let down = up.inverse();
    // What is wanted, under the names that are there.
    let later = down.renamed();
    database.run(&(insert(before, later, dialect) + &insert_nulls(before, later, dialect)));
    let lasting = between(before, later, dialect);
    let rows = kept(database, before, &lasting);
    let steps = pair.online.then(|| {
        let steps = up.online(&fills(&up)).expect("types are known");
        Project::of_steps(&steps)
    });
    match &steps {
        Some(steps) => through(steps, database, true, which),
        None => run(database, &up),
    }
    onlookers.iter().for_each(|of| of.look(database, true));
    let fresh = database.beside();
    begin_with(fresh, after);
    let beside_after = beside(&made(database, pair), &made(fresh, pair));
    assert_eq!(beside_after, "", "{which}, up:\n{}", script(&up));
    assert!(
        pair.read || between(up.after(), after, dialect).is_empty(),
        "{which}: a second comparison finds nothing"
    );
    look(database, after, &format!("{which}, after\n{}", script(&up)));
    match &steps {
        Some(steps) => through(steps, database, false, which),
        None => run(database, &down),
    }
    onlookers.iter().for_each(|of| of.look(database, false));
    let beside_before = beside(&lines(database, pair), &there);
    assert_eq!(beside_before, "", "{which}, down:\n{}", script(&down));
    let back = kept(database, before, &lasting);
    let filled = up.tightened().next().is_some();
    assert!(
        survive(&rows, &back, filled),
        "{which}: the rows {rows:?} became {back:?}:\n{}{}",
        script(&up),
        script(&down)
    );
    look(
        database,
        before,
        &format!("{which}, back\n{}", script(&down)),
    );
}

/// What takes a database from the first of a pair to the second.
fn difference(database: &Database, pair: &Pair, which: &str) -> Difference {
    let Pair {
        before,
        after,
        renames,
        read,
        ..
    } = pair;
    if !read {
        return Difference::between(before, after, dialect(database.backend()), renames);
    }
    let found = inspector(database).difference(&mut database.connect(), after, renames);
    found.unwrap_or_else(|error| panic!("{which}: {error}"))
}

/// The shape of a database. A sequence and a trigger keep their names when their table gets another one.
fn made(database: &Database, pair: &Pair) -> Vec<String> {
    let mut lines = lines(database, pair);
    let keeps = |line: &String| line.contains("_id_seq") || line.starts_with("CREATE TRIGGER");
    lines.retain(|line| pair.renames.tables.is_empty() || !keeps(line));
    lines
}

/// What is read changes the text that an author wrote, and leaves of that what says the same.
fn lines(database: &Database, pair: &Pair) -> Vec<String> {
    if pair.read {
        facts(database)
    } else {
        shape(database)
    }
}

/// Whether the rows are what they were. A number is one however it is written; `filled`: a NULL may have become a value.
fn survive(before: &Kept, after: &Kept, filled: bool) -> bool {
    let cells = |kept: &Kept| -> Vec<String> {
        let rows = kept.values().flatten().flatten();
        rows.map(|cell| {
            cell.trim()
                .replace(".0000", "")
                .replace(".00", "")
                .replace(".0", "")
        })
        .collect()
    };
    let is_null = |cell: &String| cell.is_empty() || cell == "NULL";
    let (before, after) = (cells(before), cells(after));
    before.len() == after.len()
        && before
            .iter()
            .zip(&after)
            .all(|(one, other)| one == other || filled && is_null(one))
}

/// What is read from a database says what the schema says.
///
/// # Panics
/// Where it does not.
pub fn is_read(database: &Database, schema: &Schema, which: &str) {
    let dialect = dialect(database.backend());
    let mut connection = database.connect();
    let inspector = inspector(database);
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
}

fn inspector(database: &Database) -> Inspector {
    let postgres = database.backend() == Backend::Postgres;
    Inspector::new().schemas(postgres.then_some(OTHER_SCHEMA))
}

/// What is read from a database makes it again.
fn is_made_again(database: &Database, which: &str) {
    let found = inspector(database)
        .schema(&mut database.connect())
        .unwrap_or_else(|error| panic!("{which}: {error}"));
    let again = database.beside();
    begin_with(again, &found);
    let beside_again = beside(&shape(again), &shape(database));
    assert_eq!(beside_again, "", "{which}: made again from what was read");
}

/// Makes a schema in an empty database.
///
/// # Panics
/// Where the server does not take it.
pub fn create(database: &Database, schema: &Schema) {
    database.run(&whole(schema, database));
}

/// Makes a schema in the place of all that is in a database.
fn begin_with(database: &Database, schema: &Schema) {
    database.begin_again(&whole(schema, database));
}

fn whole(schema: &Schema, database: &Database) -> String {
    let all = between(&Schema::default(), schema, dialect(database.backend()));
    all.script(&Fills::default()).expect("types are known")
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

/// Runs all revisions of a chain, or takes all of them back.
fn through(chain: &Project, database: &Database, up: bool, which: &str) {
    let (chain, mut connection) = (chain.read(), database.connect());
    let done = match up {
        true => chain.upgrade(&mut connection),
        false => chain.downgrade_to(&mut connection, "base"),
    };
    done.unwrap_or_else(|error| panic!("{which}: {error} {:?}", error.source()));
}

fn script(difference: &Difference) -> String {
    difference
        .script(&fills(difference))
        .expect("types are known")
}

fn between(before: &Schema, after: &Schema, dialect: Dialect) -> Difference {
    Difference::between(before, after, dialect, &Renames::default())
}
