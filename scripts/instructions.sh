#!/usr/bin/env bash
# Counts the instructions of three hot paths with callgrind, which repeat from run to run and machine to
# machine where times do not, and fails when one costs a tenth more than what is on record.
# usage: scripts/instructions.sh [--write]     (--write puts today's counts on record)
set -euo pipefail
cd "$(dirname "$0")/.."

record=benches/instructions.txt
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cargo bench --locked --bench instructions --no-run 2>"$folder/build" || { cat "$folder/build" >&2; exit 1; }
binary=$(sed -nE 's/^ *Executable .*\((.*)\)$/\1/p' "$folder/build")

# What one time costs: the difference of a long and a short run, so that the start does not count.
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$binary" "$1" "$2" 2>&1 |
        sed -nE 's/.*Collected : ([0-9]+).*/\1/p'
}
each() {
    local short long
    short=$(count "$1" "$2") long=$(count "$1" "$3")
    echo $(((long - short) / ($3 - $2)))
}

failed=0
for path in map query page; do
    before=$(sed -nE "s/^$path ([0-9]+)$/\1/p" "$record" 2>/dev/null || true)
    # Tables are seeded anew each time: what is dearer only now and then is not dearer.
    for _ in 1 2 3; do
        now=$(each "$path" 50 250)
        if [[ -z $before ]] || ((now * 10 <= before * 11)); then break; fi
    done
    echo "instructions: $path: $now, on record ${before:-nothing}"
    echo "$path $now" >>"$folder/now"
    if [[ -n $before ]] && ((now * 10 > before * 11)); then
        echo "instructions: $path costs more than a tenth over what is on record; make it cheaper, or say" \
            "why it must cost that and run scripts/instructions.sh --write" >&2
        failed=1
    fi
done
if [[ ${1:-} == --write ]]; then
    cp "$folder/now" "$record"
    exit 0
fi
exit "$failed"
