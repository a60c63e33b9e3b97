#!/usr/bin/env bash
# Has the tools of others read what the demo sends: the official validator of feeds.
# usage: scripts/readers.sh BINARY
set -euo pipefail
cd "$(dirname "$0")/.."

binary=$PWD/${1:?usage: scripts/readers.sh BINARY}
validator=$PWD/target/rpde-validator
validator_version=3.0.3571

if [[ ! -d $validator/node_modules/@openactive/rpde-validator ]]; then
    echo "readers: installing @openactive/rpde-validator $validator_version into $validator"
    mkdir -p "$validator"
    npm install --prefix "$validator" --no-save --no-audit --no-fund --silent \
        "@openactive/rpde-validator@$validator_version"
fi

export NODE_PATH=$validator/node_modules
scripts/with-demo.sh "$binary" node scripts/readers/rpde.js
