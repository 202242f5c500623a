#!/usr/bin/env bash
# Fuzzes what a peer can reach, with Jazzer. See --help.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
    cat <<'END'
run.sh [--seconds N] [TARGET...]

  --seconds N  for each target; by default 600
  TARGET       FrameDecoderFuzzer, HandshakeFuzzer, DeflateFuzzer or ClosePayloadFuzzer; by default all of them

Compiles the module and its tests with Maven, which gets Jazzer. JDK 25 or later is taken from SONIC_JAVA (the java
program), JAVA_HOME, the PATH or /usr/lib/jvm, in this order.

Inputs start from src/test/resources/…/fuzz; those that reach new code are kept in target/fuzz/corpus for the next run.
An input that finds something is left in target/fuzz/findings, and the status is 1.
END
}

seconds=600
targets=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --seconds) seconds=$2; shift 2 ;;
        --help) usage; exit ;;
        --*) usage >&2; exit 2 ;;
        *) targets+=("$1"); shift ;;
    esac
done
[[ ${#targets[@]} -gt 0 ]] || targets=(FrameDecoderFuzzer HandshakeFuzzer DeflateFuzzer ClosePayloadFuzzer)

java=$(config/find-java)
mvn -q -B -Pfuzz -pl sonic-websocket -am test-compile dependency:build-classpath -Dmdep.outputFile=target/fuzz-classpath
cd sonic-websocket
mkdir -p target/fuzz/corpus target/fuzz/findings
classpath=target/test-classes:target/classes:$(cat target/fuzz-classpath)
flags=(--add-exports java.base/jdk.internal.misc=ALL-UNNAMED --enable-native-access=ALL-UNNAMED
    -XX:+EnableDynamicAgentLoading -Xmx1g -cp "$classpath")
"$java" "${flags[@]}" io.sonic.websocket.FuzzSeeds target/fuzz/corpus

status=0
for target in "${targets[@]}"; do
    log=target/fuzz/$target.log
    if "$java" "${flags[@]}" com.code_intelligence.jazzer.Jazzer --target_class="io.sonic.websocket.$target" \
            --instrumentation_includes='io.sonic.websocket.**' --disabled_hooks='.*' --reproducer_path=target/fuzz/findings \
            -artifact_prefix=target/fuzz/findings/ -max_len=4096 -max_total_time="$seconds" \
            "target/fuzz/corpus/$target" >"$log" 2>&1; then
        findings=0
    else
        findings=1
        status=1
        sed -n '/^== /,$p' "$log"
    fi
    runs=$(sed -nE 's/^Done ([0-9]+) runs.*/\1/p' "$log")
    echo "fuzz: target=$target seconds=$seconds runs=${runs:-0} findings=$findings"
done
exit $status
