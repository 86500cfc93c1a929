#!/usr/bin/env bash
# The tutorial, on real parts: every command is printed, then what it says. Offline on any machine: a busybox image is served
# as node:6.9.2 by a registry on 127.0.0.1 that this walk starts and ends. IMAGE=docker.io/library/node:22 pulls for real.
set -euo pipefail
cd "$(dirname "$0")/.."

eventdock=$PWD/bin/eventdock
. scripts/root.sh
make_root
export EVENTDOCK_PAGER=
registry=

end() {
    local status=$?
    trap - EXIT
    set +e
    if [ -n "$registry" ]; then kill "$registry" 2>/dev/null; wait "$registry" 2>/dev/null; fi
    end_root
    exit "$status"
}
trap end EXIT

say() { printf '\n# %s\n' "$*"; }
run() { # prints the command as one would type it, then runs it
    printf '\n$ eventdock'
    printf ' %s' "$@"
    printf '\n'
    "$eventdock" "$@"
}
# A command that wants a terminal gets one, also where this script has none (the pull then shows itself in plain lines).
run_on_terminal() {
    printf '\n$ eventdock'
    printf ' %s' "$@"
    printf '\n'
    if [ -t 0 ] && [ -t 1 ]; then
        "$eventdock" "$@"
    else
        local shown code=0
        shown=$(script -qec "$(printf '%q ' "$eventdock" "$@") 2> $work/stderr" /dev/null < /dev/null | tr -d '\r') || code=$?
        cat "$work/stderr"
        printf '%s\n' "$shown"
        return "$code"
    fi
}

image=${IMAGE:-node:6.9.2}
command='node server.js'
container='node -e console.log(process.version)'
if [ -z "${IMAGE:-}" ]; then
    . scripts/registry.sh
    start_registry "$work/registry"
    publish_busybox "$work" library/node:6.9.2
    printf '{ "registry-mirrors": ["http://127.0.0.1:%s"] }\n' "$registry_port" > "$EVENTDOCK_CONFIG"
    command='cat server.js'
    container='echo a thin layer over an image'
fi

say '1. A new installation: headers only'
run images
run ps

say '2. Build an image: every instruction a history entry, one that changes files a layer'
mkdir "$work/hello"
printf "console.log('hello from a layer')\n" > "$work/hello/server.js"
printf 'FROM %s\nCOPY server.js .\nCMD %s\n' "$image" "$command" > "$work/hello/Dockerfile"
cd "$work/hello"
printf '\n$ cat Dockerfile\n'
cat Dockerfile
run build -t hello .
run run --rm hello
run build -t hello .

say '3. Run an image that is not here: it is pulled, then runs on a terminal'
run rmi hello
run rmi "$image"
# shellcheck disable=SC2086
run_on_terminal run -it --name first "$image" $container

say '4. A second container of the same image: one image, two thin layers'
run run -d "$image" sleep 300
run images
run ps -a

say '5. Each container writes to its own thin layer'
second=$("$eventdock" ps -q)
run exec "$second" sh -c 'echo mine > /mine'
run exec "$second" ls /mine
run run --rm "$image" ls /mine || true
run logs first
run start -a first

say '6. How an image was made'
run build -q -t hello .
run history hello

say '7. Removal: the thin layer goes with its container, the image stays'
run rm "$second" || true
run rm -f "$second"
run rm first
run images

say '8. A prefix of an id is enough, when it is the only one'
run inspect -f '{{.Id}}' "$("$eventdock" images -q hello | cut -c1-6)"

say 'Everything above is an event'
run log
run ps --as-of "$("$eventdock" log --type ContainerStarted --format json | head -n 1 | sed -E 's/.*"Position":([0-9]+).*/\1/')"
run rebuild
