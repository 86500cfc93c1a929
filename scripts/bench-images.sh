#!/usr/bin/env bash
# Images in and out beside docker and podman, on the same machine in the same run, one after the other in turn: pull of 30 and of
# 140 MB from a registry on loopback after removal, load and save of 140 MB, rmi; then the peak memory of a pull of 1 GB and the disk
# of 50 containers of one image. IMAGE_ROUNDS (7) rounds, medians. Fails beyond the aims in docs/performance.md. A neighbour that is not
# installed is left out, and so are the aims beside it.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${IMAGE_ROUNDS:-7}
eventdock=${EVENTDOCK_BINARY:-$PWD/bin/eventdock}
. scripts/root.sh
. scripts/engines.sh
. scripts/registry.sh
make_root
dockerd= registry=

end() {
    local status=$?
    trap - EXIT
    set +e
    if [ -n "$registry" ]; then kill "$registry"; wait "$registry"; fi 2>/dev/null
    end_engines
    end_root
    exit "$status"
}
trap end EXIT

start_engines
start_registry "$work/registry"

# files_of BYTES: directories of this machine with the files in them, text and programs mixed, the same ones each time, of about that
# many bytes together.
files_of() {
    find /usr/lib /usr/share -xdev -type f -size -4096k -readable -printf '%s %h\n' 2> /dev/null |
        awk '{ size = $1; sub(/^[0-9]+ /, ""); sum[$0] += size } END { for (d in sum) print sum[d] " " d }' | LC_ALL=C sort -k2 |
        shuf --random-source=<(yes 2> /dev/null) |
        awk -v most="$1" '$1 < most / 10 && sum + $1 <= most { sum += $1; sub(/^[0-9]+ /, ""); print }' |
        while IFS= read -r directory; do
            printf '%s\n' "$directory"
            find "$directory" -maxdepth 1 -type f -size -4096k -readable | LC_ALL=C sort
        done
}

# make_image NAME BYTES LAYERS: an archive as docker saves it, $work/NAME.tar, pushed to the registry as NAME:1. Layers of falling size.
make_image() {
    local stage=$work/make-$1 n=0 first=1 last diffs= layers=
    mkdir -p "$stage"
    files_of "$2" > "$stage/all"
    local count share
    count=$(wc -l < "$stage/all")
    while [ "$n" -lt "$3" ]; do
        share=$((count * ($3 - n) * 2 / ($3 * ($3 + 1))))
        last=$((first + share))
        if [ $((n + 1)) = "$3" ]; then last=$count; fi
        sed -n "${first},${last}p" "$stage/all" > "$stage/list"
        tar -C / --owner=0 --group=0 --numeric-owner --no-recursion --mtime=@1480000000 -cf "$stage/$n.tar" -T "$stage/list" 2> "$stage/tar.log"
        diffs=$diffs${diffs:+,}\"sha256:$(sha256sum < "$stage/$n.tar" | cut -d' ' -f1)\"
        layers=$layers${layers:+,}\"$n.tar\"
        first=$((last + 1)) n=$((n + 1))
    done
    printf '{"architecture":"%s","os":"linux","created":"2016-11-24T15:06:40Z","config":{"Cmd":["true"]},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
        "$(dpkg --print-architecture)" "$diffs" > "$stage/config.json"
    printf '[{"Config":"config.json","RepoTags":["127.0.0.1:%s/%s:1"],"Layers":[%s]}]' "$registry_port" "$1" "$layers" > "$stage/manifest.json"
    (cd "$stage" && tar -cf "$work/$1.tar" manifest.json config.json [0-9]*.tar)
    rm -r "$stage"
    skopeo --insecure-policy copy -q --dest-tls-verify=false "docker-archive:$work/$1.tar" "docker://127.0.0.1:$registry_port/$1:1"
    echo "$1: $(stat -c %s "$work/$1.tar") bytes, $count names, $3 layers" >&2
}

one_round() {
    local engine size
    for size in 30 140; do
        for engine in "${engines[@]}"; do
            synced "pull-$size" "$engine" pull "127.0.0.1:$registry_port/bench$size:1"
            synced "rmi-$size" "$engine" rmi "127.0.0.1:$registry_port/bench$size:1"
        done
    done
    for engine in "${engines[@]}"; do
        synced load "$engine" load -i "$work/bench140.tar"
        synced save "$engine" save -o "$work/saved" "127.0.0.1:$registry_port/bench140:1"
        rm "$work/saved"
        of "$engine" rmi "127.0.0.1:$registry_port/bench140:1" > /dev/null
    done
}

make_image bench30 30000000 5
make_image bench140 140000000 7
"$eventdock" images > /dev/null

# The first round fills caches and is not counted.
one_round
rm "$work"/*.times
for _ in $(seq "$rounds"); do one_round; done

table "$rounds"
row pull-30 '`pull`, 30 MB' 0.8 docker
row pull-140 '`pull`, 140 MB' 0.8 docker
row load '`load`, 140 MB' 0.8 docker podman
row save '`save`, 140 MB' 0.8 docker podman
row rmi-30 '`rmi`, 30 MB' 1 docker
row rmi-140 '`rmi`, 140 MB' 1 docker
echo

if [ -z "${ONLY_TIMES:-}" ]; then
    make_image bench1000 1000000000 8
    rm "$work/bench1000.tar"
    # The most that the process had in memory at once (VmHWM, KiB).
    peak=$(/usr/bin/time -f %M "$eventdock" pull -q "127.0.0.1:$registry_port/bench1000:1" 2>&1 > /dev/null | tail -n 1)
    of eventdock rmi "127.0.0.1:$registry_port/bench1000:1" > /dev/null
    echo "peak memory of a pull of 1 GB: $((peak / 1024)) MB, aim: below 150 MB"
    if [ "$((peak / 1024))" -ge 150 ]; then echo "bench: a pull of 1 GB takes $((peak / 1024)) MB" >&2; missed=1; fi

    # disk_of ENGINE ROOT: KiB of 50 containers of one image, the image's own not counted.
    disk_of() {
        local before n
        of "$1" pull "127.0.0.1:$registry_port/bench30:1" > /dev/null 2>&1
        sync
        before=$(du -sk "${@:2}" | awk '{ sum += $1 } END { print sum }')
        for n in $(seq 50); do of "$1" create --network none "127.0.0.1:$registry_port/bench30:1" true > /dev/null; done
        sync
        du -sk "${@:2}" | awk -v before="$before" '{ sum += $1 } END { print sum - before }'
    }
    ours=$(disk_of eventdock "$EVENTDOCK_ROOT/containers" "$EVENTDOCK_ROOT/layers" "$EVENTDOCK_ROOT/blobs")
    echo "disk of 50 containers: $ours KiB"
    if [ -x /usr/bin/podman ]; then
        theirs=$(disk_of podman "$work/podman")
        echo "disk of 50 containers, podman: $theirs KiB, ratio $(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }'), aim: 1"
        if [ "$ours" -gt "$theirs" ]; then echo "bench: 50 containers take $ours KiB, podman's $theirs" >&2; missed=1; fi
    fi
fi
exit "$missed"
