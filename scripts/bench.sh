#!/usr/bin/env bash
# How long a command takes, beside docker and bare runc on the same machine in the same run, one after the other in turn.
# ROUNDS (25) rounds, medians; then scripts/bench-images.sh. Fails when `ps` takes more than 60 ms or `run` more than half of docker's time.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${ROUNDS:-25}
if [ "$rounds" -lt 15 ]; then
    echo 'bench: at least 15 rounds' >&2
    exit 2
fi
eventdock=$PWD/bin/eventdock
. scripts/root.sh
make_root
dockerd=

end() {
    local status=$?
    trap - EXIT
    set +e
    if [ -n "$dockerd" ]; then kill "$dockerd" 2>/dev/null; wait "$dockerd" 2>/dev/null; fi
    # A dockerd that was ended before it was ready may leave its namespaces' mounts.
    awk -v below="$work/docker" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do umount -l "$mount"; done
    end_root
    exit "$status"
}
trap end EXIT

mkdir -p "$work/image/bin"
cp /bin/busybox "$work/image/bin/busybox"
ln -s busybox "$work/image/bin/true"
tar -C "$work/image" -cf "$work/image.tar" .

# Debian's, whatever other docker may come first on PATH.
docker() { /usr/bin/docker -H "unix://$work/docker.sock" "$@"; }
dockerd --data-root "$work/docker" --exec-root "$work/docker-run" -H "unix://$work/docker.sock" --pidfile "$work/docker.pid" \
    --bridge=none --iptables=false --ip-forward=false > "$work/docker.log" 2>&1 &
dockerd=$!
for _ in $(seq 300); do
    if docker version > /dev/null 2>&1; then break; fi
    kill -0 "$dockerd" 2>/dev/null || break
    sleep 0.1
done
docker version > /dev/null || { tail -n 5 "$work/docker.log" >&2; exit 1; }

docker import "$work/image.tar" bench > /dev/null
"$eventdock" import "$work/image.tar" bench > /dev/null

mkdir -p "$work/bundle/rootfs"
tar -C "$work/bundle/rootfs" -xf "$work/image.tar"
(cd "$work/bundle" && runc spec && sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"true"/' config.json)

# time_of NAME COMMAND…: adds one line, milliseconds, to NAME's list. A command that fails ends the run.
time_of() {
    local list=$work/$1.times from
    shift
    from=$(date +%s%N)
    "$@" > /dev/null
    echo $((($(date +%s%N) - from) / 1000)) | awk '{ printf "%.1f\n", $1 / 1000 }' >> "$list"
}

median() { sort -n "$work/$1.times" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

one_round() {
    time_of ps "$eventdock" ps
    time_of docker-ps docker ps
    time_of run "$eventdock" run --rm --network none bench true
    time_of docker-run docker run --rm --network none bench true
    time_of runc-run runc --root "$work/runc" run --bundle "$work/bundle" "bench-$$"
}

# The first rounds fill caches and are not counted.
for _ in 1 2; do one_round; done
rm "$work"/*.times
for _ in $(seq "$rounds"); do one_round; done

ps=$(median ps) docker_ps=$(median docker-ps) run=$(median run) docker_run=$(median docker-run) runc_run=$(median runc-run)
echo "$("$eventdock" version --format '{{.Build}}'); $(nproc) processors; $rounds rounds, medians in ms"
echo
echo '| command | EventDock | docker | bare runc | EventDock / docker |'
echo '|---|---|---|---|---|'
awk -v a="$ps" -v b="$docker_ps" 'BEGIN { printf "| `ps` | %.1f | %.1f | | %.2f |\n", a, b, a / b }'
awk -v a="$run" -v b="$docker_run" -v c="$runc_run" \
    'BEGIN { printf "| `run --rm --network none … true` | %.1f | %.1f | %.1f | %.2f |\n", a, b, c, a / b }'

missed=0
awk -v a="$ps" 'BEGIN { exit (a > 60) }' || { echo "bench: ps takes $ps ms, more than 60" >&2; missed=1; }
awk -v a="$run" -v b="$docker_run" 'BEGIN { exit (a > b / 2) }' || { echo "bench: run takes $run ms, more than half of docker's $docker_run" >&2; missed=1; }

# What it measures needs the other engines for itself.
echo
if [ -n "$dockerd" ]; then kill "$dockerd" 2>/dev/null; wait "$dockerd" 2>/dev/null || true; dockerd=; fi
if ! (unset EVENTDOCK_ROOT EVENTDOCK_CONFIG; scripts/bench-images.sh); then missed=1; fi
exit "$missed"
