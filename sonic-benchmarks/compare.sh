#!/usr/bin/env bash
#
# Compares Sonic's clients, of websockets and of plain TCP, with others, all against plain C servers.
#
# How the figures are made
#   - The server (peers/c/ws_server.c, peers/c/tcp_echo.c) runs on one CPU, each client alone on another; nothing else
#     should run.
#   - Rounds: every client runs once per round, in turn, so that a slow minute of the machine meets all of them.
#     The table has the median over the rounds, and beside it the best and the worst. On a machine that does other work
#     the best says more: what disturbs a run only makes it slower.
#   - Every client warms up by a third of --count by itself. A JVM on one CPU shares it with its own compiler and
#     collector threads: counts must be large, or the client CPUs more than one (--cpus 0,2:1).
#   - tcp: 64 bytes are sent, awaited, then sent again; p50 and p99 of one run.
#   - latency: a text message of 128 bytes is sent masked, its echo awaited, then the next; p50 and p99 of one run.
#   - rate: the server sends text messages of 200 and of 4,000 bytes as fast as it can. The slow ones get a tenth of
#     the count.
#   - ratio: of tcp to c, and of hot clients to c-hot; of websockets to the better of c and tungstenite. Median to
#     median and best to best. Of a latency less is better, of a rate more.
#
# Clients
#   sonic        sonic-examples.jar, busy polling: epoll_wait before each read
#   sonic-hot    the same with --hot: reads without epoll_wait
#   c            epoll_wait, read, write; counts frame headers        c-ascii   and checks that each message is ASCII
#   c-hot        reads in a busy loop, without epoll_wait (tcp)
#   c-drain      reads and looks at nothing: the most that kernel and server deliver. A client near it waits for them
#   tungstenite  Rust's crate, synchronous, busy polling, reads of 64 KiB (its fastest here)
#   netty        native epoll, busy polling                           jdk       java.net.http.WebSocket
#   okhttp       OkHttp                                               jetty     Jetty's client
#   java-websocket  Java-WebSocket
#   sonic-go     the Go library that Sonic for Java began as; needs go, and a checkout of it named by SONIC_GO
#
# A client whose compiler, jar or JDK is missing is left out, with a line that says so.

set -euo pipefail

usage() {
    cat <<'USAGE'
usage: compare.sh [OPTIONS]
  --rounds R           rounds; default 5
  --modes M            of tcp,latency,rate; default all
  --clients C          of sonic,sonic-hot,c,c-hot,c-ascii,c-drain,tungstenite,netty,jdk,okhttp,jetty,java-websocket,
                       sonic-go; default all; each runs in the modes that it has
  --cpus CLIENT:SERVER CPU lists as taskset takes them; default 0:1
  --latency-count N    round trips measured, of TCP and of websockets; default 600000
  --rate-count N       messages of 200 bytes; a tenth of it of 4,000 bytes; default 60000000
  --results FILE       keep every client's last line in FILE
  --no-build           take the peers as they are
  --help

JDK 25 or later is taken from SONIC_JAVA (the java program), JAVA_HOME, the PATH or /usr/lib/jvm, in this order.
Before: mvn -q package -DskipTests
USAGE
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly c_bin=$here/peers/c/bin
readonly go_bin=$here/peers/go/bin/sonic-go
readonly rust_bin=$here/peers/rust/target/release/tungstenite-peer
readonly benchmarks_jar=$here/target/sonic-benchmarks.jar
readonly examples_jar=$here/../sonic-examples/target/sonic-examples.jar
readonly run_limit_seconds=600

rounds=5 modes=tcp,latency,rate cpus=0:1 latency_count=600000 rate_count=60000000 results='' build=yes
clients=sonic,sonic-hot,c,c-hot,c-ascii,c-drain,tungstenite,netty,jdk,okhttp,jetty,java-websocket,sonic-go

fail() {
    echo "compare.sh: $1" >&2
    exit "${2:-1}"
}

number() { # OPTION TEXT
    [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "$1 takes a positive number, not '$2'" 2
    echo "$2"
}

words_of() { # OPTION TEXT ALLOWED: the comma separated words, each of which must be allowed
    local word
    for word in ${2//,/ }; do
        [[ ",$3," == *",$word,"* ]] || fail "$1: '$word' is none of $3" 2
    done
    echo "$2"
}

parse_arguments() {
    while (($# > 0)); do
        case $1 in
            --help) usage; exit 0 ;;
            --no-build) build=no; shift; continue ;;
            --*) (($# > 1)) || fail "$1 takes a value; see --help" 2 ;;
        esac
        case $1 in
            --rounds) rounds=$(number "$1" "$2") ;;
            --modes) modes=$(words_of "$1" "$2" tcp,latency,rate) ;;
            --clients) clients=$(words_of "$1" "$2" "$clients") ;;
            --cpus) [[ $2 =~ ^[0-9,-]+:[0-9,-]+$ ]] || fail "--cpus takes CLIENT:SERVER, not '$2'" 2; cpus=$2 ;;
            --latency-count) latency_count=$(number "$1" "$2") ;;
            --rate-count) rate_count=$(number "$1" "$2") ;;
            --results) results=$2 ;;
            *) fail "unknown option '$1'; see --help" 2 ;;
        esac
        shift 2
    done
}

build_peers() {
    command -v make >/dev/null && command -v "${CC:-cc}" >/dev/null || fail "make and a C compiler are needed: the server is in C"
    make -s -C "$here/peers/c"
    if [[ ,$clients, == *,tungstenite,* ]] && command -v cargo >/dev/null; then
        cargo build --quiet --release --manifest-path "$here/peers/rust/Cargo.toml"
    fi
    if [[ ,$clients, == *,sonic-go,* && -n ${SONIC_GO:-} ]] && command -v go >/dev/null; then
        build_go
    fi
}

build_go() { # in a copy: which checkout to use is nothing to keep
    mkdir -p "$scratch/go"
    cp "$here"/peers/go/{go.mod,main.go} "$scratch/go"
    (cd "$scratch/go" && go mod edit -replace "github.com/talostrading/sonic=$(realpath "$SONIC_GO")" &&
        go build -mod=mod -o "$go_bin" .) || echo "sonic-go does not build from $SONIC_GO"
}

missing() { # CLIENT: prints why it cannot run, nothing when it can
    case $1 in
        sonic|sonic-hot|netty|jdk|okhttp|jetty|java-websocket) [[ -n $java ]] || { echo "no JDK 25 found"; return; } ;;&
        sonic|sonic-hot)
            [[ -f $examples_jar ]] || echo "no sonic-examples.jar; run mvn -q package -DskipTests" ;;
        netty|jdk|okhttp|jetty|java-websocket)
            [[ -f $benchmarks_jar ]] || echo "no sonic-benchmarks.jar; run mvn -q package -DskipTests" ;;
        tungstenite) [[ -x $rust_bin ]] || echo "not built; is cargo missing?" ;;
        sonic-go) [[ -x $go_bin ]] || echo "not built; it needs go, and SONIC_GO to name a checkout" ;;
        c*) [[ -x $c_bin/ws_client ]] || echo "not built" ;;
    esac
}

start_server() { # MODE: sets server and port
    local -a program=("$c_bin/ws_server")
    [[ $1 != tcp ]] || program=("$c_bin/tcp_echo" server)
    : >"$scratch/server"
    taskset -c "${cpus#*:}" "${program[@]}" --port 0 >"$scratch/server" &
    server=$!
    local i
    for ((i = 0; i < 50; i++)); do
        port=$(awk '/^listening on/ { print $3 }' "$scratch/server")
        [[ -z $port ]] || return 0
        sleep 0.1
    done
    fail "the server did not start"
}

stop_server() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    server=''
}

clean_up() {
    stop_server
    rm -rf "$scratch"
}

run_client() { # CLIENT MODE SIZE COUNT: prints what the client prints
    local client=$1 mode=$2 size=$3 count=$4 url peer
    local -a pinned=(timeout "$run_limit_seconds" taskset -c "${cpus%:*}")
    local -a options=(--port "$port" --count "$count" --size "$size") hot=()
    [[ $client != sonic-hot ]] || hot=(--hot)
    case $mode in
        tcp) url=tcp://127.0.0.1:$port ;;
        latency) url=ws://127.0.0.1:$port/echo ;;
        rate) url="ws://127.0.0.1:$port/flood?size=$size&count=$count" ;;
    esac
    case $client:$mode in
        sonic-go:*) pinned+=("$go_bin" "$mode" "${options[@]}") ;;
        sonic*:tcp) pinned+=("$java" -jar "$examples_jar" tcp-latency --host 127.0.0.1 "${options[@]}" "${hot[@]}") ;;
        sonic:rate) pinned+=("$java" -jar "$examples_jar" ws-rate --url "$url" --count "$count") ;;
        sonic*:latency)
            pinned+=("$java" -jar "$examples_jar" ws-latency --url "$url" --count "$count" --size "$size" "${hot[@]}") ;;
        c:tcp) pinned+=("$c_bin/tcp_echo" client "${options[@]}") ;;
        c-hot:tcp) pinned+=("$c_bin/tcp_echo" client --no-epoll "${options[@]}") ;;
        c-ascii:rate) pinned+=("$c_bin/ws_client" rate --ascii "${options[@]}") ;;
        c-drain:rate) pinned+=("$c_bin/ws_client" drain "${options[@]}") ;;
        c:*) pinned+=("$c_bin/ws_client" "$mode" "${options[@]}") ;;
        tungstenite:*) pinned+=("$rust_bin" "$mode" "${options[@]}") ;;
        *)
            peer=$(peer_class "$client" "$mode")
            [[ $mode == rate ]] || mode=latency
            pinned+=("$java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
                -cp "$benchmarks_jar" "io.sonic.benchmarks.peers.$peer" "$mode"
                --url "$url" --count "$count" --size "$size") ;;
    esac
    "${pinned[@]}"
}

peer_class() { # CLIENT MODE
    case $1:$2 in
        netty:tcp) echo NettyTcpPeer ;;
        netty:*) echo NettyWebSocketPeer ;;
        jdk:*) echo JdkWebSocketPeer ;;
        okhttp:*) echo OkHttpPeer ;;
        jetty:*) echo JettyPeer ;;
        java-websocket:*) echo JavaWebSocketPeer ;;
    esac
}

runs_in() { # CLIENT MODE
    case $1:$2 in
        sonic:*|c:*|netty:*|sonic-go:*|sonic-hot:tcp|sonic-hot:latency|c-hot:tcp|c-ascii:rate|c-drain:rate) return 0 ;;
        tungstenite:tcp|jdk:tcp|okhttp:tcp|jetty:tcp|java-websocket:tcp|sonic-hot:*|c-*:*) return 1 ;;
    esac
}

measure() { # CLIENT MODE SIZE COUNT ROUND: one run; its last line goes to the results
    local output line
    if output=$(run_client "$1" "$2" "$3" "$4") && line=$(tail -n 1 <<<"$output") && [[ $line == *=* ]]; then
        echo "$2 $3 $1 $5 $line" >>"$results"
        printf '  %d %-8s %5d B  %-14s  %s\n' "$5" "$2" "$3" "$1" "${line#*: }"
    else
        failed=yes
        printf '  %d %-8s %5d B  %-14s  FAILED\n' "$5" "$2" "$3" "$1"
    fi
}

values() { # MODE SIZE CLIENT KEY: one a line
    awk -v mode="$1" -v size="$2" -v client="$3" -v key="$4=" '$1 == mode && $2 == size && $3 == client {
        for (i = 5; i <= NF; i++) if (index($i, key) == 1) print substr($i, length(key) + 1) }' "$results"
}

median() { # of an even number of lines the lower of the two in the middle
    sort -n | awk '{ value[NR] = $1 } END { if (NR > 0) print value[int((NR + 1) / 2)] }'
}

ratio() { # VALUE BASE
    awk -v value="$1" -v base="$2" 'BEGIN { if (base > 0) printf "%.2f", value / base; else printf "-" }'
}

print_table() { # MODE SIZE KEY ORDER BASES [CLIENT...]: a line per client; ORDER sorts the best value first
    local mode=$1 size=$2 key=$3 order=$4 bases=$5 client sorted middle first base base_first
    shift 5
    base=$(for client in $bases; do values "$mode" "$size" "$client" "$key" | median; done | sort "$order" | head -n 1)
    base_first=$(for client in $bases; do values "$mode" "$size" "$client" "$key"; done | sort "$order" | head -n 1)
    printf '%-14s %12s %7s %12s %7s %12s\n' client median ratio best ratio worst
    for client in $present; do
        [[ $# == 0 || " $* " == *" $client "* ]] || continue
        sorted=$(values "$mode" "$size" "$client" "$key" | sort "$order")
        [[ -n $sorted ]] || continue
        middle=$(median <<<"$sorted")
        first=$(head -n 1 <<<"$sorted")
        printf '%-14s %12d %7s %12d %7s %12d\n' "$client" "$middle" "$(ratio "$middle" "$base")" \
            "$first" "$(ratio "$first" "$base_first")" "$(tail -n 1 <<<"$sorted")"
    done
}

print_tcp_tables() { # SIZE
    local percentile
    for percentile in p50 p99; do
        printf '\nTCP round trip of %d bytes, %s in ns\n' "$1" "$percentile"
        print_table tcp "$1" "${percentile}_ns" -n c sonic c netty sonic-go
        printf '\nthe same without epoll_wait\n'
        print_table tcp "$1" "${percentile}_ns" -n c-hot sonic-hot c-hot
    done
}

print_latency_tables() { # SIZE
    local percentile
    for percentile in p50 p99; do
        printf '\nwebsocket round trip of %d bytes, %s in ns\n' "$1" "$percentile"
        print_table latency "$1" "${percentile}_ns" -n 'c tungstenite'
    done
}

print_rate_table() { # SIZE
    printf '\nmessages of %d bytes per second\n' "$1"
    print_table rate "$1" messages_per_s -rn 'c tungstenite'
}

select_clients() { # sets present
    local client reason
    present=''
    for client in ${clients//,/ }; do
        reason=$(missing "$client")
        if [[ -n $reason ]]; then
            echo "left out: $client ($reason)"
        else
            present+="$client "
        fi
    done
    [[ -n $present ]] || fail "no client can run"
}

print_setting() {
    echo "cpu:    $(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) CPUs, clients on ${cpus%:*}, server on ${cpus#*:}"
    echo "kernel: $(uname -sr), load $(cut -d ' ' -f 1 /proc/loadavg)"
    echo "java:   ${java:-none}${java:+, $("$java" --version | sed -n 2p)}"
    if awk '{ exit !($1 > 0.5) }' /proc/loadavg; then
        echo "note:   other work runs on this machine; do not trust the figures of single runs"
    fi
}

run_scenario() { # MODE SIZE COUNT ROUND
    local client count
    [[ ,$modes, == *,$1,* ]] || return 0
    start_server "$1"
    for client in $present; do
        runs_in "$client" "$1" || continue
        count=$3
        case $client:$1 in
            netty:rate|jdk:rate|okhttp:rate|jetty:rate|java-websocket:rate|sonic-go:rate) count=$((($3 + 9) / 10)) ;;
        esac
        measure "$client" "$1" "$2" "$count" "$4"
    done
    stop_server
}

parse_arguments "$@"
[[ $(uname -s) == Linux ]] || fail "needs Linux: it pins with taskset"
java=$("$here/../config/find-java" 2>/dev/null || true) # without one the JVM clients are left out
server='' failed=no
scratch=$(mktemp -d)
trap clean_up EXIT
[[ $build == no ]] || build_peers
results=${results:-$scratch/results}
: >"$results"
print_setting
select_clients
for ((round = 1; round <= rounds; round++)); do
    run_scenario tcp 64 "$latency_count" "$round"
    run_scenario latency 128 "$latency_count" "$round"
    run_scenario rate 200 "$rate_count" "$round"
    run_scenario rate 4000 $(((rate_count + 9) / 10)) "$round"
done
if [[ $modes == *tcp* ]]; then
    print_tcp_tables 64
fi
if [[ $modes == *latency* ]]; then
    print_latency_tables 128
fi
if [[ $modes == *rate* ]]; then
    print_rate_table 200
    print_rate_table 4000
fi
[[ $failed == no ]] || fail "some runs failed"
