#!/usr/bin/env bash
# Runs a PostgreSQL server of its own in a temporary folder for as long as its standard input is open, and
# leaves nothing behind, however whoever started it ended. Never as root, which the server refuses.
#
# Says the folder of its socket when it is ready. Then it does what it is told, a line each, and says
# "done" after each: createdb NAME, stop, start, restart, crash, standby (says its folder first; from then on a commit is
# confirmed once both have it), promote (the standby, after the first server stopped in no order at all), tls
# PORT (listens there as localhost, with a certificate of ca.pem in the folder; other.pem signed nothing).
set -euo pipefail

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
if [[ ! -x $bin/initdb ]]; then
    echo "postgres-server: there is no PostgreSQL server; make setup installs it" >&2
    exit 1
fi
as_other=()
if [[ $(id -u) -eq 0 ]]; then
    as_other=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
folder=$("${as_other[@]}" mktemp -d "${TMPDIR:-/tmp}/baton-postgres-XXXXXX")
cd "$folder"

run() { "${as_other[@]}" "$@" >>"$folder/log" 2>&1 </dev/null; }

settings=()
if [[ -z ${POSTGRES_DURABLE:-} ]]; then
    # Nothing here has to outlive the machine.
    settings+=(-c fsync=off -c full_page_writes=off)
fi
settings+=(-c listen_addresses= -c max_connections=200
    -c wal_level=replica -c "port=${PGPORT:-5432}")

start() { run "$bin/pg_ctl" -D "$1/data" -w -o "${settings[*]} -c unix_socket_directories=$1" start; }

psql() { "${as_other[@]}" "$bin/psql" -h "$folder" -U postgres -XAtc "$1" 2>>"$folder/log" </dev/null; }

authority() {
    run openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem"
}

# Makes a certificate for the name localhost.
certificate() {
    authority ca
    authority other
    run openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
    run sh -c 'echo subjectAltName=DNS:localhost >server.ext'
    run openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
        -extfile server.ext -out server.pem
}

tidy() {
    local server
    for server in "$folder" "$folder"/standby; do
        [[ -e $server/data/postmaster.pid ]] || continue
        run "$bin/pg_ctl" -D "$server/data" -w -m immediate stop || true
    done
    rm -rf "$folder"
}
trap tidy EXIT
trap '' INT TERM

if ! {
    run "$bin/initdb" -D "$folder/data" -N -A trust -U postgres -E UTF8 --locale=C.UTF-8 &&
        start "$folder"
}; then
    cat "$folder/log" >&2
    exit 1
fi
echo "$folder"
# Whoever waits for the end of what the tests write must not wait for this.
exec 2>>"$folder/log"

while read -r command argument; do
    case $command in
        createdb) run "$bin/createdb" -h "$folder" -U postgres "$argument" ;;
        stop) run "$bin/pg_ctl" -D "$folder/data" -w -m fast stop ;;
        start) start "$folder" ;;
        restart)
            run "$bin/pg_ctl" -D "$folder/data" -w -m fast stop
            start "$folder"
            ;;
        crash)
            run "$bin/pg_ctl" -D "$folder/data" -w -m immediate stop
            start "$folder"
            ;;
        standby)
            run mkdir "$folder/standby"
            run "$bin/pg_basebackup" -h "$folder" -U postgres -D "$folder/standby/data" -R -X stream -c fast
            start "$folder/standby"
            psql "ALTER SYSTEM SET synchronous_standby_names = '*'" >/dev/null
            psql 'SELECT pg_reload_conf()' >/dev/null
            until [[ $(psql 'SELECT sync_state FROM pg_stat_replication') == sync ]]; do sleep 0.1; done
            echo "$folder/standby"
            ;;
        promote)
            run "$bin/pg_ctl" -D "$folder/data" -w -m immediate stop
            run "$bin/pg_ctl" -D "$folder/standby/data" -w promote
            ;;
        tls)
            certificate
            run "$bin/pg_ctl" -D "$folder/data" -w -m fast stop
            settings+=(-c "listen_addresses=localhost" -c "port=$argument" -c ssl=on
                -c "ssl_cert_file=$folder/server.pem" -c "ssl_key_file=$folder/server.key")
            start "$folder"
            ;;
        *) echo "postgres-server: $command is not understood" >&2 ;;
    esac
    echo "done"
done
