# Parts of the soak: what must be so whatever is killed and whoever is quicker. Sourced by soak.sh, whose check, race and places it uses.

life() {
    echo '== a container'"'"'s life, killed at each point; reboots, killed neighbours, a full disk'
    built tests/Cli || exit 1
    check 'each verb, killed at each of its points' env EVENTDOCK_TEST_KILLS=all EVENTDOCK_TEST_LOAD_SECONDS=20 EVENTDOCK_TEST_BINARY="$eventdock" \
        dotnet test tests/Cli --no-build --nologo -v quiet \
        --filter 'FullyQualifiedName~KilledLifeTests|FullyQualifiedName~RebootTests|FullyQualifiedName~KilledNeighbourTests|FullyQualifiedName~LoopDiskTests'
}

looper() {
    local n
    for n in $(seq 50); do
        "$eventdock" run --rm --network none "$image" sh -c "echo $1.$n > /mine; cat /mine" 2>&1 || echo "exit code $?"
    done > "$work/looper.$1"
}

ours() { # processes of this root other than the server
    local pid
    for pid in /proc/[0-9]*; do
        cat "$pid/cmdline" 2>/dev/null | tr '\0' ' ' | grep -F "/run/eventdock/$run/c/"
    done
}

groups() { find /sys/fs/cgroup -mindepth 3 -maxdepth 4 -type d -path "*/eventdock/$run/*" ! -name conmon; }
bundles() { ls -A "/run/eventdock/$run/c"; }
directories() { ls -A "$EVENTDOCK_ROOT/containers"; }

# Of the names that containers have had, those that two have had at one time: newest first comes the log, and so does a removal.
twice_named() {
    "$eventdock" log 2>/dev/null | tac | grep -o -E 'Container(Created|Removed) .*' | awk '
        $1 == "ContainerCreated" { if ($3 in holder) print $3; holder[$3] = $2; name[$2] = $3 }
        $1 == "ContainerRemoved" { delete holder[name[$2]] }'
}

removed_so_far() { "$eventdock" log --type ContainerRemoved 2>/dev/null | wc -l; }

nothing_at_all() {
    nothing_is_left "$1"
    check "after $1 no process is left" empty "$(ours)"
    check "after $1 no control group is left" empty "$(groups)"
    check "after $1 no bundle is left" empty "$(bundles)"
    check "after $1 no container's directory is left" empty "$(directories)"
    check "after $1 the store is sound" "$eventdock" check
    check "after $1 the ledger is whole" "$eventdock" ledger verify
}

loops() {
    echo '== 32 loops of run --rm'
    run=$(printf '%s' "$EVENTDOCK_ROOT" | sha256sum | cut -c1-8)
    local before
    before=$(removed_so_far)
    workers=()
    for w in $(seq 32); do looper "$w" & workers+=($!); done
    wait "${workers[@]}"
    for w in $(seq 32); do
        check "loop $w: every run gave its own answer" equal "$(for n in $(seq 50); do echo "$w.$n"; done)" "$(cat "$work/looper.$w")"
    done
    check 'with --rm no container is left' empty "$("$eventdock" ps -aq)"
    check 'no name was given twice at one time' empty "$(twice_named)"
    check 'each run has its container in the log' equal "$(($(removed_so_far) - before))" 1600
    nothing_at_all '1,600 runs'
}

one_of() { # exit codes as they are, then "codes pattern file" of what is allowed, three words each
    local codes=$1
    shift
    while [ $# -gt 0 ]; do
        if [ "$codes" = "$1" ] && { [ -z "$2" ] || grep -q "$2" "$work/$3"; }; then return 0; fi
        shift 3
    done
    echo "exit codes $codes"; cat "$work/first" "$work/second"
    return 1
}

committed() { # exit code of commit, name: the image is there, and whole, or it is not there
    if [ "$1" = 0 ]; then
        equal written "$("$eventdock" run --rm --network none "$2" cat /file)"
    else
        empty "$("$eventdock" images -q "$2")"
    fi
}

pairs() {
    echo '== races, 200 rounds of each of four pairs'
    run=$(printf '%s' "$EVENTDOCK_ROOT" | sha256sum | cut -c1-8)
    tar -C "$work/busybox/root" -cf "$work/race.tar" .
    for n in $(seq "${ROUNDS:-200}"); do
        id=$("$eventdock" import "$work/race.tar" "race:$n" 2>/dev/null)
        one=(run --network none "$id" true) other=(rmi "race:$n")
        race
        check "round $n of run and rmi: one of them wins, and the other says why" one_wins "$first" "$second" "$id"
        check "round $n of run and rmi: the store is sound" "$eventdock" check
        remove_containers
        "$eventdock" rmi "race:$n" > /dev/null 2>&1
    done
    for n in $(seq "${ROUNDS:-200}"); do
        one=(run -d --network none --name taken "$image" sleep 600) other=("${one[@]}")
        race
        check "round $n for a name: one of them gets it" one_of "$first $second" '0 125' 'is taken' second '125 0' 'is taken' first
        check "round $n for a name: one container has it" equal 'taken running' "$("$eventdock" ps -a --format '{{.Names}} {{.State}}')"
        check "round $n for a name: the store is sound" "$eventdock" check
        remove_containers
    done
    for n in $(seq "${ROUNDS:-200}"); do
        "$eventdock" run -d --network none --name raced "$image" sleep 600 > /dev/null
        one=(exec raced sh -c 'echo x > /x; exit 5') other=(rm -f raced)
        race
        check "round $n of exec and rm: it has run, was ended, or found none" one_of "$first $second" '5 0' '' first '137 0' '' first \
            '1 0' 'no such container: raced' first '1 0' 'not running' first '126 0' '' first
        check "round $n of exec and rm: no container is left" empty "$("$eventdock" ps -aq)"
        check "round $n of exec and rm: the store is sound" "$eventdock" check
    done
    for n in $(seq "${ROUNDS:-200}"); do
        id=$("$eventdock" run -d --network none --name raced "$image" sh -c 'echo written > /file; sleep 600')
        # It runs, and has not written yet: what is committed is to be there.
        until [ -s "$EVENTDOCK_ROOT/containers/$id/upper/file" ]; do sleep 0.01; done
        one=(commit raced "committed:$n") other=(rm -f raced)
        race
        check "round $n of commit and rm: it is made, or there is none" one_of "$first $second" '0 0' '' first '1 0' 'no such container' first
        check "round $n of commit and rm: what was made is whole" committed "$first" "committed:$n"
        check "round $n of commit and rm: no container is left" empty "$("$eventdock" ps -aq)"
        check "round $n of commit and rm: the store is sound" "$eventdock" check
        "$eventdock" rmi "committed:$n" > /dev/null 2>&1
    done
    nothing_at_all '800 races'
}
