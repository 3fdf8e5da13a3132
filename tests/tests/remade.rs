//! The PostgreSQL schemas of real projects: read as a whole, and made again, their dump is the same.

use std::collections::BTreeMap;
use std::process::Command;

use migrate_core::{Inspector, Migrations, dialect};
use migrate_schema::{Difference, Fills, Renames, Schema};
use migrate_tests::{Database, RealChain, on, real_chains};

/// A project's chain at its head, in a database of its own.
fn at_head(name: &str, test: impl FnOnce(&RealChain, &Database)) {
    let chains = real_chains().unwrap_or_default();
    let Some(chain) = chains.into_iter().find(|chain| chain.name == name) else {
        return;
    };
    let project = chain.adopt();
    let migrations = Migrations::from_directory(project.path().join("migrations"))
        .unwrap_or_else(|problems| panic!("{problems}"));
    on(chain.backend, |database| {
        migrations
            .upgrade(&mut database.connect())
            .unwrap_or_else(|error| panic!("{error}"));
        test(&chain, database);
    });
}

/// The schema is read, made again in a database that has what is no table's, and dumped: it is the same, apart from what `differs`.
/// `outside` is what a project has beside its tables, how many of each kind.
fn is_made_again(name: &str, schemas: &[&str], outside: &[(&str, usize)], differs: &[&str]) {
    at_head(name, |chain, database| {
        let inspector = Inspector::new().schemas(schemas.iter().copied());
        let found = inspector
            .schema(&mut database.connect())
            .unwrap_or_else(|error| panic!("{error}"));
        let all = Difference::between(
            &Schema::default(),
            &found,
            dialect(chain.backend),
            &Renames::default(),
        );
        let script = all.script(&Fills::default()).expect("types are known");
        let original = Sections::of(database);
        let again = Database::create(chain.backend).expect("there was one");
        again.run(&original.needed());
        again.run(&script);
        let made = Sections::of(&again);
        assert_eq!(made.beside(&original), differs, "{name}");
        assert_eq!(original.outside(), outside, "what is no table's");
    });
}

/// The parts of PostgreSQL's dump, each with its kind.
struct Sections(Vec<(String, String)>);

/// What a table may need that is none.
const NEEDED: [&str; 8] = [
    "SCHEMA",
    "EXTENSION",
    "DOMAIN",
    "FUNCTION",
    "PROCEDURE",
    "AGGREGATE",
    "COLLATION",
    "TEXT SEARCH CONFIGURATION",
];
/// What looks at tables, or is done when they change.
const AROUND: [&str; 4] = ["VIEW", "MATERIALIZED VIEW", "TRIGGER", "RULE"];

impl Sections {
    /// Of all but the ledger.
    fn of(database: &Database) -> Self {
        let mut command = Command::new("pg_dump");
        command.args([
            "--schema-only",
            "--no-owner",
            "--exclude-table=*.__*",
            "-d",
            database.url(),
        ]);
        let output = command.output().expect("pg_dump runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).expect("the dump is UTF-8");
        let sections = text.split("--\n-- Name: ").skip(1);
        let section = |text: &str| {
            let (head, body) = text.split_once("\n--\n").expect("a head");
            let kind = head
                .split("; Type: ")
                .nth(1)
                .and_then(|rest| rest.split(';').next());
            let lines = body.lines().filter(|line| {
                !line.trim().is_empty() && !line.starts_with("--") && !line.starts_with('\\')
            });
            (
                kind.expect("a kind").to_owned(),
                lines.collect::<Vec<_>>().join("\n") + "\n",
            )
        };
        Self(sections.map(section).collect())
    }

    fn is_outside(&self, kind: &str, body: &str) -> bool {
        let of = |kinds: &[&str]| kinds.contains(&kind);
        let comment = ["TABLE", "COLUMN"].map(|what| format!("COMMENT ON {what}"));
        match kind {
            "COMMENT" => !comment.iter().any(|start| body.starts_with(start)),
            // An enum type belongs to the schema; any other type does not.
            "TYPE" => !body.contains(" AS ENUM "),
            "INDEX" => self.0.iter().any(|(kind, view)| {
                let name = view.split(' ').nth(3).unwrap_or_default();
                kind == "MATERIALIZED VIEW" && body.contains(&format!(" ON {name} "))
            }),
            _ => of(&NEEDED) || of(&AROUND),
        }
    }

    /// How many there are of each kind of what is outside.
    fn outside(&self) -> Vec<(&str, usize)> {
        let mut kinds = BTreeMap::new();
        for (kind, _) in self
            .0
            .iter()
            .filter(|(kind, body)| self.is_outside(kind, body))
        {
            *kinds.entry(kind.as_str()).or_insert(0) += 1;
        }
        kinds.into_iter().collect()
    }

    /// Statements that make what a table may need. A function whose arguments are rows of tables cannot be made before them, nor
    /// is it needed.
    fn needed(&self) -> String {
        let needed = self.0.iter().filter(|(kind, body)| {
            (NEEDED.contains(&kind.as_str()) || kind == "TYPE") && self.is_outside(kind, body)
        });
        let bodies: String = needed.map(|(_, body)| body.as_str()).collect();
        format!("\\set ON_ERROR_STOP 0\nSET check_function_bodies = false;\n{bodies}")
    }

    /// The lines of what belongs to tables that are not in both, each with a word for where it is.
    fn beside(&self, original: &Self) -> Vec<String> {
        let lines = |one: &Self, other: &Self| -> Vec<String> {
            let inside = one
                .0
                .iter()
                .filter(|(kind, body)| !one.is_outside(kind, body));
            let only = inside.filter(|section| !other.0.contains(section));
            let lines = only.flat_map(|(_, body)| body.lines());
            // One project lets a sequence start at a random number.
            lines
                .map(|line| line.trim().trim_end_matches([',', ';']).to_owned())
                .filter(|line| !line.starts_with("START WITH ") || line.len() < 15)
                .collect()
        };
        let (was, is) = (lines(original, self), lines(self, original));
        let lost = was
            .iter()
            .filter(|line| !is.contains(line))
            .map(|line| format!("was: {line}"));
        let new = is
            .iter()
            .filter(|line| !was.contains(line))
            .map(|line| format!("is: {line}"));
        lost.chain(new).collect()
    }
}

#[test]
fn hyperswitch_is_made_again() {
    is_made_again("hyperswitch_card_vault", &[], &[("FUNCTION", 2)], &[]);
}

#[test]
fn deepbook_is_made_again() {
    let outside = [
        ("FUNCTION", 3),
        ("INDEX", 2),
        ("MATERIALIZED VIEW", 1),
        ("PROCEDURE", 3),
    ];
    is_made_again("deepbook", &[], &outside, &[]);
}

/// A sequence that takes turns with the one of a `serial` is the column's own.
#[test]
fn miningpool_observer_is_made_again() {
    is_made_again(
        "miningpool_observer",
        &[],
        &[("FUNCTION", 2)],
        &[
            "was: AS integer",
            "was: CREATE SEQUENCE public.block_id_seq_random",
            "was: CYCLE",
            "was: ALTER SEQUENCE public.block_id_seq_random OWNED BY public.block.id",
            "was: ALTER TABLE ONLY public.block ALTER COLUMN id SET DEFAULT nextval('public.block_id_seq_random'::regclass)",
            "is: ALTER TABLE ONLY public.block ALTER COLUMN id SET DEFAULT nextval('public.block_id_seq'::regclass)",
        ],
    );
}

#[test]
fn retronomicon_is_made_again() {
    let outside = [("COMMENT", 2), ("DOMAIN", 3), ("FUNCTION", 2)];
    is_made_again("retronomicon", &[], &outside, &[]);
}

/// A sequence keeps its name when its table gets another one; checks are held against the rows that are there, too; an index's storage
/// is not a schema's.
#[test]
fn crates_io_is_made_again() {
    let outside = [
        ("COMMENT", 9),
        ("EXTENSION", 3),
        ("FUNCTION", 31),
        ("INDEX", 2),
        ("MATERIALIZED VIEW", 1),
        ("TRIGGER", 25),
        ("TYPE", 1),
    ];
    is_made_again(
        "crates_io",
        &[],
        &outside,
        &[
            "was: CREATE SEQUENCE public.packages_id_seq",
            "was: ALTER SEQUENCE public.packages_id_seq OWNED BY public.crates.id",
            "was: ALTER TABLE ONLY public.crates ALTER COLUMN id SET DEFAULT nextval('public.packages_id_seq'::regclass)",
            "was: ALTER TABLE public.versions",
            "was: ADD CONSTRAINT versions_num_max_length CHECK ((char_length((num)::text) <= 150)) NOT VALID",
            "was: ALTER TABLE public.versions",
            "was: ADD CONSTRAINT versions_tar_sha256_len CHECK ((octet_length(tar_sha256) = 32)) NOT VALID",
            "was: CREATE INDEX index_version_downloads_date ON public.version_downloads USING brin (date) WITH (pages_per_range='1')",
            "is: CREATE SEQUENCE public.crates_id_seq",
            "is: ALTER SEQUENCE public.crates_id_seq OWNED BY public.crates.id",
            "is: CONSTRAINT versions_num_max_length CHECK ((char_length((num)::text) <= 150))",
            "is: CONSTRAINT versions_tar_sha256_len CHECK ((octet_length(tar_sha256) = 32))",
            "is: ALTER TABLE ONLY public.crates ALTER COLUMN id SET DEFAULT nextval('public.crates_id_seq'::regclass)",
            "is: CREATE INDEX index_version_downloads_date ON public.version_downloads USING brin (date)",
        ],
    );
}

#[test]
fn splinter_is_made_again() {
    is_made_again("splinter_pg", &[], &[("FUNCTION", 3), ("TRIGGER", 1)], &[]);
}

/// A `serial` of today numbers an integer by a sequence of integers.
#[test]
fn aredl_is_made_again() {
    let outside = [
        ("COMMENT", 2),
        ("EXTENSION", 2),
        ("FUNCTION", 36),
        ("INDEX", 15),
        ("MATERIALIZED VIEW", 18),
        ("RULE", 2),
        ("SCHEMA", 2),
        ("TRIGGER", 27),
        ("VIEW", 13),
    ];
    let differs = ["is: AS integer", "is: AS integer"];
    is_made_again("aredl", &["aredl", "arepl"], &outside, &differs);
}
