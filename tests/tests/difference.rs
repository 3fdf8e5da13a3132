//! What a difference's SQL does on real servers: there, and back, with a row in each table.

use migrate_core::Backend;
use migrate_schema::{
    Action, Check, Column, Dialect, Difference, Facet, Fills, ForeignKey, IdentityKind, Index,
    IndexPart, Name, Renames, Schema, Table, Type, Unique,
};
use migrate_tests::{Database, dump, on_each_backend};

fn dialect(database: &Database) -> Dialect {
    Dialect::from_name(database.backend().name()).expect("the same three words")
}

/// A small generator that gives the same schemas in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }
}

const TABLES: [&str; 4] = ["plain", "Order", "se\"le`ct", "été"];
const COLUMNS: [&str; 5] = ["name", "from", "Up Down", "ünï\"", "z"];

const fn types(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Sqlite => &["integer", "bigint", "text", "varchar(20)", "numeric(10, 2)"],
        Dialect::Postgres => &[
            "integer",
            "bigint",
            "text",
            "varchar(20)",
            "varchar(50)",
            "numeric(10,2)",
            "numeric(12,4)",
        ],
        Dialect::Mysql => &[
            "int",
            "bigint",
            "int unsigned",
            "varchar(20)",
            "varchar(50)",
            "decimal(10,2)",
        ],
    }
}

fn column(random: &mut Random, name: &str, dialect: Dialect) -> Column {
    let pool = types(dialect);
    let of = Type::parse(dialect, pool[random.below(pool.len())]).expect("a type");
    let mut column = Column::new(name, of);
    if random.one_in(2) {
        column = column.nullable();
    }
    if random.one_in(3) {
        column = column.default(["'1'", "'22'"][random.below(2)]);
    }
    if dialect != Dialect::Sqlite && random.one_in(5) {
        column.comment = Facet::Known(Some("it's a \\ comment".into()));
    }
    column
}

fn table(random: &mut Random, name: &str, others: &[&str], dialect: Dialect) -> Table {
    let mut id = Column::new("id", Type::parse(dialect, "integer").expect("a type"));
    if random.one_in(2) {
        id = id.identity(if dialect == Dialect::Postgres {
            IdentityKind::ByDefault
        } else {
            IdentityKind::Auto
        });
    }
    let mut table = Table::new(name).with(id).keyed(["id"]);
    for name in COLUMNS {
        if !random.one_in(3) {
            table = table.with(column(random, name, dialect));
        }
    }
    let label = |kind: &str, at: usize| format!("{kind}_{name}_{at}");
    for (at, name) in COLUMNS
        .into_iter()
        .enumerate()
        .filter(|(_, name)| table.column(name).is_some())
        .collect::<Vec<_>>()
    {
        if random.one_in(3) {
            let mut part = IndexPart::column(name);
            part.descending = random.one_in(2);
            let mut index = Index::on([part]).named(label("ix", at));
            index.unique = random.one_in(2);
            if dialect != Dialect::Mysql && random.one_in(2) {
                index.predicate = Some("id > 0".into());
            }
            table = table.index(index);
        }
        if random.one_in(4) {
            table = table.unique(Unique::on([name, "id"]).named(label("uq", at)));
        }
        if random.one_in(4) {
            table = table.check(
                Check::that(format!("{} <> '9'", dialect.quote(name))).named(label("ck", at)),
            );
        }
    }
    if !others.is_empty() && random.one_in(2) {
        let reference =
            Column::new("ref id", Type::parse(dialect, "integer").expect("a type")).nullable();
        let action = [Action::NoAction, Action::Cascade, Action::SetNull][random.below(3)];
        let key = ForeignKey::on(["ref id"], others[random.below(others.len())], ["id"]);
        let index = Index::on([IndexPart::column("ref id")]).named(label("ix_ref", 0));
        table = table
            .with(reference)
            .foreign_key(key.named(label("fk", 0)).on_delete(action))
            .index(index);
    }
    table
}

fn schema(random: &mut Random, dialect: Dialect) -> Schema {
    let there: Vec<_> = TABLES.into_iter().filter(|_| !random.one_in(4)).collect();
    let tables = there
        .iter()
        .map(|name| table(random, name, &there, dialect))
        .collect();
    let mut schema = Schema::default();
    schema.tables = tables;
    schema
}

/// The schema of a database, in which the order of columns and constraints says nothing.
fn shape(database: &Database) -> Vec<String> {
    let text = dump(database).replace(", ", "\n").replace(",\n", "\n");
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| {
            line.trim()
                .trim_end_matches([',', ';', ')', ' '])
                .to_owned()
        })
        .collect();
    lines.retain(|line| !line.is_empty());
    lines.sort();
    lines
}

/// What one database has and the other one lacks.
fn beside(changed: &Database, fresh: &Database) -> String {
    let (changed, fresh) = (shape(changed), shape(fresh));
    let lacks = |one: &[String], other: &[String]| {
        let lines: Vec<_> = one
            .iter()
            .filter(|line| !other.contains(line))
            .cloned()
            .collect();
        lines.join("\n")
    };
    if changed == fresh {
        return String::new();
    }
    format!(
        "too much:\n{}\nmissing:\n{}\n",
        lacks(&changed, &fresh),
        lacks(&fresh, &changed)
    )
}

fn difference(before: &Schema, after: &Schema, dialect: Dialect) -> Difference {
    Difference::between(before, after, dialect, &Renames::default())
}

fn create(database: &Database, schema: &Schema) {
    let script =
        difference(&Schema::default(), schema, dialect(database)).script(&Fills::default());
    database.run(&script.expect("types are known"));
}

/// A row with a 1 in each column.
fn fill(database: &Database, schema: &Schema) {
    let dialect = dialect(database);
    for table in &schema.tables {
        let filled: Vec<_> = table
            .columns
            .iter()
            .filter(|column| column.name != "ref id")
            .map(|column| &column.name)
            .collect();
        let ones = vec!["'1'"; filled.len()].join(", ");
        let (name, columns) = (table.name.quoted(dialect), dialect.quote_all(filled));
        database.run(&format!("INSERT INTO {name} ({columns}) VALUES ({ones});"));
    }
}

fn run(database: &Database, difference: &Difference) {
    let script = difference
        .script(&Fills::neutral())
        .expect("types are known");
    let script = if database.backend() == Backend::Mysql {
        script
    } else {
        in_transaction(&script)
    };
    database.run(&script);
}

/// As a run does it: foreign keys are turned off before the transaction.
fn in_transaction(script: &str) -> String {
    let off = "PRAGMA foreign_keys = OFF;\n";
    let before = if script.contains(off) { off } else { "" };
    format!("{before}BEGIN;\n{script}COMMIT;\n")
}

/// A few in the suite; `MIGRATE_PAIRS` says how many where more are wanted.
fn pairs(backend: Backend) -> usize {
    let few = if backend == Backend::Sqlite { 20 } else { 5 };
    let wanted = std::env::var("MIGRATE_PAIRS").ok();
    wanted.and_then(|number| number.parse().ok()).unwrap_or(few)
}

fn pairs_there_and_back(database: &Database) {
    let dialect = dialect(database);
    let mut random = Random(42);
    for pair in 0..pairs(database.backend()) {
        let (before, after) = (schema(&mut random, dialect), schema(&mut random, dialect));
        let fresh = |schema: &Schema| {
            let database = Database::create(database.backend()).expect("there was one");
            create(&database, schema);
            database
        };
        let changed = fresh(&before);
        fill(&changed, &before);
        let up = difference(&before, &after, dialect);
        run(&changed, &up);
        let shown = |of: &Difference| of.script(&Fills::neutral()).expect("types are known");
        assert_eq!(
            beside(&changed, &fresh(&after)),
            "",
            "pair {pair}, up:\n{}",
            shown(&up)
        );
        assert!(difference(up.after(), &after, dialect).is_empty());
        for table in after
            .tables
            .iter()
            .filter(|table| before.table(&table.name).is_some())
        {
            let rows = changed.value(&format!(
                "SELECT count(*) FROM {}",
                table.name.quoted(dialect)
            ));
            assert_eq!(rows, "1", "pair {pair}: the row of {} survives", table.name);
        }
        let down = up.inverse();
        run(&changed, &down);
        assert_eq!(
            beside(&changed, &fresh(&before)),
            "",
            "pair {pair}, down:\n{}",
            shown(&down)
        );
    }
}

fn a_rename_keeps_the_rows(database: &Database) {
    let dialect = dialect(database);
    let of = |table: &str, column: &str| {
        let text = Type::parse(dialect, "varchar(50)").expect("a type");
        let check = Check::that(format!("{} <> ''", dialect.quote(column))).named("ck");
        let index = Index::on([IndexPart::column(column)]).named("ix");
        Schema::default().with(
            Table::new(table)
                .with(Column::new(
                    "id",
                    Type::parse(dialect, "integer").expect("a type"),
                ))
                .with(Column::new(column, text))
                .keyed(["id"])
                .check(check)
                .index(index),
        )
    };
    let (before, after) = (of("people", "nick"), of("members", "full name"));
    create(database, &before);
    fill(database, &before);
    let hints =
        Renames::default()
            .table("people", "members")
            .column("members", "nick", "full name");
    let up = Difference::between(&before, &after, dialect, &hints);
    run(database, &up);
    let (name, column) = (
        Name::new("members").quoted(dialect),
        dialect.quote("full name"),
    );
    assert_eq!(database.value(&format!("SELECT {column} FROM {name}")), "1");
    run(database, &up.inverse());
    assert_eq!(database.value("SELECT nick FROM people"), "1");
}

on_each_backend!(pairs_there_and_back, a_rename_keeps_the_rows);
