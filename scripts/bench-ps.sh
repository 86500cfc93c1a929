#!/usr/bin/env bash
# `ps` with 1 and with 200 running containers: prints both medians and the ratio, and fails above 1.5. EVENTDOCK_BINARY names another binary;
# CONTAINERS and ROUNDS other numbers. About a minute.
set -euo pipefail
cd "$(dirname "$0")/.."

eventdock=${EVENTDOCK_BINARY:-$PWD/bin/eventdock}
many=${CONTAINERS:-200} rounds=${ROUNDS:-41}
. scripts/root.sh
make_root
# What an ending container still writes is no failure of the measurement.
trap 'set +e; end_root' EXIT

root=$work/busybox
mkdir -p "$root/bin"
install -m 0755 "$(command -v busybox)" "$root/bin/busybox"
ln -s busybox "$root/bin/sleep"
tar -C "$root" -cf "$work/busybox.tar" .
"$eventdock" import "$work/busybox.tar" busybox > /dev/null 2>&1

start() { "$eventdock" run -d --network none busybox sleep 100000 > /dev/null; }

# median: of so many calls of ps, in microseconds; each shows as many containers as run.
median() {
    local n from
    for n in $(seq "$rounds"); do
        from=$(date +%s%N)
        "$eventdock" ps > "$work/ps"
        echo $((($(date +%s%N) - from) / 1000))
        [ "$(wc -l < "$work/ps")" -eq $(($1 + 1)) ] || { echo "ps does not show $1 containers" >&2; return 1; }
    done | sort -n | sed -n "$(((rounds + 1) / 2))p"
}

start
one=$(median 1)
for _ in $(seq 2 "$many"); do start; done
all=$(median "$many")
awk -v one="$one" -v all="$all" -v many="$many" 'BEGIN {
    printf "ps with 1 running container: %.1f ms\nps with %d: %.1f ms\nratio: %.2f\n", one / 1000, many, all / 1000, all / one
    exit all / one > 1.5
}'
