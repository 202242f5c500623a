#!/usr/bin/env bash
#
# What one echo of 64 bytes costs a reactor that serves 1, 100, 1,000 and 10,000 TCP connections, all of them active:
# the CPU time of tcp-echo-server, which waits in the kernel while it has nothing to do, from the scheduler's own count
# in nanoseconds. The client is plain C on another CPU.
#
# usage: many-connections.sh [ECHOES]      each number of connections; default 1000000
#
# Needs as many open files as connections: ulimit -n. Before: mvn -q package -DskipTests

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jar=$here/../sonic-examples/target/sonic-examples.jar
client=$here/peers/c/bin/many_echo
echoes=${1:-1000000}
scratch=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$scratch"' EXIT

[[ $echoes =~ ^[1-9][0-9]*$ ]] || { echo "usage: many-connections.sh [ECHOES]" >&2; exit 2; }
[[ -f $jar ]] || { echo "no $jar: run mvn -q package -DskipTests" >&2; exit 1; }
java=$("$here/../config/find-java")
ulimit -n "$(ulimit -H -n)"
make -s -C "$here/peers/c"

taskset -c 0 "$java" -jar "$jar" tcp-echo-server --idle block --port 0 >"$scratch/server" &
server=$!
for ((i = 0; i < 100; i++)); do
    port=$(awk -F : '/^listening on/ { print $NF }' "$scratch/server")
    [[ -z $port ]] || break
    sleep 0.1
done
[[ -n $port ]] || { echo "the server did not start" >&2; exit 1; }

cpu_ns() { # of all threads of the server
    cat "/proc/$server"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f", sum }'
}

measure() { # CONNECTIONS: prints the server's CPU time per echo
    local before
    before=$(cpu_ns)
    timeout 300 taskset -c 1 "$client" client --port "$port" --connections "$1" --count "$echoes" >/dev/null
    # A third more are exchanged before the client starts to measure.
    echo $((($(cpu_ns) - before) / (echoes + echoes / 3)))
}

measure 10 >/dev/null
base=''
for connections in 1 100 1000 10000; do
    cost=$(measure "$connections")
    base=${base:-$cost}
    awk -v c="$connections" -v cost="$cost" -v base="$base" \
        'BEGIN { printf "connections=%d cpu_ns_per_echo=%d ratio=%.2f\n", c, cost, cost / base }'
done
