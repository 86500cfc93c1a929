#!/usr/bin/env bash
# What views cost at a million events, side by side in one run: the part "views" of bench-ledger.sh. ROUNDS (15) rounds, medians;
# EVENTS (1000000) events. Ends with 1 when a measure misses its aim.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${ROUNDS:-15} events=${EVENTS:-1000000}
eventdock=${EVENTDOCK_TEST_BINARY:-$PWD/bin/eventdock}
. scripts/root.sh
make_root
dotnet build tests/Bench -c Release --nologo -v quiet
bench=$PWD/artifacts/bin/net10.0/Bench/Release/net10.0/EventDock.Tests.Bench
missed=0

# The containers that run, run as this process: it is there as long as it is asked for.
sleep infinity &
alive=$!

end() {
    local status=$?
    trap - EXIT
    set +e
    for root in "$work/large" "$work/small" "$work/images"; do
        EVENTDOCK_ROOT=$root "$eventdock" db stop > /dev/null 2>&1
        rm -rf "/run/eventdock/$(printf '%s' "$root" | sha256sum | cut -c1-8)"
    done
    kill "$alive"
    wait "$alive" 2>/dev/null
    rm -rf "$work"
    exit "$status"
}
trap end EXIT

# milliseconds NAME COMMAND…: adds one line to NAME's list. A command that fails ends the run.
milliseconds() {
    local list=$work/$1.times from
    shift
    from=$(date +%s%N)
    "$@" > "$work/output"
    awk -v ns=$(($(date +%s%N) - from)) 'BEGIN { printf "%.1f\n", ns / 1000000 }' >> "$list"
}

median() { sort -n "$work/$1.times" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# row TEXT VALUE AIM, true when VALUE is at most AIM: a line of the table.
row() {
    echo "| $1 | $2 | ≤ $3 |"
    awk -v v="$2" -v aim="$3" 'BEGIN { exit !(v <= aim) }' || { echo "bench-views: $1: $2, more than $3" >&2; missed=1; }
}

ratio() { awk -v a="$(median "$1")" -v b="$(median "$2")" 'BEGIN { printf "%.2f\n", a / b }'; }

# What answers as of a moment, too.
reading=('ps -a' images 'inspect web-77' 'image inspect app0:3' 'history app0:3' 'layer ls' 'system df')

on() { EVENTDOCK_ROOT=$work/$1 "$eventdock" "${@:2}"; }

bench_views() {
    # Nothing runs in the large one until its views have been measured: what runs without a control group is read twice.
    "$bench" fill "$work/large" "$events" 10000 0 "$alive" >&2
    "$bench" fill "$work/small" 2000 20 20 "$alive" >&2
    "$bench" fill "$work/images" 5000 50 20 "$alive" 1000 >&2

    # Of two layers, 500 lines, one of them changed by the second.
    mkdir -p "$work/context/etc"
    seq 500 > "$work/context/etc/conf"
    tar -C "$work/context" -cf "$work/lines.tar" etc
    sed 's/^201$/changed/' "$work/context/etc/conf" > "$work/context/conf"
    printf 'FROM lines:1\nCOPY conf /etc/conf\n' > "$work/context/Dockerfile"
    on large adopt > /dev/null
    on large import "$work/lines.tar" lines:1 > /dev/null
    on large build -q -t lines:2 "$work/context" > /dev/null

    local folded seconds middle verb now
    folded=$(on large log -n 1 --format json | sed -E 's/^\{"Position":([0-9]+),.*/\1/')
    for _ in 1 2 3; do
        EVENTDOCK_ROOT=$work/large /usr/bin/time -f '%e %M' -o "$work/time" "$eventdock" rebuild > /dev/null 2>&1
        awk '{ print $1 }' "$work/time" >> "$work/rebuild.times"
        awk '{ printf "%.0f\n", $2 / 1024 }' "$work/time" >> "$work/memory.times"
    done

    for _ in 1 2 3; do
        milliseconds verify on large ledger verify
        milliseconds verify-views on large ledger verify --views
    done

    middle=$((folded / 2))
    for _ in $(seq "$rounds"); do
        for verb in "${reading[@]}"; do
            # shellcheck disable=SC2086 # verb and argument, each a word
            milliseconds "now $verb" on large $verb
            # shellcheck disable=SC2086
            milliseconds "then $verb" on large $verb --as-of "$middle"
        done
        milliseconds show on large show
        milliseconds show-middle on large show "$middle"
        milliseconds reflog on large reflog app0:3
        milliseconds why on large why web-77
        milliseconds blame on large blame lines:2 /etc/conf
        # A day out of a year.
        milliseconds report on large audit report "$middle..$((middle + folded / 365))"
        milliseconds df on images system df
        milliseconds df-verbose on images system df -v
        milliseconds log on large log -n 30
        milliseconds log-container on large log --container web-77 -n 30
    done
    now=$(median 'now ps -a')

    "$bench" start "$work/large" 20 "$alive"
    for _ in $(seq "$rounds"); do
        milliseconds twenty-of-many on large ps
        milliseconds twenty-of-twenty on small ps
    done

    seconds=$(median rebuild)
    echo "$("$eventdock" version --format '{{.Build}}'); $(nproc) processors; $folded events; $rounds rounds (rebuild: 3), medians"
    echo
    echo '| what | measured | aim |'
    echo '|---|---|---|'
    row "rebuild of all views, s ($(awk -v n="$folded" -v s="$seconds" 'BEGIN { printf "%.0f", n / s }') events/s)" "$seconds" \
        "$(awk -v n="$folded" 'BEGIN { print n / 100000 }')"
    row 'rebuild, memory at its highest, MB' "$(median memory)" 300
    row '`ledger verify`, chain and tree, ms' "$(median verify)" 5000
    row '`ledger verify --views`, ms' "$(median verify-views)" \
        "$(awk -v v="$(median verify)" -v s="$seconds" 'BEGIN { print v + s * 1000 }')"
    for verb in "${reading[@]}"; do
        row "\`$verb --as-of\` the middle / \`$verb\` ($(median "now $verb") ms)" "$(ratio "then $verb" "now $verb")" 2
    done
    row '`ps -a`, 10,000 rows, ms' "$now" 200
    row '`images`, 10,000 rows, ms' "$(median 'now images')" 200
    row '`ps`: 20 of 10,000 / 20 of 20' "$(ratio twenty-of-many twenty-of-twenty)" 1.5
    row '`system df`, 1,000 images, ms' "$(median df)" 30
    row '`system df -v`, 1,000 images, ms' "$(median df-verbose)" 30
    row '`log -n 30`, ms' "$(median log)" 30
    row '`log --container X -n 30`, ms' "$(median log-container)" 30
    row '`show`, ms' "$(median show)" 30
    row '`show` of the middle, ms' "$(median show-middle)" 30
    row '`reflog`, ms' "$(median reflog)" 50
    row '`why`, ms' "$(median why)" 50
    row '`blame` of 500 lines in two layers, ms' "$(median blame)" 50
    row '`audit report` of one day out of a year, ms' "$(median report)" 2000
}

bench_views
exit "$missed"
