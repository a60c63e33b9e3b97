#!/usr/bin/env bash
# Drives the pages in a browser as visitors do: the demo and a publisher that means harm, narrow and wide,
# with and without JavaScript. Pictures of what was seen are left in target/browser/pictures.
# usage: scripts/browser-tests.sh BINARY [FILE...]    all tests/browser/*.test.mjs unless files are named
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${1:?usage: scripts/browser-tests.sh BINARY [FILE...]}
shift
tests=tests/browser
[[ $# -gt 0 ]] || set -- "$tests"/*.test.mjs
tools=$PWD/target/browser

# The lock names no registry, so that the one this machine uses is asked.
if ! cmp --silent "$tests/package-lock.json" "$tools/package-lock.json" || [[ ! -d $tools/node_modules ]]; then
    echo "browser-tests: installing what $tests/package-lock.json lists into target/browser"
    mkdir -p "$tools"
    cp "$tests/package.json" "$tests/package-lock.json" "$tools/"
    (cd "$tools" && npm ci --no-audit --no-fund --loglevel=error)
fi

export BATON=$binary BROWSER_TOOLS=$tools CHROMIUM PICTURES=$tools/pictures
CHROMIUM=$(command -v chromium || command -v chromium-browser)
timeout 1200 node --test --test-force-exit --test-timeout=600000 --test-reporter=spec "$@"
