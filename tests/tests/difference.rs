//! What a difference's SQL does on real servers: there, and back, with a row in each table.

use migrate_core::Backend;
use migrate_schema::{
    Action, Check, Column, Dialect, Difference, Facet, Fills, ForeignKey, IdentityKind, Index,
    IndexPart, Name, Renames, Schema, Table, Type, Unique,
};
use migrate_tests::{Database, beside, on, on_each_backend, shape};

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
    Schema {
        tables,
        ..Schema::default()
    }
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
            .filter(|column| column.name != "ref id" && column.generated.get().is_none())
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

/// Takes a database with a row in each table from one schema to the other and back.
fn there_and_back(database: &Database, before: &Schema, after: &Schema, which: &str) {
    let dialect = dialect(database);
    let fresh = |schema: &Schema| {
        let database = Database::create(database.backend()).expect("there was one");
        create(&database, schema);
        database
    };
    let changed = fresh(before);
    let there = shape(&changed);
    fill(&changed, before);
    let up = difference(before, after, dialect);
    run(&changed, &up);
    let shown = |of: &Difference| of.script(&Fills::neutral()).expect("types are known");
    assert_eq!(
        beside(&shape(&changed), &shape(&fresh(after))),
        "",
        "{which}, up:\n{}",
        shown(&up)
    );
    assert!(
        difference(up.after(), after, dialect).is_empty(),
        "{which}: a second comparison finds nothing"
    );
    for table in after
        .tables
        .iter()
        .filter(|table| before.table(&table.name).is_some())
    {
        let rows = changed.value(&format!(
            "SELECT count(*) FROM {}",
            table.name.quoted(dialect)
        ));
        assert_eq!(rows, "1", "{which}: the row of {} survives", table.name);
    }
    let down = up.inverse();
    run(&changed, &down);
    assert_eq!(
        beside(&shape(&changed), &there),
        "",
        "{which}, down:\n{}",
        shown(&down)
    );
}

fn pairs_there_and_back(database: &Database) {
    let mut random = Random(42);
    for pair in 0..pairs(database.backend()) {
        let (before, after) = (
            schema(&mut random, dialect(database)),
            schema(&mut random, dialect(database)),
        );
        there_and_back(database, &before, &after, &format!("pair {pair}"));
    }
}

/// A table `users` with a column `name` of a type, as something changes it.
fn users(of: &str, change: impl FnOnce(&mut Table)) -> Schema {
    let parse = |text| Type::parse(Dialect::Postgres, text).expect("a type");
    let mut table = Table::new("users")
        .with(Column::new("id", parse("integer")))
        .with(Column::new("name", parse(of)).nullable())
        .keyed(["id"]);
    change(&mut table);
    let mut schema = Schema::default().with(table);
    schema.enums = Facet::Known(Vec::new());
    schema
}

fn what_only_postgres_has(database: &Database) {
    let plain = |of: &str| users(of, |_| {});
    let mood = |values: &[&str], default: Option<&str>| {
        let default = default.map(|text| text.into());
        users("mood", |table| {
            table.columns[1].default = Facet::Known(default)
        })
        .with_enum("mood", values.iter().copied())
    };
    let index = |change: fn(&mut Index)| {
        let mut index = Index::on([IndexPart::column("name")]).named("ix");
        change(&mut index);
        users("jsonb", |table| *table = table.clone().index(index))
    };
    let computed = |text: &str| {
        users("integer", |table| {
            let twice = Column::new(
                "twice",
                Type::parse(Dialect::Postgres, "integer").expect("a type"),
            );
            *table = table
                .clone()
                .with(twice.nullable().generated(text))
                .index(Index::on([IndexPart::column("twice")]).named("ix"));
        })
    };
    let numbered = |kind: IdentityKind, start: Option<i64>| {
        users("text", |table| {
            let mut identity = migrate_schema::Identity::from(kind);
            identity.sequence.start = start;
            table.columns[0].identity = Facet::Known(Some(identity));
        })
    };
    let cases = [
        (
            "a value is added",
            mood(&["1", "2"], None),
            mood(&["0", "1", "2", "3"], None),
        ),
        (
            "a new value is the default",
            mood(&["1", "2"], Some("'1'")),
            mood(&["1", "2", "3"], Some("'3'")),
        ),
        (
            "values change their order",
            mood(&["1", "2"], Some("'1'")),
            mood(&["2", "1"], Some("'1'")),
        ),
        (
            "a text becomes an enum",
            plain("varchar(50)"),
            mood(&["1", "2"], None),
        ),
        (
            "the enum goes with its table",
            mood(&["1"], None),
            Schema {
                enums: Facet::Known(Vec::new()),
                ..Schema::default()
            },
        ),
        (
            "another method",
            index(|_| {}),
            index(|index| index.method = Some("gin".into())),
        ),
        (
            "a column carried along",
            index(|_| {}),
            index(|index| index.include = vec!["id".into()]),
        ),
        ("computed otherwise", computed("id + 1"), computed("id + 2")),
        ("computed no more", computed("id + 1"), plain("integer")),
        (
            "another identity",
            numbered(IdentityKind::ByDefault, None),
            numbered(IdentityKind::Always, Some(5)),
        ),
        (
            "a serial becomes an identity",
            numbered(IdentityKind::Serial, None),
            numbered(IdentityKind::ByDefault, None),
        ),
        (
            "numbered no more",
            numbered(IdentityKind::Serial, None),
            plain("text"),
        ),
        ("json is binary", plain("json"), plain("jsonb")),
        (
            "a number becomes an array",
            plain("integer"),
            plain("integer[]"),
        ),
    ];
    for (which, before, after) in cases {
        there_and_back(database, &before, &after, which);
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

#[test]
fn what_only_postgres_has_there_and_back() {
    on(Backend::Postgres, what_only_postgres_has);
}
