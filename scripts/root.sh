# A root of a script's own, in a new directory, and its end with all that it holds. Sourced; wants eventdock set to the binary.

# make_root: sets work, and EVENTDOCK_ROOT and EVENTDOCK_CONFIG below it.
make_root() {
    work=$(mktemp -d)
    # The private cluster's own user has its place below.
    chmod 711 "$work"
    export EVENTDOCK_ROOT=$work/root EVENTDOCK_CONFIG=$work/config.json
    printf '{}\n' > "$EVENTDOCK_CONFIG"
}

remove_containers() {
    local id
    "$eventdock" ps -aq 2>/dev/null | while read -r id; do "$eventdock" rm -f "$id" > /dev/null 2>&1; done
}

end_root() {
    local run
    remove_containers
    "$eventdock" db stop > /dev/null 2>&1
    run=$(printf '%s' "$EVENTDOCK_ROOT" | sha256sum | cut -c1-8)
    rm -rf "/run/eventdock/$run"
    find /sys/fs/cgroup -depth -type d \( -path "*/eventdock/$run*" -o -name "eventdock-pg-$run" \) -exec rmdir {} + 2>/dev/null
    rm -rf "$work"
}
