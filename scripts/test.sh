#!/usr/bin/env bash
# All tests: laws, real neighbours, then bin/eventdock itself. The last line counts them.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export EVENTDOCK_TEST_BINARY="$PWD/bin/eventdock"

dotnet build EventDock.sln --nologo -v quiet || { echo '0 passed, 1 failed'; exit 1; }

passed=0 failed=0 broken=0

# run NAME SUITE [TESTS]: into a directory of results of its own.
run() {
    local filter=${3:-}
    if [ -n "${FILTER:-}" ]; then filter="${filter:+($filter)&}($FILTER)"; fi
    rm -rf "artifacts/results/$1"
    dotnet test "tests/$2" --no-build --nologo --results-directory "artifacts/results/$1" \
        --logger "trx;LogFileName=results.trx" --logger "console;verbosity=minimal" ${filter:+--filter "$filter"}
}

# count NAME: adds up its results.
count() {
    local counters
    counters=$(grep -o '<Counters [^>]*>' "artifacts/results/$1/results.trx" 2>/dev/null)
    if [ -z "$counters" ]; then
        echo "$1 gave no result" >&2
        failed=$((failed + 1))
        return
    fi
    of() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<< "$counters"; }
    passed=$((passed + $(of passed)))
    failed=$((failed + $(of failed) + $(of error) + $(of timeout) + $(of aborted)))
}

for suite in Properties Adapters; do
    echo "== tests/$suite"
    run "$suite" "$suite" || broken=1
    count "$suite"
done

# What is compared with docker waits for docker most of its time: it goes beside the rest.
run Docker Cli 'FullyQualifiedName~Docker' > artifacts/results/docker.log 2>&1 &
beside=$!
trap 'kill "$beside" 2>/dev/null' INT TERM
echo '== tests/Cli'
run Cli Cli 'FullyQualifiedName!~Docker' || broken=1
count Cli
echo '== tests/Cli, beside docker'
wait "$beside" || broken=1
cat artifacts/results/docker.log
count Docker

# A runner that broke down without a failed test is a failure all the same.
if [ "$broken" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
