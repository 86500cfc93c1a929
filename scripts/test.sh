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
run() {
    rm -rf "$PWD/artifacts/results/$1"
    dotnet test "tests/$1" --no-build --nologo --results-directory "$PWD/artifacts/results/$1" \
        --logger "trx;LogFileName=results.trx" --logger "console;verbosity=minimal" --filter "$quick${FILTER:+&($FILTER)}" -- xUnit.MaxParallelThreads=3
}

# The laws want a processor, the neighbours are waited for: both at once, and of the neighbours three.
mkdir -p artifacts
run Properties > artifacts/properties.out 2>&1 &
laws=$!
trap 'kill "$laws" 2>/dev/null' EXIT
for suite in Adapters Properties Cli; do
    echo "== tests/$suite"
    if [ "$suite" = Properties ]; then
        wait "$laws" || broken=1
        cat artifacts/properties.out
    else
        run "$suite" || broken=1
    fi
    counters=$(grep -o '<Counters [^>]*>' "artifacts/results/$suite/results.trx" 2>/dev/null)
    if [ -z "$counters" ]; then
        echo "tests/$suite gave no result" >&2
        failed=$((failed + 1))
        continue
    fi
    count() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<< "$counters"; }
    passed=$((passed + $(count passed)))
    failed=$((failed + $(count failed) + $(count error) + $(count timeout) + $(count aborted)))
done

# A runner that broke down without a failed test is a failure all the same.
if [ "$broken" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
