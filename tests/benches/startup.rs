//! The check that an app makes when it starts, with a thousand revisions applied: its time beside a bare connect, and how often
//! it goes to the server and back. Alternating rounds, medians; nothing is judged.
//!
//! `cargo bench -p migrate-tests --bench startup [-- ROUNDS]`

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use migrate_core::{AnyConnection, Backend, Migrations};
use migrate_tests::{Database, Project, Proxy};
use url::Url;

const REVISIONS: usize = 1000;

fn main() {
    let rounds = std::env::args()
        .skip(1)
        .find_map(|text| text.parse().ok())
        .unwrap_or(100);
    println!(
        "ensure_current with {REVISIONS} revisions applied, medians of {rounds} alternating rounds\n"
    );
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mysql] {
        let mut project = Project::new(backend);
        for number in 1..=REVISIONS {
            project.revision(
                &format!("{number:04}_insert"),
                &format!("INSERT INTO t VALUES ({number});\n"),
                "DELETE FROM t;\n",
            );
        }
        project.write(
            "migrations/0001_insert/up.sql",
            "CREATE TABLE t (n INTEGER);\n",
        );
        let migrations = project.read();
        let Some(database) = Database::create(backend) else {
            continue;
        };
        migrations
            .upgrade(&mut database.connect())
            .expect("it upgrades");
        measure(&database, &migrations, rounds);
    }
}

/// What is done with a new connection.
type Action<'a> = (&'static str, Box<dyn Fn(&mut AnyConnection) + 'a>);

fn measure(database: &Database, migrations: &Migrations, rounds: usize) {
    let actions: [Action<'_>; 3] = [
        ("connect", Box::new(|_| {})),
        ("connect and SELECT 1", Box::new(select)),
        (
            "connect and ensure_current",
            Box::new(|connection| {
                migrations
                    .ensure_current(connection)
                    .expect("it is at head")
            }),
        ),
    ];
    let mut times = [const { Vec::new() }; 3];
    for round in 0..rounds {
        for place in 0..actions.len() {
            let place = (place + round) % actions.len();
            let started = Instant::now();
            (actions[place].1)(&mut connect(database.url()));
            times[place].push(started.elapsed());
        }
    }
    println!("{}", database.backend());
    let medians = times.each_mut().map(|times| median(times));
    for (place, (name, action)) in actions.iter().enumerate() {
        let more = medians[place].saturating_sub(medians[0]);
        let trips = round_trips(database, action.as_ref())
            .map_or_else(String::new, |trips| format!(", {trips} round trips"));
        println!(
            "  {name:<28} {:>7.2} ms   {:>6.2} ms more than a bare connect{trips}",
            milliseconds(medians[place]),
            milliseconds(more)
        );
    }
    println!();
}

fn connect(url: &str) -> AnyConnection {
    AnyConnection::establish(url).expect("it connects")
}

fn select(connection: &mut AnyConnection) {
    match connection {
        AnyConnection::Sqlite(connection) => connection.batch_execute("SELECT 1"),
        AnyConnection::Postgres(connection) => connection.batch_execute("SELECT 1"),
        AnyConnection::Mysql(connection) => connection.batch_execute("SELECT 1"),
        _ => unreachable!("there are three"),
    }
    .expect("it answers");
}

/// How often the client spoke to the server, connecting included, counted by a proxy between them.
fn round_trips(database: &Database, action: &dyn Fn(&mut AnyConnection)) -> Option<usize> {
    if database.backend() == Backend::Sqlite {
        return None;
    }
    let server = Url::parse(database.url()).expect("a URL");
    let port = if database.backend() == Backend::Postgres {
        5432
    } else {
        3306
    };
    let proxy = Proxy::start(server.host_str()?, server.port().unwrap_or(port));
    let url = database.url_with(|url| {
        let _ = url.set_host(Some("127.0.0.1"));
        let _ = url.set_port(Some(proxy.port()));
        if database.backend() == Backend::Postgres {
            url.query_pairs_mut()
                .append_pair("sslmode", "disable")
                .append_pair("gssencmode", "disable");
        }
    });
    let mut connection = connect(&url);
    action(&mut connection);
    Some(proxy.round_trips())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
