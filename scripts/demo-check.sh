#!/usr/bin/env bash
# Runs the demo as a new user would and checks what it promises: services within 15 seconds, an edit
# at the publisher visible within 10, a clean end on SIGTERM.
# usage: scripts/demo-check.sh BINARY
set -euo pipefail

binary=${1:?usage: scripts/demo-check.sh BINARY}
log=$(mktemp)
demo=

fail() {
    echo "demo-check: $1" >&2
    sed 's/^/demo-check:   | /' "$log" >&2
    exit 1
}

end() {
    if [[ -n $demo ]]; then
        kill -KILL "$demo" 2>/dev/null || true
    fi
    rm -f "$log"
}
trap end EXIT

# Prints an answer, head included. HTTP/1.0 has no chunks, so bash alone can read it.
http() {
    local method=$1 address=${2#http://} path host
    host=${address%%/*}
    path=/${address#*/}
    exec 3<>"/dev/tcp/${host%:*}/${host#*:}" || return 1
    printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Length: 0\r\n\r\n' "$method" "$path" "$host" >&3
    timeout 10 cat <&3
    exec 3<&- 3>&-
}

# Waits up to $1 seconds until `answers` says yes to the pattern $3 at the address $2.
wait_for() {
    local end=$((SECONDS + $1)) answer
    while ((SECONDS <= end)); do
        kill -0 "$demo" 2>/dev/null || fail "the demo ended by itself"
        answer=$(http GET "$2" 2>/dev/null) || answer=
        if grep -qE "$3" <<<"$answer"; then
            return 0
        fi
        sleep 0.2
    done
    return 1
}

"$binary" demo --listen 127.0.0.1:0 </dev/null >"$log" 2>&1 &
demo=$!

# What the demo printed is what a new user goes by, so the addresses are taken from there.
gateway= publisher=
for _ in $(seq 75); do
    gateway=$(sed -nE 's#^ *HSDS-UK 3.0 +(http://[^/ ]+)/v3/services$#\1#p' "$log")
    publisher=$(sed -nE 's#^ *Sample publisher +(http://[^/ ]+)/$#\1#p' "$log")
    if [[ -n $gateway && -n $publisher ]]; then
        break
    fi
    kill -0 "$demo" 2>/dev/null || fail "the demo ended by itself"
    sleep 0.2
done
[[ -n $gateway && -n $publisher ]] || fail "no addresses were printed within 15 s"

begun=$SECONDS
wait_for 15 "$gateway/v3/services" '"total_items":[1-9]' ||
    fail "no services at $gateway/v3/services within 15 s"
echo "demo-check: services after $((SECONDS - begun)) s"

name="Demo+check+$$"
http POST "$publisher/edit?name=$name" | grep -qE '^HTTP/1.. 204' ||
    fail "POST $publisher/edit was not answered with 204"
begun=$SECONDS
wait_for 10 "$gateway/v3/services?search=$name" '"total_items":1,' ||
    fail "the edit was not visible within 10 s"
echo "demo-check: the edit was visible after $((SECONDS - begun)) s"

kill -TERM "$demo"
status=0
wait "$demo" || status=$?
demo=
[[ $status -eq 0 ]] || fail "exit code $status after SIGTERM, not 0"
echo "demo-check: a clean end"
