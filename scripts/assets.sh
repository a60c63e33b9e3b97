#!/usr/bin/env bash
# Makes src/web/assets of src/web/source: style and scripts of the pages, compiled once and committed, so
# that a build needs no npm. With --check it only says whether the committed files are what it makes.
# usage: scripts/assets.sh [--check]
set -euo pipefail
cd "$(dirname "$0")/.."

source=src/web/source
committed=src/web/assets
tools=target/assets
made=$committed
[[ ${1:-} == --check ]] && made=$(mktemp -d)

# The lock names no registry, so that the one this machine uses is asked.
if ! cmp --silent "$source/package-lock.json" "$tools/package-lock.json" || [[ ! -d $tools/node_modules ]]; then
    echo "assets: installing what $source/package-lock.json lists into $tools"
    mkdir -p "$tools"
    cp "$source/package.json" "$source/package-lock.json" "$tools/"
    (cd "$tools" && npm ci --no-audit --no-fund --loglevel=error)
fi

"$tools/node_modules/.bin/sass" --style=compressed --no-source-map --no-charset --quiet-deps \
    --load-path="$tools/node_modules" "$source/baton.scss" "$made/baton.css"
NODE_PATH=$PWD/$tools/node_modules "$tools/node_modules/.bin/esbuild" "$source/baton.js" \
    --bundle --minify --format=esm --target=es2022 --legal-comments=none --log-level=warning \
    --outfile="$made/baton.js"
# The map and its worker, loaded only where a map is shown; minified already, with notices that stay.
NODE_PATH=$PWD/$tools/node_modules "$tools/node_modules/.bin/esbuild" "$source/map.js" \
    --bundle --minify --format=esm --target=es2022 --log-level=warning --outfile="$made/map.js"
"$tools/node_modules/.bin/esbuild" "$tools/node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs" \
    --minify --format=esm --target=es2022 --log-level=warning --outfile="$made/map-worker.js"
NODE_PATH=$PWD/$tools/node_modules node "$source/outline.js" >"$made/outline.json"
# No module: a module does not know the element it was loaded by.
"$tools/node_modules/.bin/esbuild" "$source/widget.js" \
    --minify --format=iife --target=es2022 --log-level=warning --outfile="$made/widget.js"

if [[ $made != "$committed" ]]; then
    for file in "$made"/*; do
        if ! cmp "$file" "$committed/$(basename "$file")"; then
            echo "assets: run scripts/assets.sh and commit $committed" >&2
            exit 1
        fi
    done
    rm -r "$made"
    echo "assets: $committed is what scripts/assets.sh makes"
fi
