#!/usr/bin/env bash
# Runs a PostgreSQL server of its own in a temporary folder for as long as its standard input is open, and
# leaves nothing behind, however whoever started it ended. Never as root, which the server refuses.
#
# Says the folder of its socket when it is ready. Then it does what it is told, a line each, and says
# "done" after each: createdb NAME, restart, crash, standby (says its folder first), promote.
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

# Nothing here has to outlive the machine.
settings=(-c fsync=off -c full_page_writes=off -c listen_addresses= -c max_connections=200
    -c wal_level=replica -c "port=${PGPORT:-5432}")

start() { run "$bin/pg_ctl" -D "$1/data" -w -o "${settings[*]} -c unix_socket_directories=$1" start; }

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
            echo "$folder/standby"
            ;;
        promote)
            run "$bin/pg_ctl" -D "$folder/data" -w -m immediate stop
            run "$bin/pg_ctl" -D "$folder/standby/data" -w promote
            ;;
        *) echo "postgres-server: $command is not understood" >&2 ;;
    esac
    echo "done"
done
