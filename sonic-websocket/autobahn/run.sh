#!/usr/bin/env bash
# Runs the Autobahn test suite against the client and the server of the examples, and compares the results with
# expected-results.txt. See --help.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
    cat <<'END'
run.sh [--all | --ci | --only ROLE CASES]

  --all              all 517 cases, client and server (the default; about a quarter of an hour on two processors)
  --ci               all 517 cases as client; sections 1 to 10, 12.1 and 13.1 as server
  --only ROLE CASES  ROLE is client or server; CASES are patterns with commas between: 6.4.*,7.*

Build first: mvn package -DskipTests. JDK 25 or later is taken from SONIC_JAVA (the java program), JAVA_HOME, the PATH
or /usr/lib/jvm, in this order.

The suite needs Python 2.7 and a C compiler; it is installed under target/autobahn. Where there is no Python 2.7, its
container image is used; where that is not to be had either, nothing is run, which a line says, and the status is 0.

Two suites run side by side. The reports are in target/autobahn/reports. The status is 1 when a result is not the
expected one.
END
}

readonly image=crossbario/autobahn-testsuite
readonly jar=../../sonic-examples/target/sonic-examples.jar
readonly expected=$PWD/expected-results.txt
home=$(cd .. && pwd)/target/autobahn
readonly home
readonly reports=$home/reports
# The halves take about as long as each other.
readonly first_half=1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*,12.1.*,12.2.*,12.3.*,13.1.*
readonly second_half=12.4.*,12.5.*,13.2.*,13.3.*,13.4.*,13.5.*,13.6.*,13.7.*
readonly ci_first_half=1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*
readonly ci_second_half=12.1.*,13.1.*

started=()
end_started() {
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
}
trap end_started EXIT

# Sets wstest to the command that runs the suite, and python to one that compares; says why where it cannot.
install_suite() {
    local python2 version
    for version in system 2.7.18; do
        export PYENV_VERSION=$version
        python2=$(command -v python2.7 || true)
        if [[ -n $python2 ]] && "$python2" --version >/dev/null 2>&1; then
            if [[ ! -x $home/venv/bin/wstest ]]; then
                echo "autobahn: installing the suite under $home"
                "$python2" -m pip install -q --target "$home/virtualenv" 'virtualenv<20.16' >"$home/install.log" 2>&1 \
                    && PYTHONPATH=$home/virtualenv "$python2" -m virtualenv -q "$home/venv" >>"$home/install.log" 2>&1 \
                    && "$home/venv/bin/pip" install -q autobahntestsuite==25.10.1 >>"$home/install.log" 2>&1 \
                    || { tail -5 "$home/install.log" >&2; echo "autobahn: the suite could not be installed" >&2; return 1; }
            fi
            wstest=("$home/venv/bin/wstest")
            python=$home/venv/bin/python
            return
        fi
    done
    unset PYENV_VERSION
    if command -v docker >/dev/null && command -v python3 >/dev/null && docker pull -q "$image" >/dev/null 2>&1; then
        wstest=(docker run --rm --network host -v "$home:$home" -w "$home" "$image" wstest)
        python=python3
        return
    fi
    wstest=()
}

# free_port: one that nobody listens on.
free_port() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# json PATTERNS: "1.*,2.*" as a list.
json() {
    echo "[\"${1//,/\", \"}\"]"
}

# await_port PORT PID: until somebody listens, as long as the process lives.
await_port() {
    for ((i = 0; i < 600; i++)); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
            return
        fi
        kill -0 "$2" 2>/dev/null || break
        sleep 0.1
    done
    echo "autobahn: nobody listens on port $1" >&2
    return 1
}

# as_client NAME CASES: our client, against the suite as server.
as_client() {
    local port
    port=$(free_port)
    cat >"$home/$1.json" <<END
{"url": "ws://127.0.0.1:$port", "outdir": "$reports/$1", "cases": $(json "$2"),
 "exclude-cases": [], "exclude-agent-cases": {}}
END
    "${wstest[@]}" -m fuzzingserver -s "$home/$1.json" -u 0 >"$home/$1.log" 2>&1 &
    suite=$!
    trap 'kill "$suite" 2>/dev/null || true' EXIT
    await_port "$port" "$suite" || { tail -5 "$home/$1.log" >&2; return 1; }
    "$java" -jar "$jar" autobahn-client --url "ws://127.0.0.1:$port" --agent sonic --idle block
}

# as_server NAME CASES: our server, against the suite as client.
as_server() {
    local address
    "$java" -jar "$jar" ws-echo-server --port 0 --deflate --idle block >"$home/$1.out" &
    server=$!
    trap 'kill "$server" 2>/dev/null || true' EXIT
    for ((i = 0; i < 600; i++)); do
        address=$(sed -n 's/^listening on //p' "$home/$1.out")
        [[ -n $address ]] && break
        kill -0 "$server" 2>/dev/null || return 1
        sleep 0.1
    done
    cat >"$home/$1.json" <<END
{"outdir": "$reports/$1", "servers": [{"agent": "sonic", "url": "ws://$address"}], "cases": $(json "$2"),
 "exclude-cases": [], "exclude-agent-cases": {}}
END
    "${wstest[@]}" -m fuzzingclient -s "$home/$1.json" >"$home/$1.log" 2>&1 || { tail -5 "$home/$1.log" >&2; return 1; }
}

# both ROLE CASES [CASES]: runs the suites side by side and compares what they say.
both() {
    local role=$1 status=0 names=() pids=() cases
    shift
    for cases in "$@"; do
        names+=("$role-$((${#names[@]} + 1))")
        rm -rf "${reports:?}/${names[-1]}"
        ("as_$role" "${names[-1]}" "$cases") &
        pids+=($!)
        started+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid" || status=1
    done
    started=()
    "$python" compare.py "$expected" "$role" "$(IFS=,; echo "$*")" "${names[@]/#/$reports/}" || status=1
    return $status
}

case ${1:---all} in
    --all) roles=(client server); client=("$first_half" "$second_half"); server=("$first_half" "$second_half") ;;
    --ci) roles=(client server); client=("$first_half" "$second_half"); server=("$ci_first_half" "$ci_second_half") ;;
    --only)
        [[ ${2:-} == client || ${2:-} == server ]] && [[ -n ${3:-} ]] || { usage >&2; exit 2; }
        roles=("$2"); client=("$3"); server=("$3") ;;
    --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
esac

[[ -f $jar ]] || { echo "autobahn: $jar is not there: mvn package -DskipTests makes it" >&2; exit 1; }
java=$(../../config/find-java)
mkdir -p "$reports"
install_suite
if [[ ${#wstest[@]} == 0 ]]; then
    echo "autobahn: SKIPPED: there is neither a Python 2.7 (python2.7, or pyenv with 2.7.18) nor the image $image"
    exit 0
fi
status=0
for role in "${roles[@]}"; do
    declare -n cases=$role
    both "$role" "${cases[@]}" || status=1
done
exit $status
