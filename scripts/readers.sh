#!/usr/bin/env bash
# Has the tools of others read what the demo sends: the official validator of feeds the feeds,
# frictionless the data package, DuckDB the lines, the features and the rows.
# usage: scripts/readers.sh BINARY
set -euo pipefail
cd "$(dirname "$0")/.."

binary=$PWD/${1:?usage: scripts/readers.sh BINARY}
validator=$PWD/target/rpde-validator
validator_version=3.0.3571
readers=$PWD/target/readers
# The extension for maps, which a package brings so that nothing is fetched at run time, is made for
# one version of DuckDB.
packages=(frictionless==5.21.0 duckdb==1.5.5 duckdb-extension-spatial==1.5.5)

if [[ ! -d $validator/node_modules/@openactive/rpde-validator ]]; then
    echo "readers: installing @openactive/rpde-validator $validator_version into $validator"
    mkdir -p "$validator"
    npm install --prefix "$validator" --no-save --no-audit --no-fund --silent \
        "@openactive/rpde-validator@$validator_version"
fi
if [[ $(cat "$readers/installed" 2>/dev/null) != "${packages[*]}" ]]; then
    echo "readers: installing ${packages[*]} into $readers"
    python3 -m venv "$readers"
    "$readers/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
    echo "${packages[*]}" >"$readers/installed"
fi

export NODE_PATH=$validator/node_modules READERS=$readers
scripts/with-demo.sh "$binary" bash -c \
    'node scripts/readers/rpde.js && "$READERS/bin/python" scripts/readers/exports.py'
