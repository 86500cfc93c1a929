#!/usr/bin/env bash
# Stores a ledger as this version writes it, with a running container and one of every kind of thing in it, for the tests of all
# later versions: tests/Adapters/Stored/schema-N.dump, N the version of its tables. Once for each that ships (ARCHITECTURE.md).
#   scripts/store-ledger.sh [BINARY [DIRECTORY]]
set -euo pipefail
cd "$(dirname "$0")/.."

eventdock=$(realpath "${1:-bin/eventdock}")
into=$(realpath "${2:-tests/Adapters/Stored}")
. scripts/root.sh
make_root

end() {
    local status=$?
    trap - EXIT
    set +e
    end_root
    exit "$status"
}
trap end EXIT

# expect CODE COMMAND...: a refusal is an event, too.
expect() {
    local code=0
    "$eventdock" "${@:2}" > "$work/said" 2>&1 || code=$?
    if [ "$code" != "$1" ]; then
        echo "store-ledger: eventdock ${*:2}: exit code $code" >&2
        cat "$work/said" >&2
        exit 1
    fi
}

# ask SQL: of the ledger's tables, as their owner.
ask() { psql -qAtX -v ON_ERROR_STOP=1 -d "$("$eventdock" db url)" -c "$1"; }

# archive NAME TEXT: a root file system with busybox in it.
archive() {
    mkdir -p "$work/$1/bin" "$work/$1/tmp"
    cp "$(command -v busybox)" "$work/$1/bin/busybox"
    for applet in sh sleep cat rm; do ln -s busybox "$work/$1/bin/$applet"; done
    printf '%s\n' "$2" > "$work/$1/release"
    tar -C "$work/$1" -cf "$work/$1.tar" .
}

archive first 'the first'
archive second 'the second'
expect 0 import "$work/first.tar" base:1
expect 0 tag base:1 moving:latest
expect 0 import "$work/second.tar" base:2
expect 0 tag base:2 moving:latest
expect 0 tag base:2 gone:latest
expect 0 rmi gone:latest

mkdir "$work/context"
printf 'hello\n' > "$work/context/greeting"
printf 'FROM base:1\nCOPY greeting /\nRUN cat /greeting > /said\nCMD ["cat", "/said"]\n' > "$work/context/Dockerfile"
expect 0 build -t built "$work/context"

expect 0 run -d --name running -e SECRET=hidden built sleep 1000000
expect 0 exec running sh -c 'echo "a \"quoted\" word" > "/tmp/é" && rm /release'
expect 7 exec running sh -c 'exit 7'
expect 3 run --name exited base:2 sh -c 'echo written > /tmp/file; exit 3'
expect 127 run --name failed base:2 /nosuch
expect 0 create --name created base:1 sleep 1
expect 0 run -d --name removed base:2 sh -c 'echo written > /tmp/file; sleep 1000000'
expect 0 exec removed cat /tmp/file
expect 0 rm -f removed
expect 1 rm nosuch
expect 1 rmi built

# Another program's event, which the next append finds.
ask "insert into eventdock.mt_streams (id, version) values ('order-1', 1);
    insert into eventdock.mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
        select position + 1, gen_random_uuid(), 'order-1', 1, '{}', 'order_placed', 'Shop.OrderPlaced, Shop' from eventdock.head"
expect 0 tag base:2 after:foreign
expect 0 ledger checkpoint
expect 0 ledger redact "$(ask "select max(seq_id) from eventdock.mt_events where type = 'layer_written'")" --data --reason 'a name that got in'
expect 0 ledger redact "$(ask "select min(seq_id) from eventdock.mt_events where type = 'command_refused'")" --reason 'who it was'
# Two segments: the rows of one are dropped, those of the other stay.
expect 0 ledger seal --before 9 --drop
expect 0 ledger seal --before 17
expect 0 tag base:1 after:all
expect 0 ledger checkpoint
expect 0 ledger verify --views

version=$(ask 'select max(version) from eventdock.migrations')
rm -rf "$into/schema-$version."{dump,key,segments}
expect 0 db backup "$into/schema-$version.dump"
chmod 0644 "$into/schema-$version.dump"
"$eventdock" ledger key > "$into/schema-$version.key"
mkdir "$into/schema-$version.segments"
for segment in "$EVENTDOCK_ROOT"/segments/*.gz; do
    install -m 0644 "$segment" "$into/schema-$version.segments/"
done
