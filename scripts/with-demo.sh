#!/usr/bin/env bash
# Runs a command beside the demo, which is stopped afterwards. The command finds the address of the
# gateway in GATEWAY, and a folder of its own, removed at the end, in FOLDER.
# usage: scripts/with-demo.sh BINARY COMMAND...
set -euo pipefail

binary=${1:?usage: scripts/with-demo.sh BINARY COMMAND...}
shift
FOLDER=$(mktemp -d)
log=$FOLDER/demo.log

"$binary" demo --listen 127.0.0.1:0 </dev/null >"$log" 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; rm -rf "$FOLDER"' EXIT

# Until everything is read there is little to ask for.
is_settled() {
    python3 - "$GATEWAY/status.json" 2>/dev/null <<'PYTHON'
import json, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=5) as answer:
    status = json.load(answer)
live = all(feed["state"] == "live" for feed in status["feeds"])
sys.exit(not (live and status["waiting"] == 0 and status["services"] > 0))
PYTHON
}

GATEWAY=
for _ in $(seq 300); do
    GATEWAY=$(sed -nE 's#^ *HSDS-UK 3.0 +(http://[^/ ]+)/v3/services$#\1#p' "$log")
    if [[ -n $GATEWAY ]] && is_settled; then
        export GATEWAY FOLDER
        "$@"
        exit
    fi
    sleep 0.1
done
echo "with-demo: the demo did not start" >&2
cat "$log" >&2
exit 1
