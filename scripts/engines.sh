# EventDock, docker and podman beside one another, each with a root of its own below $work. Sourced after scripts/root.sh by what measures;
# wants work and eventdock set.

# Debian's, whatever other docker may come first on PATH.
docker() { /usr/bin/docker -H "unix://$work/docker.sock" "$@"; }

# With the runtime that the others use, and limits that a host without CAP_SYS_RESOURCE can give.
podman() {
    CONTAINERS_CONF=$work/containers.conf /usr/bin/podman --root "$work/podman" --runroot "$work/podman-run" --storage-driver overlay \
        --cgroup-manager cgroupfs --events-backend none "$@"
}

# start_engines: sets engines to those that are installed. A neighbour that is not is left out, and so are the aims beside it.
start_engines() {
    engines=(eventdock) dockerd=
    if [ -x /usr/bin/docker ] && [ -x /usr/sbin/dockerd ]; then
        engines+=(docker)
        /usr/sbin/dockerd --data-root "$work/docker" --exec-root "$work/docker-run" -H "unix://$work/docker.sock" --pidfile "$work/docker.pid" \
            --bridge=none --iptables=false --ip-forward=false > "$work/docker.log" 2>&1 &
        dockerd=$!
        for _ in $(seq 600); do
            if docker version > /dev/null 2>&1; then break; fi
            kill -0 "$dockerd" 2>/dev/null || break
            sleep 0.1
        done
        docker version > /dev/null || { tail -n 5 "$work/docker.log" >&2; return 1; }
    fi
    if [ -x /usr/bin/podman ]; then
        engines+=(podman)
        printf '[engine]\nruntime = "runc"\n[containers]\nlog_driver = "k8s-file"\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n' \
            > "$work/containers.conf"
    fi
}

# end_engines: the neighbours' containers, dockerd, and what any of them left mounted. The root itself is ended by end_root.
end_engines() {
    local mount
    if [ -n "$dockerd" ]; then docker ps -q | xargs -r /usr/bin/docker -H "unix://$work/docker.sock" kill > /dev/null; fi 2> /dev/null
    if [ -f "$work/containers.conf" ]; then podman kill --all > /dev/null; fi 2> /dev/null
    if [ -n "$dockerd" ]; then kill "$dockerd"; wait "$dockerd"; fi 2> /dev/null
    # A dockerd that was ended before it was ready may leave its namespaces' mounts.
    awk -v below="$work/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r |
        grep -v "^$EVENTDOCK_ROOT/" | while read -r mount; do umount -l "$mount"; done
}

# of ENGINE COMMAND…
of() {
    case $1 in
        eventdock) shift; "$eventdock" "$@" ;;
        podman) shift; if [ "$1" = pull ]; then shift; podman pull --tls-verify=false "$@"; else podman "$@"; fi ;;
        docker) shift; docker "$@" ;;
    esac
}

# time_of NAME ENGINE COMMAND…: adds one line, milliseconds. A command that fails ends the run.
time_of() {
    local list=$work/$2-$1.times from
    shift
    from=$(date +%s%N)
    of "$@" > "$work/out" 2> "$work/err" || { cat "$work/err" >&2; return 1; }
    echo $((($(date +%s%N) - from) / 1000)) | awk '{ printf "%.1f\n", $1 / 1000 }' >> "$list"
}

# synced NAME ENGINE COMMAND…: the same for what makes its own bytes durable: what others have left to be written is written before.
synced() {
    sync
    time_of "$@"
}

median() { sort -n "$work/$2-$1.times" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# table ROUNDS: the head of one.
table() {
    missed=0
    echo "$("$eventdock" version --format '{{.Build}}'); $(nproc) processors; load $(cut -d' ' -f1 /proc/loadavg); $1 rounds, medians in ms"
    echo
    echo '| command | EventDock | docker | podman | EventDock / docker | EventDock / podman | aim |'
    echo '|---|---|---|---|---|---|---|'
}

# beside NAME ENGINE AIM: sets missed where EventDock takes more than AIM times what that engine does.
beside() {
    [ -f "$work/$2-$1.times" ] || return 0
    awk -v a="$(median "$1" eventdock)" -v b="$(median "$1" "$2")" -v aim="$3" 'BEGIN { exit (a > b * aim) }' && return
    echo "bench: $1 takes more than $3 x $2's time" >&2
    missed=1
}

# row NAME TITLE AIM ENGINE…: a line of the table, with an aim beside each of the engines; several: beside the better of them, where the
# aim is one number, and beside each its own, where it is one for each (0.30,0.48).
row() {
    local name=$1 title=$2 aims ours docker=- podman=- engine aim said=
    IFS=, read -r -a aims <<< "$3"
    shift 3
    ours=$(median "$name" eventdock)
    if [ -f "$work/docker-$name.times" ]; then docker=$(median "$name" docker); fi
    if [ -f "$work/podman-$name.times" ]; then podman=$(median "$name" podman); fi
    if [ $# -gt 1 ] && [ ${#aims[@]} -eq 1 ]; then
        said="${aims[0]} x the better"
        engine=docker
        if [ "$docker" = - ] || awk -v d="$docker" -v p="$podman" 'BEGIN { exit !(p != "-" && p + 0 < d + 0) }'; then engine=podman; fi
        beside "$name" "$engine" "${aims[0]}"
    else
        for engine in "$@"; do
            aim=${aims[0]}
            aims=("${aims[@]:1}")
            said=$said${said:+, }"$aim x $engine"
            beside "$name" "$engine" "$aim"
        done
    fi
    awk -v t="$title" -v a="$ours" -v d="$docker" -v p="$podman" -v said="$said" 'BEGIN {
        printf "| %s | %s | %s | %s | %s | %s | %s |\n", t, a, d, p, d == "-" ? "" : sprintf("%.2f", a / d), p == "-" ? "" : sprintf("%.2f", a / p), said }'
}
