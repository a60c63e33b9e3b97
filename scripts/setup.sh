#!/usr/bin/env bash
# Installs what a build needs and this machine lacks. Does nothing, and asks for nothing, when all is
# there. Debian and its descendants only; elsewhere it says what is missing.
# usage: scripts/setup.sh [browser|bench|instructions]    with what tests in a browser, benchmarks, or the
# counting of instructions need besides
set -euo pipefail

if ! command -v cargo >/dev/null; then
    echo "setup: no Rust toolchain: install Rust (Cargo.toml says which version) and try again" >&2
    exit 1
fi

missing=()
# C is compiled for SQLite, zstd, the allocator and the cryptography of TLS.
command -v cc >/dev/null || missing+=(gcc)
[[ -e /usr/include/stdio.h ]] || missing+=(libc6-dev)
# The HTTP client does not start without root certificates, not even where it meets no TLS.
[[ -s ${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt} ]] || missing+=(ca-certificates)

# The official validator of feeds is a program for Node.
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)

# The fuzzer of the API is a Python program, kept in a folder of its own.
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)

# The tests of the store start servers of their own.
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v openssl >/dev/null || missing+=(openssl)

if [[ ${1:-} == instructions ]]; then
    command -v valgrind >/dev/null || missing+=(valgrind)
fi
if [[ ${1:-} == bench ]]; then
    command -v wrk >/dev/null || missing+=(wrk)
    command -v nginx >/dev/null || missing+=(nginx-light)
fi
if [[ ${1:-} == browser ]]; then
    command -v chromium >/dev/null || missing+=(chromium)
    # A browser without any font shows no text.
    [[ -d /usr/share/fonts/truetype ]] || missing+=(fonts-dejavu-core)
fi

if [[ ${#missing[@]} -eq 0 ]]; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "setup: please install what these Debian packages hold: ${missing[*]}" >&2
    exit 1
fi
as_root=()
if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: please run as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --yes --no-install-recommends "${missing[@]}"
