#!/usr/bin/env bash
# A container's life beside docker and podman, on the same machine in the same run, one after the other in turn: run, exec, run -d, stop,
# start, rm, ps -a with 10 and with 200 containers, inspect, logs of 100 MB, cp of 500 MB, commit, diff; then what EventDock alone is
# measured by: 100,000 changed files, rm of them, and what stays resident. LIFE_ROUNDS (25) rounds of what is quick and a third of that of
# what is not, medians. Fails beyond the aims in docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${LIFE_ROUNDS:-25}
eventdock=${EVENTDOCK_BINARY:-$PWD/bin/eventdock}
. scripts/root.sh
. scripts/engines.sh
make_root
dockerd=

end() {
    local status=$?
    trap - EXIT
    set +e
    end_engines
    end_root
    exit "$status"
}
trap end EXIT
start_engines

mkdir -p "$work/image/bin"
cp /bin/busybox "$work/image/bin/busybox"
for program in sh true sleep cat head yes seq dd mkdir touch; do ln -s busybox "$work/image/bin/$program"; done
tar -C "$work/image" -cf "$work/image.tar" .
"$eventdock" ps > /dev/null
for engine in "${engines[@]}"; do
    of "$engine" import "$work/image.tar" bench > /dev/null 2>&1
    of "$engine" run -d --name held --network none bench sleep 100000 > /dev/null
done

# It ends when it is asked to.
willing='trap "exit 0" TERM; while :; do sleep 1000 & wait; done'

quick_round() {
    local engine
    for engine in "${engines[@]}"; do time_of run "$engine" run --rm --network none bench true; done
    for engine in "${engines[@]}"; do time_of exec "$engine" exec held true; done
    for engine in "${engines[@]}"; do
        time_of run-d "$engine" run -d --name xx --network none bench sh -c "$willing"
        time_of stop "$engine" stop xx
        time_of start "$engine" start xx
        of "$engine" stop xx > /dev/null
        time_of rm "$engine" rm xx
    done
    for engine in "${engines[@]}"; do time_of inspect "$engine" inspect held; done
}

# created COUNT: so many containers altogether in each engine.
created() {
    local engine n
    for engine in "${engines[@]}"; do
        for n in $(seq "$(of "$engine" ps -aq | wc -l)" $(($1 - 1))); do of "$engine" create --network none bench true > /dev/null; done
    done
}

listed() {
    local engine
    for _ in $(seq $((rounds + 2))); do
        for engine in "${engines[@]}"; do time_of "$1" "$engine" ps -a; done
    done
}

prepare_slow() {
    local engine
    head -c 500000000 /dev/urandom > "$work/big"
    for engine in "${engines[@]}"; do
        of "$engine" run --name logged --network none bench sh -c 'yes "a line of a log, as long as lines of logs are wont to be, more or less" | head -c 100000000' \
            > /dev/null
        of "$engine" run --name wide --network none bench sh -c 'mkdir /d; i=0; while [ $i -lt 5000 ]; do echo $i > /d/$i; i=$((i+1)); done'
        of "$engine" run --name heavy --network none bench sh -c 'dd if=/dev/urandom of=/f bs=1000000 count=50 2> /dev/null'
        of "$engine" create --name copied --network none bench true > /dev/null
    done
}

slow_round() {
    local engine
    for engine in "${engines[@]}"; do
        time_of logs "$engine" logs logged
        synced cp-in "$engine" cp "$work/big" copied:/big
        synced cp-out "$engine" cp copied:/big "$work/copy"
        cmp "$work/big" "$work/copy"
        rm "$work/copy"
        synced commit-50 "$engine" commit heavy c
        of "$engine" rmi c > /dev/null
        synced commit-5000 "$engine" commit wide c
        of "$engine" rmi c > /dev/null
        time_of diff "$engine" diff wide
        [ "$(grep -c '/d/' "$work/out")" = 5000 ]
    done
}

# The first rounds fill caches and are not counted.
quick_round
quick_round
rm "$work"/*.times
for _ in $(seq "$rounds"); do quick_round; done
created 10
listed ps-10
created 200
listed ps-200
prepare_slow
slow_round
for name in logs cp-in cp-out commit-50 commit-5000 diff; do rm "$work"/*-"$name".times; done
for _ in $(seq $(((rounds + 2) / 3))); do slow_round; done

table "$rounds"
row run '`run --rm --network none … true`' 0.30,0.48 docker podman
row exec '`exec … true`' 1 docker podman
row run-d '`run -d --network none`' 1 docker podman
row stop '`stop` of a willing process' 1 docker podman
row start '`start`' 1 docker podman
row rm '`rm`' 1 docker podman
row ps-10 '`ps -a`, 10 containers' 1 docker
row ps-200 '`ps -a`, 200 containers' 1 docker
row inspect '`inspect`' 1 docker
row logs '`logs`, 100 MB' 1 docker
row cp-in '`cp` in, 500 MB' 1 docker
row cp-out '`cp` out, 500 MB' 1 docker
row commit-50 '`commit`, 50 MB' 1 docker
row commit-5000 '`commit`, 5,000 files' 1 docker
row diff '`diff`, 5,000 changes' 1 docker
echo

# no_more NAME WHAT MOST: what is measured by itself, in ms.
no_more() {
    local took
    took=$(median "$1" eventdock)
    echo "$2: $took ms, aim: $3"
    if ! awk -v a="$took" -v b="$3" 'BEGIN { exit (a > b) }'; then echo "bench: $2 takes $took ms, more than $3" >&2; missed=1; fi
}

many='i=0; while [ $i -lt 100 ]; do mkdir -p /m/$i; (cd /m/$i; touch $(seq 1000)); i=$((i+1)); done'
for n in 1 2 3; do
    of eventdock create --name "many$n" --network none bench sh -c "$many" > /dev/null
    of eventdock start -a "many$n"
    # What has been recorded when it ended is changed once more, every file of it.
    find "$EVENTDOCK_ROOT/containers/$(of eventdock inspect -f '{{.Id}}' "many$n")/upper/m" -type f -exec touch -d @1 {} +
    sync
    time_of many eventdock diff "many$n"
    [ "$(grep -c '/m/[0-9]*/' "$work/out")" = 100000 ]
    time_of rm-many eventdock rm "many$n"
done
no_more many '`diff` and LayerWritten of 100,000 changed files' 2000
no_more rm-many '`rm` of a layer of 100,000 files' 50

# What is being deleted in the background is no answer to what stays.
for _ in $(seq 120); do
    [ -n "$(ls -A "$EVENTDOCK_ROOT/trash")" ] || break
    sleep 0.5
done
sleep 1

# One container runs. A process of ours is one that runs our binary, or that a command has left behind.
resident=$(for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/exe" 2> /dev/null)" = "$(readlink -f "$eventdock")" ]; then echo "eventdock"; fi
    if [ "$(cat "$process/comm" 2> /dev/null)" = conmon ] && tr '\0' ' ' < "$process/cmdline" | grep -qF "$EVENTDOCK_ROOT"; then echo conmon; fi
done | sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }')
echo "resident with one container running, beside Postgres: $resident, aim: 1 conmon"
if [ "$resident" != '1 conmon' ]; then echo "bench: resident: $resident" >&2; missed=1; fi
exit "$missed"
