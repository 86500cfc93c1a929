#!/usr/bin/env bash
# The ledger, measured in process: each part compares side by side in one run and fails when it misses its target.
# Arguments name parts: append, views.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

dotnet build tests/Bench -c Release --nologo -v quiet || exit 1
bench=artifacts/bin/net10.0/Bench/Release/net10.0/EventDock.Tests.Bench.dll

parts=("$@")
if [ ${#parts[@]} -eq 0 ]; then parts=(append views); fi
failed=0
for part in "${parts[@]}"; do
    case $part in
        append) dotnet "$bench" append || failed=1 ;;
        views) scripts/bench-views.sh || failed=1 ;;
        *)
            echo "bench-ledger: no part is named $part" >&2
            exit 2
            ;;
    esac
done
exit "$failed"
