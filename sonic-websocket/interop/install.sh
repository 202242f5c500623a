#!/usr/bin/env bash
# Installs the other implementations that InteropTest talks to, from the registries that pip and npm are configured
# with, under target/interop. What cannot be had is named, and skipped by the test; the status is 0.
set -euo pipefail
cd "$(dirname "$0")"
home=$(cd .. && pwd)/target/interop
mkdir -p "$home"

if [ ! -x "$home/python/bin/python" ] || ! "$home/python/bin/python" -c 'import websockets' 2>/dev/null; then
    rm -rf "$home/python"
    if python3 -m venv "$home/python" && "$home/python/bin/python" -m pip install -q -r requirements.txt; then
        echo "interop: installed $("$home/python/bin/python" -m pip list 2>/dev/null | grep '^websockets')"
    else
        rm -rf "$home/python"
        echo "interop: Python's websockets cannot be had"
    fi
fi

if [ ! -d "$home/node/node_modules/ws" ]; then
    mkdir -p "$home/node"
    if command -v npm >/dev/null && cp package.json "$home/node" \
            && npm install --silent --no-audit --no-fund --prefix "$home/node"; then
        echo "interop: installed Node's ws"
    else
        rm -rf "$home/node"
        echo "interop: Node's ws cannot be had"
    fi
fi
