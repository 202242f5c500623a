#!/usr/bin/env bash
#
# Compares Sonic's multicast receiver with a plain C program (epoll_wait, recvmmsg) and the JDK's DatagramChannel.
#
# How the figures are made
#   - cpu: multicast-send sends --rate datagrams a second from one CPU; one receiver at a time waits for them on another,
#     in the kernel (--idle block), and tells its CPU time per datagram. Sonic and C receive up to 64 with a system call,
#     the JDK one. A JVM's figure is of what follows the warm-up. The table has the median over the rounds, and the best.
#   - drops: the rate is raised by a quarter until the kernel drops a datagram; the rate before that is reported, for the
#     system's default receive buffer and for one of 8 MiB, which needs CAP_NET_ADMIN or a net.core.rmem_max of 4 MiB.
#     Where the sender can not go faster, the line says so: then the rate is the sender's.
#   - In a network namespace of its own the script makes two virtual Ethernet devices, so that the datagrams pass one;
#     where namespaces are forbidden it uses lo, and says so.

set -euo pipefail

usage() {
    cat <<'USAGE'
usage: multicast.sh [OPTIONS]
  --rounds R              rounds of cpu; default 5
  --modes M               of cpu,drops; default both
  --cpus RECEIVER:SENDER  CPU lists as taskset takes them; default 0:1
  --rate N                datagrams a second of cpu; default 150000
  --count N               datagrams of a round of cpu; default 1500000
  --size S                bytes of a datagram; default 200
  --no-build              take the C program as it is
  --help

JDK 25 or later is taken from SONIC_JAVA (the java program), JAVA_HOME, the PATH or /usr/lib/jvm, in this order.
Before: mvn -q package -DskipTests
USAGE
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly namespace=$here/../sonic-multicast/src/test/resources/namespace.sh
readonly examples_jar=$here/../sonic-examples/target/sonic-examples.jar
readonly benchmarks_jar=$here/target/sonic-benchmarks.jar
readonly c_receiver=$here/peers/c/bin/mcast_receive
readonly group=239.100.1.1
java=$("$here/../config/find-java")

rounds=5 modes=cpu,drops cpus=0:1 rate=150000 count=1500000 size=200 build=yes
arguments=("$@")
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --modes) modes=$2; shift ;;
        --cpus) cpus=$2; shift ;;
        --rate) rate=$2; shift ;;
        --count) count=$2; shift ;;
        --size) size=$2; shift ;;
        --no-build) build=no ;;
        --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
readonly receiver_cpus=${cpus%:*} sender_cpus=${cpus#*:}

for needed in "$examples_jar" "$benchmarks_jar"; do
    if [ ! -f "$needed" ]; then
        echo "multicast.sh: $needed is missing: mvn -q package -DskipTests" >&2
        exit 1
    fi
done
if [ "$build" = yes ]; then
    make -s -C "$here/peers/c"
fi

if [ -z "${SONIC_MULTICAST_LINES:-}" ]; then
    if unshare --user --map-root-user --net true 2>/dev/null; then
        SONIC_MULTICAST_LINES=veth exec unshare --user --map-root-user --net sh "$namespace" \
            "${BASH_SOURCE[0]}" ${arguments[@]+"${arguments[@]}"} --no-build
    fi
    echo "no network namespaces here: over lo"
fi
if [ "${SONIC_MULTICAST_LINES:-}" = veth ]; then
    receiving=rxA sending=txA
else
    receiving=lo sending=lo
fi

work=$(mktemp -d)
receiver_pid=
trap 'if [ -n "$receiver_pid" ]; then kill "$receiver_pid" 2>/dev/null || true; fi; rm -rf "$work"' EXIT
port=30001

# The receiver of a client, with a receive buffer, in the background; its results go to a file.
start_receiver() {
    local client=$1 buffer=$2 datagrams=$3
    case $client in
        sonic)
            taskset -c "$receiver_cpus" "$java" -jar "$examples_jar" multicast-receive --group $group --port $port \
                --interface $receiving --idle block --batch 64 --receive-buffer "$buffer" --count "$datagrams" \
                > "$work/received" &
            ;;
        c)
            "$c_receiver" --group $group --port $port --interface $receiving --block --receive-buffer "$buffer" \
                --count "$datagrams" --cpu "${receiver_cpus%%[,-]*}" > "$work/received" &
            ;;
        jdk)
            taskset -c "$receiver_cpus" "$java" -cp "$benchmarks_jar" io.sonic.benchmarks.peers.JdkMulticastPeer \
                $group $port $receiving "$buffer" "$datagrams" > "$work/received" &
            ;;
    esac
    receiver_pid=$!
    # A member of the group: 239.100.1.1 as the kernel writes it.
    until grep -q 010164EF /proc/net/igmp; do
        if ! kill -0 "$receiver_pid" 2>/dev/null; then
            echo "multicast.sh: the receiver $client ended" >&2
            exit 1
        fi
        sleep 0.1
    done
}

send() {
    taskset -c "$sender_cpus" "$java" -jar "$examples_jar" multicast-send --group $group --port $port \
        --interface $sending --count "$1" --rate "$2" --size "$size" --batch "$3" > "$work/sent"
}

result() {
    sed -n "\$ s/.*[ :]$1=\([0-9]*\).*/\1/p" "$2"
}

finish() {
    wait "$receiver_pid"
    receiver_pid=
}

measure_cpu() {
    local round client
    for round in $(seq "$rounds"); do
        for client in c sonic jdk; do
            start_receiver $client 8388608 "$count"
            send "$count" "$rate" 1
            finish
            result cpu_ns_per_packet "$work/received" >> "$work/cpu.$client"
            echo "round $round: $(tail -n 1 "$work/received")"
        done
    done
    local c_median c_best median best
    printf '%-8s %16s %12s %8s %8s\n' client 'median ns/packet' best 'to c' 'best'
    for client in c sonic jdk; do
        median=$(sort -n "$work/cpu.$client" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
        best=$(sort -n "$work/cpu.$client" | head -n 1)
        if [ $client = c ]; then
            c_median=$median c_best=$best
        fi
        printf '%-8s %16s %12s %8s %8s\n' $client "$median" "$best" \
            "$(awk "BEGIN { printf \"%.3f\", $median / $c_median }")" \
            "$(awk "BEGIN { printf \"%.3f\", $best / $c_best }")"
    done
}

measure_drops() {
    local buffer client wanted good sent lost datagrams
    for buffer in 0 8388608; do
        for client in c sonic jdk; do
            good=0
            wanted=20000
            while true; do
                datagrams=$((wanted * 3))
                start_receiver $client "$buffer" "$datagrams"
                send "$datagrams" "$wanted" 8
                finish
                sent=$(result packets_per_s "$work/sent")
                lost=$((datagrams - $(result packets "$work/received")))
                if [ "$lost" -gt 0 ]; then
                    echo "$client, receive buffer $buffer: $good datagrams a second without a drop; at $sent $lost of" \
                        "$datagrams are lost"
                    break
                fi
                good=$sent
                if [ $((sent * 20)) -lt $((wanted * 19)) ]; then
                    echo "$client, receive buffer $buffer: $good datagrams a second without a drop, the most that the" \
                        "sender does"
                    break
                fi
                wanted=$((wanted * 5 / 4))
            done
        done
    done
}

case ,$modes, in *,cpu,*) measure_cpu ;; esac
case ,$modes, in *,drops,*) measure_drops ;; esac
