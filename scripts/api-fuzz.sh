#!/usr/bin/env bash
# Runs Schemathesis, which makes requests up from an OpenAPI document, good and bad ones, against the
# demo: no answer may be a server error or other than the document says.
# usage: scripts/api-fuzz.sh BINARY [SECONDS for each document]
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${1:?usage: scripts/api-fuzz.sh BINARY [SECONDS]}
seconds=${2:-20}
tool=$PWD/target/schemathesis
version=4.32.5

if [[ ! -x $tool/bin/st ]]; then
    echo "api-fuzz: installing schemathesis $version into $tool"
    python3 -m venv "$tool"
    "$tool/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
fi

# A stream of changes does not end, and is tried elsewhere. The tool leaves a cache where it runs.
# shellcheck disable=SC2016 # the variables are those of the other shell
scripts/with-demo.sh "$binary" bash -euo pipefail -c '
    cd "$FOLDER"
    for root in v3 v1 areas/bristol/v3; do
        echo "api-fuzz: /$root for $2 s"
        "$1" run "$GATEWAY/$root/openapi.json" --no-color \
            --phases examples,coverage,fuzzing --max-time "$2" --exclude-path-regex "/changes$" \
            --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance \
            >st.log 2>&1 || { cat st.log >&2; exit 1; }
        grep -E "generated|No issues" st.log || true
    done
' api-fuzz "$tool/bin/st" "$seconds"
