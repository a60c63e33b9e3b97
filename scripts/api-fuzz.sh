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
folder=$(mktemp -d)
log=$folder/demo.log

if [[ ! -x $tool/bin/st ]]; then
    echo "api-fuzz: installing schemathesis $version into $tool"
    python3 -m venv "$tool"
    "$tool/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
fi

"$binary" demo --listen 127.0.0.1:0 </dev/null >"$log" 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; rm -rf "$folder"' EXIT

gateway=
for _ in $(seq 300); do
    gateway=$(sed -nE 's#^ *HSDS-UK 3.0 +(http://[^/ ]+)/v3/services$#\1#p' "$log")
    if [[ -n $gateway ]] && (addr=${gateway#http://}; exec 3<>"/dev/tcp/${addr%:*}/${addr##*:}") 2>/dev/null; then
        break
    fi
    sleep 0.1
done
if [[ -z $gateway ]]; then
    echo "api-fuzz: the demo did not start" >&2
    cat "$log" >&2
    exit 1
fi
# Until there are services there is little to ask for.
sleep 3

# A stream of changes does not end, and is tried elsewhere.
for root in v3 v1 areas/bristol/v3; do
    echo "api-fuzz: /$root for $seconds s"
    # It leaves a cache where it runs.
    (cd "$folder" && "$tool/bin/st" run "$gateway/$root/openapi.json" --no-color \
        --phases examples,coverage,fuzzing --max-time "$seconds" --exclude-path-regex '/changes$' \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance \
        >"$folder/st.log" 2>&1) || { cat "$folder/st.log" >&2; exit 1; }
    grep -E "generated|No issues" "$folder/st.log" || true
done
