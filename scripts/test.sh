#!/usr/bin/env bash
# All tests: laws, real neighbours, then bin/eventdock itself. The last line counts them.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export EVENTDOCK_TEST_BINARY="$PWD/bin/eventdock"

dotnet build EventDock.sln --nologo -v quiet || { echo '0 passed, 1 failed'; exit 1; }

# Hundreds of command lines beside docker, which is waited for most of the time; twenty containers on a full disk, reboots, each point
# of a container's life, imports that are killed again and again: parts of the soak.
quick='FullyQualifiedName!~SandboxDocker&FullyQualifiedName!~FlagDocker&FullyQualifiedName!~LifeDocker&FullyQualifiedName!~DockerThin&FullyQualifiedName!~KilledNeighbour&FullyQualifiedName!~LoopDisk&FullyQualifiedName!~RebootTests&FullyQualifiedName!~LedgerImportFaultTests&FullyQualifiedName!~KilledLifeTests'
passed=0 failed=0 broken=0
mkdir -p artifacts

# run SUITE THREADS
run() {
    rm -rf "$PWD/artifacts/results/$1"
    dotnet test "tests/$1" --no-build --nologo --results-directory "$PWD/artifacts/results/$1" \
        --logger "trx;LogFileName=results.trx" --logger "console;verbosity=minimal" --filter "$quick${FILTER:+&($FILTER)}" -- "xUnit.MaxParallelThreads=$2"
}

# The command lines are tried one after the other, and are waited for most of the time: the laws and the neighbours are tried beside them.
set -m
{ run Properties 3 > artifacts/Properties.out 2>&1; echo $? > artifacts/Properties.end
  run Adapters 2 > artifacts/Adapters.out 2>&1; echo $? > artifacts/Adapters.end; } &
beside=$!
set +m
trap 'kill -- "-$beside" 2>/dev/null' EXIT
echo '== tests/Cli'
run Cli 3 || broken=1
wait "$beside"
trap - EXIT

for suite in Properties Adapters Cli; do
    if [ "$suite" != Cli ]; then
        echo "== tests/$suite"
        cat "artifacts/$suite.out"
        [ "$(cat "artifacts/$suite.end")" = 0 ] || broken=1
    fi
    results=artifacts/results/$suite/results.trx
    counters=$(grep -o '<Counters [^>]*>' "$results" 2>/dev/null)
    if [ -z "$counters" ]; then
        echo "tests/$suite gave no result" >&2
        failed=$((failed + 1))
        continue
    fi
    count() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<< "$counters"; }
    passed=$((passed + $(count passed)))
    failed=$((failed + $(count failed) + $(count error) + $(count timeout) + $(count aborted)))
    # Once more at the end, where a log that was cut off has them: the name, and how its message begins.
    awk '/<UnitTestResult /{ name = ""; if (/outcome="Failed"/) { name = $0; sub(/.*testName="/, "", name); sub(/".*/, "", name); print "failed: " name } }
         /<Message>/{ if (name != "") left = 12 }
         left > 0 { line = $0; sub(/.*<Message>/, "", line); ends = sub(/<\/Message>.*/, "", line); print "    " line; left = ends ? 0 : left - 1 }' "$results" |
        sed -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&quot;/"/g' -e 's/&amp;/\&/g'
done

# A runner that broke down without a failed test is a failure all the same.
if [ "$broken" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
