#!/bin/sh
# Runs the whole test suite: finds what it needs, starts private servers where none answer, and stops them afterwards.
# Arguments go to `cargo test`. POSTGRES_URL and MYSQL_URL name servers; MIGRATE_PRIVATE_SERVERS=1 starts private ones in any case.
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "test.sh: $*" >&2; }
fail() { say "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }

# --- What must be installed -------------------------------------------------------------------------------------------------

mysql_client() { if has mariadb; then echo mariadb; else echo mysql; fi; }

mysql_library() {
    has pkg-config && { pkg-config --exists libmariadb || pkg-config --exists mysqlclient; }
}

# The Debian packages of what is missing, a word each. The build needs the first three, the tests the others.
missing() {
    has cc || printf ' gcc libc6-dev'
    has git || printf ' git'
    mysql_library || printf ' pkg-config libmariadb-dev'
    has sqlite3 || printf ' sqlite3'
    { has psql && has pg_dump; } || printf ' postgresql-client'
    has mariadb || has mysql || printf ' mariadb-client'
    if [ -z "${POSTGRES_URL:-}" ] && ! postgres_answers && ! postgres_tools >/dev/null; then printf ' postgresql'; fi
    if [ -z "${MYSQL_URL:-}" ] && ! mysql_answers && ! mysql_server >/dev/null; then printf ' mariadb-server'; fi
}

# --- Servers ----------------------------------------------------------------------------------------------------------------

postgres_answers() {
    has psql && PGCONNECT_TIMEOUT=3 psql -XAtq -d "${POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres}" -c 'SELECT 1' \
        >/dev/null 2>&1
}

mysql_answers() {
    # user[:password]@host[:port] of the URL, as the client wants it.
    rest=${MYSQL_URL:-mysql://root@127.0.0.1:3306/mysql}
    rest=${rest#*://}
    user=${rest%%@*}
    place=${rest#*@}
    place=${place%%/*}
    port=3306
    case $place in *:*) port=${place#*:} ;; esac
    password=
    case $user in *:*) password=${user#*:} ;; esac
    { has mariadb || has mysql; } && MYSQL_PWD=$password "$(mysql_client)" --no-defaults --protocol=tcp --connect-timeout=3 \
        -h "${place%%:*}" -P "$port" -u "${user%%:*}" -e 'SELECT 1' >/dev/null 2>&1
}

postgres_tools() {
    for folder in $(dirname "$(command -v pg_ctl 2>/dev/null || echo /nowhere/pg_ctl)") /usr/lib/postgresql/*/bin \
        /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then echo "$folder"; return; fi
    done
    return 1
}

mysql_server() { command -v mariadbd || command -v mysqld || { [ -x /usr/sbin/mariadbd ] && echo /usr/sbin/mariadbd; }; }

servers=
stop_servers() {
    if [ -n "$servers" ]; then
        if [ -d "$servers/postgres" ]; then as postgres "$(postgres_tools)/pg_ctl" -D "$servers/postgres" -m fast -w stop >/dev/null 2>&1 || :; fi
        if [ -f "$servers/mysql.pid" ]; then
            pid=$(cat "$servers/mysql.pid")
            kill "$pid" 2>/dev/null || :
            while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
        fi
        rm -rf "$servers"
    fi
}
trap stop_servers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A folder that the servers' own users can reach, which a checkout in somebody's home may not be.
server_folder() {
    if [ -z "$servers" ]; then
        servers=$(mktemp -d "${TMPDIR:-/tmp}/migrate-servers.XXXXXX")
        chmod 755 "$servers"
    fi
}

# The first argument is the user to be when this is root: neither server runs as root.
as() {
    user=$1
    shift
    if is_root; then (cd / && setpriv --reuid="$user" --regid="$user" --init-groups "$@"); else "$@"; fi
}

start_postgres() {
    tools=$(postgres_tools) || return 1
    server_folder
    mkdir "$servers/postgres"
    if is_root; then chown postgres "$servers/postgres"; fi
    as postgres "$tools/initdb" -D "$servers/postgres" -A trust -U postgres -N >/dev/null || return 1
    for try in 0 1 2 3 4 5 6 7 8 9; do
        port=$((15432 + ($$ + try * 97) % 10000))
        options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=200"
        if as postgres "$tools/pg_ctl" -D "$servers/postgres" -l "$servers/postgres/log" -w -o "$options" start >/dev/null 2>&1; then
            export POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
            say "started PostgreSQL on port $port"
            return
        fi
    done
    return 1
}

start_mysql() {
    server=$(mysql_server) || return 1
    server_folder
    mkdir "$servers/mysql"
    user=$(id -un)
    if is_root; then user=mysql; chown mysql "$servers/mysql"; fi
    common="--no-defaults --datadir=$servers/mysql"
    if has mariadb-install-db; then
        mariadb-install-db $common --user="$user" --auth-root-authentication-method=normal --skip-test-db >"$servers/install.log" 2>&1 || return 1
    else
        "$server" $common --user="$user" --initialize-insecure >"$servers/install.log" 2>&1 || return 1
    fi
    for try in 0 1 2 3 4 5 6 7 8 9; do
        port=$((25432 + ($$ + try * 97) % 10000))
        "$server" $common --user="$user" --port="$port" --bind-address=127.0.0.1 --socket="$servers/mysql/socket" \
            --innodb-flush-log-at-trx-commit=2 >"$servers/mysql.log" 2>&1 &
        echo $! >"$servers/mysql.pid"
        export MYSQL_URL="mysql://root@127.0.0.1:$port/mysql"
        for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
            if mysql_answers; then say "started MariaDB or MySQL on port $port"; return; fi
            kill -0 "$(cat "$servers/mysql.pid")" 2>/dev/null || break
            sleep 1
        done
        kill "$(cat "$servers/mysql.pid")" 2>/dev/null || :
    done
    unset MYSQL_URL
    return 1
}

# --- The run ----------------------------------------------------------------------------------------------------------------

has cargo || fail "cargo is not there: https://rustup.rs"
wanted=$(missing)
if [ -n "$wanted" ] && has apt-get && is_root; then
    say "installing:$wanted"
    apt-get update -qq >&2 || :
    # The packages bring servers of their own, which need not run.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >&2 || say "apt-get could not install:$wanted"
fi
has cc || fail "a C compiler is not there: apt install gcc libc6-dev"
mysql_library || fail "the MySQL client library is not there: apt install libmariadb-dev pkg-config, or brew install mariadb-connector-c pkg-config"
has sqlite3 || fail "sqlite3 is not there: apt install sqlite3"

private=${MIGRATE_PRIVATE_SERVERS:-}
if [ -n "$private" ] || { ! postgres_answers && [ -z "${POSTGRES_URL:-}" ]; }; then
    start_postgres || say "no PostgreSQL answers, and none could be started: apt install postgresql, or set POSTGRES_URL"
fi
if [ -n "$private" ] || { ! mysql_answers && [ -z "${MYSQL_URL:-}" ]; }; then
    start_mysql || say "no MariaDB or MySQL answers, and none could be started: apt install mariadb-server, or set MYSQL_URL"
fi
if [ -n "${CI:-}" ]; then
    postgres_answers || fail "PostgreSQL is demanded and does not answer"
    mysql_answers || fail "MariaDB or MySQL is demanded and does not answer"
fi

# Without the system's libpq it is compiled in.
features=migrate-cli/postgres,migrate-cli/mysql,example-app/postgres,example-app/mysql
if ! { has pkg-config && pkg-config --exists libpq; } && ! has pg_config; then
    say "no libpq here: it is compiled in, which takes some minutes once"
    features=$features,migrate-tests/postgres-bundled
fi
cargo test --workspace --features "$features" "$@"
