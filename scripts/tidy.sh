#!/usr/bin/env bash
# Keeps the house in order without anyone's attention. Fails when
# - a module imports one on its own floor or above (docs/ARCHITECTURE.md, "Floors"),
# - a Rust file does not begin by saying what it is for (`//!`),
# - a file names a folder of somebody's own machine,
# - a document links to a file that is not there.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A floor=(
    [openactive]=0 [oruk]=0 [places]=0 [quality]=0 [fetch]=0 [clock]=0 [causes]=0
    [mapping]=1 [conformance]=1 [export]=1
    [config]=2 [store]=2
    [catalogue]=3
    [harvest]=4 [api]=4 [web]=4 [demo]=4
    [app]=5
    [cli]=6
)

# Exceptions, each with its reason.
declare -A excepted=(
    ["api web"]="the map of routes in api/mod.rs names the page for people"
    ["web api"]="pages for people show the status that api/state.rs defines"
)

failed=0
wrong() {
    echo "tidy: $1" >&2
    failed=1
}

check_floors() {
    local file module line number other
    while IFS= read -r file; do
        module=${file#src/}
        module=${module%%/*}
        module=${module%.rs}
        case $module in lib | main) continue ;; esac
        if [[ -z ${floor[$module]:-} ]]; then
            wrong "$file: module $module has no floor; give it one here and in docs/ARCHITECTURE.md"
            continue
        fi
        # Comments and tests at the end of a file may speak of anything.
        while IFS=: read -r number line; do
            for other in $(grep -oE 'crate::[a-z_0-9]+' <<<"$line" | sed 's/crate:://'); do
                [[ $other == "$module" || -n ${excepted["$module $other"]:-} ]] && continue
                # A macro is at the root of the crate, wherever it is written.
                [[ -n ${floor[$other]:-} ]] || continue
                if ((floor[$other] >= floor[$module])); then
                    wrong "$file:$number: $module (floor ${floor[$module]}) imports $other (floor ${floor[$other]})"
                fi
            done
        done < <(awk '/^ *mod tests \{/ { exit } !/^ *\/\// && /crate::/ { print FNR ":" $0 }' "$file")
    done < <(git ls-files 'src/*.rs' | grep -v '/tests\.rs$')
}

check_heads() {
    local file
    while IFS= read -r file; do
        [[ $(head -c 3 "$file") == '//!' ]] || wrong "$file: does not begin with //!"
    done < <(git ls-files '*.rs')
}

check_machine_paths() {
    local found
    found=$(git grep -nIE '(^|[^[:alnum:]_.])/(root|home/[a-z]|Users/[A-Za-z]|work)(/|$)|[A-Z]:\\Users' \
        -- ':!Cargo.lock' ':!scripts/tidy.sh' || true)
    [[ -z $found ]] || wrong "a path of somebody's machine: $found"
}

check_links() {
    local file link target
    while IFS= read -r file; do
        while IFS= read -r link; do
            target=${link%%#*}
            case $target in '' | *://* | mailto:*) continue ;; esac
            [[ -e $(dirname "$file")/$target ]] || wrong "$file: links to $target, which is not there"
        done < <(grep -oE '\]\([^)]+\)|^\[[^]]+\]: +[^ ]+' "$file" | sed -E 's/^\]\(//; s/\)$//; s/^\[[^]]+\]: +//')
    done < <(git ls-files '*.md')
}

check_floors
check_heads
check_machine_paths
check_links
[[ $failed -eq 0 ]] || exit 1
echo "tidy: floors, heads, paths and links are in order"
