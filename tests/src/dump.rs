//! What a database's schema is, as text that two databases can be compared by. The ledger's own tables are left out.

use std::fmt::Write as _;
use std::process::Command;

use migrate_core::Backend;

use crate::client::feed;
use crate::database::Database;

/// The schema: `pg_dump -s`, the `sql` of `sqlite_master`, `SHOW CREATE` of everything.
///
/// # Panics
/// Where it cannot be read.
#[must_use]
pub fn dump(database: &Database) -> String {
    match database.backend() {
        Backend::Sqlite => sqlite(database),
        Backend::Postgres => postgres(database),
        Backend::Mysql => mysql(database),
    }
}

fn sqlite(database: &Database) -> String {
    database.run(
        "SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' \
         AND tbl_name NOT IN ('__diesel_schema_migrations', '__migrate_log') ORDER BY type, name;",
    )
}

fn postgres(database: &Database) -> String {
    let mut command = Command::new("pg_dump");
    command.args([
        "--schema-only",
        "--exclude-table=*.__diesel_schema_migrations",
        "--exclude-table=*.__migrate_log*",
    ]);
    command.args(["-d", database.url()]);
    let text = feed(command, "").unwrap_or_else(|error| panic!("{error}"));
    // Recent versions fence the dump with a random word.
    let kept = |line: &&str| {
        !line.starts_with("\\restrict")
            && !line.starts_with("\\unrestrict")
            && !line.starts_with("--")
    };
    text.lines()
        .filter(kept)
        .filter(|line| !line.trim().is_empty())
        .fold(String::new(), |text, line| text + line + "\n")
}

fn mysql(database: &Database) -> String {
    let mut text = String::new();
    for row in database.query("SHOW FULL TABLES WHERE Table_type IN ('BASE TABLE', 'VIEW')") {
        if row[0] == "__diesel_schema_migrations" || row[0] == "__migrate_log" {
            continue;
        }
        let what = if row[1] == "VIEW" { "VIEW" } else { "TABLE" };
        let definition = database
            .query(&format!(
                "SHOW CREATE {what} `{}`",
                row[0].replace('`', "``")
            ))
            .swap_remove(0)
            .swap_remove(1);
        let _ = writeln!(
            text,
            "{}",
            without_counter(&definition.replace("\\n", "\n"))
        );
    }
    let routines = "SELECT ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION FROM information_schema.ROUTINES \
                    WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY 1";
    let triggers = "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT \
                    FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY 1";
    text + &database.run(routines) + &database.run(triggers)
}

/// The next number of a table depends on the rows that came and went, not on the schema.
fn without_counter(definition: &str) -> String {
    let words = definition
        .split(' ')
        .filter(|word| !word.starts_with("AUTO_INCREMENT="));
    words.collect::<Vec<_>>().join(" ")
}
