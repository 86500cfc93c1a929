#!/usr/bin/env bash
# What takes long: the walk again and again, many runs at once, commands that are killed in the middle, races. Under 45 minutes.
# The last line counts the checks. SEED repeats the same random moments; arguments name parts: walks, many,
# loops, kills, points, life, pairs, removals, appends, tamperings, histories, archives, docker.
set -uo pipefail
cd "$(dirname "$0")/.."

eventdock=$PWD/bin/eventdock
. scripts/root.sh
make_root
passed=0 failed=0
seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "seed $seed"

end() {
    trap - EXIT
    # The registry, and what still runs where the script was ended from outside.
    jobs -p | xargs -r kill 2>/dev/null
    wait
    end_root
    if [ "$failed" -gt 0 ]; then echo "to repeat: SEED=$seed scripts/soak.sh"; fi
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}
trap end EXIT

# check WHAT COMMAND…: what is claimed, and a command that fails where it is not so; what the command says is shown then.
check() {
    local what=$1 said
    shift
    if said=$("$@" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n%s\n' "$what" "$said"
    fi
}

# built PROJECT…: the two halves of the soak build the same projects.
built() { mkdir -p artifacts && flock -o artifacts/build.lock dotnet build --nologo -v quiet "$@"; }

equal() { [ "$1" = "$2" ] || { diff <(echo "$1") <(echo "$2"); return 1; }; }
empty() { [ -z "$1" ] || { echo "$1"; return 1; }; }
mounts() { awk -v below="$EVENTDOCK_ROOT/" 'index($2, below) == 1 { print $2 }' /proc/mounts; }
leftovers() { ls -A "$EVENTDOCK_ROOT/staging" "$EVENTDOCK_ROOT/trash" | grep -v -e '^$' -e ':$'; }
shown() { "$eventdock" ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.Image}} {{.State}}'; "$eventdock" images -a --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}} {{.Size}}'; }

nothing_is_left() {
    remove_containers
    # A changing command clears what dead ones left; conmon's last words may still be on their way.
    sleep 1
    "$eventdock" tag "$image" "$image" > /dev/null
    check "after $1 no container is left" empty "$("$eventdock" ps -aq)"
    check "after $1 no mount is left" empty "$(mounts)"
    check "after $1 no staging or trash name is left" empty "$(leftovers)"
}

. scripts/registry.sh
. scripts/soak-crash.sh
start_registry "$work/registry" || exit 1
publish_busybox "$work" library/node:6.9.2
printf '{ "registry-mirrors": ["http://127.0.0.1:%s"] }\n' "$registry_port" > "$EVENTDOCK_CONFIG"
image=node:6.9.2
"$eventdock" pull -q "$image" > /dev/null || exit 1

walks() {
    echo '== the walk'
    for n in 1 2 3; do
        check "walk $n" env -u EVENTDOCK_ROOT -u EVENTDOCK_CONFIG scripts/walk.sh
    done
}

worker() {
    local n
    for n in $(seq 25); do
        "$eventdock" run --rm --network none "$image" sh -c "echo $1.$n > /mine; cat /mine" 2>&1 || echo "exit code $?"
    done > "$work/worker.$1"
}

many() {
    echo '== many runs at once'
    workers=()
    for w in $(seq 8); do worker "$w" & workers+=($!); done
    wait "${workers[@]}"
    for w in $(seq 8); do
        check "worker $w: every run gave its own answer" equal "$(for n in $(seq 25); do echo "$w.$n"; done)" "$(cat "$work/worker.$w")"
    done
    check 'with --rm no container is left' empty "$("$eventdock" ps -aq)"
    nothing_is_left '200 runs'
}

prepare() { # what must be so before the command, quietly
    case $1 in
        build) head -c 200000 /dev/urandom > "$work/context/file" ;;
        pull) remove_containers; "$eventdock" rmi -f killed > /dev/null 2>&1; "$eventdock" rmi -f "$image" > /dev/null ;;
        rm) victim=$("$eventdock" run -d --network none "$image" sleep 600) ;;
    esac
}

carry_out() {
    case $1 in
        run) exec "$eventdock" run --rm --network none "$image" sh -c 'echo done > /file' ;;
        build) exec "$eventdock" build -q -t killed "$work/context" ;;
        pull) exec "$eventdock" pull -q "$image" ;;
        rm) exec "$eventdock" rm -f "$victim" ;;
    esac
}

removed() { # removed by the killed command already, or by this one
    carried=$( (carry_out rm) 2>&1) || grep -q 'no such container' <<< "$carried" || { echo "$carried"; return 1; }
    empty "$("$eventdock" ps -aq --no-trunc | grep -x "$victim")"
}

kills() {
    echo '== killed in the middle'
    mkdir "$work/context"
    printf 'FROM %s\nCOPY file .\nRUN cat file > copy\nCMD cat copy\n' "$image" > "$work/context/Dockerfile"
    for verb in run build pull rm; do
        prepare "$verb"
        from=$(date +%s%N)
        (carry_out "$verb") > /dev/null 2>&1
        whole=$((($(date +%s%N) - from) / 1000))
        for n in $(seq 10); do
            prepare "$verb"
            moment=$((whole * (RANDOM % 1000) / 1000))
            (carry_out "$verb") > /dev/null 2>&1 &
            killed=$!
            sleep "$(awk -v us="$moment" 'BEGIN { printf "%.6f", us / 1000000 }')"
            kill -9 "$killed" 2>/dev/null
            wait "$killed" 2>/dev/null
            if [ "$verb" = rm ]; then
                check "rm again, after a kill at $moment us" removed
            else
                check "$verb again, after a kill at $moment us" carry_out "$verb"
            fi
            # What the killed run had started is left to end, so that the two answers are about the same moment.
            for _ in $(seq 100); do
                [ -n "$("$eventdock" ps -q)" ] || break
                sleep 0.1
            done
            before=$(shown)
            check "rebuild, after $verb was killed at $moment us" "$eventdock" rebuild
            check "rebuilt views are those kept up to date, after $verb was killed at $moment us" equal "$before" "$(shown)"
        done
    done
    nothing_is_left '40 kills'
}

one_wins() { # exit codes of run and rmi, the image's id
    case "$1 $2" in
        '0 1') grep -q 'in use' "$work/second" && "$eventdock" ps -aq --no-trunc | grep -q . ;;
        '125 0') empty "$("$eventdock" ps -aq)$("$eventdock" images -aq --no-trunc | grep -x "$3")" ;;
        *) echo "run: exit code $1, rmi: exit code $2"; cat "$work/first" "$work/second"; false ;;
    esac
}

race() { # two commands as words in two arrays; sets first and second to their exit codes
    "$eventdock" "${one[@]}" > "$work/first" 2>&1 &
    local a=$!
    # Which of them is ahead is left to chance.
    sleep "0.$(printf '%03d' $((RANDOM % 60)))"
    "$eventdock" "${other[@]}" > "$work/second" 2>&1
    second=$?
    wait "$a"
    first=$?
}

ran_or_refused() { # exit codes of run and prune
    case "$1 $2" in
        '0 0') true ;;
        '125 0') grep -q -e 'no such image' -e 'cannot be reached' "$work/first" ;;
        *) echo "run: exit code $1, prune: exit code $2"; cat "$work/first" "$work/second"; false ;;
    esac
}

# A name that is gone when rmi comes is the only reason for it to fail.
removed_or_missing() { [ "$1" = 0 ] || grep -q 'no such image' "$work/second" || { cat "$work/second"; false; }; }

removals() {
    echo '== removals beside pull and run'
    # Each round begins with the image here or not, in turn.
    for n in $(seq 50); do
        [ $((n % 2)) = 0 ] || "$eventdock" rmi -f "$image" > /dev/null 2>&1
        one=(pull -q "$image") other=(image prune -af)
        race
        check "round $n of pull and prune: both come to their end" equal '0 0' "$first $second"
        check "round $n of pull and prune: the store is sound" "$eventdock" check
    done
    for n in $(seq 50); do
        [ $((n % 2)) = 0 ] || "$eventdock" pull -q "$image" > /dev/null
        one=(pull -q "$image") other=(rmi "$image")
        race
        check "round $n of pull and rmi: the image is pulled" equal 0 "$first"
        check "round $n of pull and rmi: rmi removes it or finds none" removed_or_missing "$second"
        check "round $n of pull and rmi: the store is sound" "$eventdock" check
    done
    tar -C "$work/busybox/root" -cf "$work/race.tar" .
    for n in $(seq 50); do
        "$eventdock" import "$work/race.tar" "race:$n" > /dev/null 2>&1
        one=(run --network none --rm "race:$n" true) other=(image prune -af)
        race
        check "round $n of run and prune: it runs, or is told that the image has gone" ran_or_refused "$first" "$second"
        check "round $n of run and prune: the store is sound" "$eventdock" check
        remove_containers
    done
    "$eventdock" pull -q "$image" > /dev/null
    nothing_is_left '150 removals'
    built tests/Cli || exit 1
    check '50 rounds each of six pairs, two of them beside build and load' env EVENTDOCK_TEST_ROUNDS=50 EVENTDOCK_TEST_BINARY="$eventdock" \
        dotnet test tests/Cli --no-build --nologo -v quiet --filter FullyQualifiedName~RaceTests
}

appends() {
    echo '== appends while connections are cut and the server is killed'
    local bench=artifacts/bin/net10.0/Bench/Release/net10.0/EventDock.Tests.Bench.dll
    check 'the trial builds' built tests/Bench -c Release
    check '32 writers, 500 commands each, on 20 streams' dotnet "$bench" append-soak "$seed"
}

points() {
    echo '== killed at each point'
    built tests/Cli || exit 1
    check 'each command, killed at each of its points' env EVENTDOCK_TEST_KILLS=all EVENTDOCK_TEST_BINARY="$eventdock" \
        dotnet test tests/Cli --no-build --nologo -v quiet --filter FullyQualifiedName~KilledTests
}

tamperings() {
    echo '== changes straight in SQL'
    built tests/Adapters || exit 1
    check '1,000 changes, each found and called by its name' env EVENTDOCK_TAMPERINGS=1000 \
        dotnet test tests/Adapters --no-build --nologo -v quiet --filter FullyQualifiedName~LedgerTamperTests.Every_single_change
    check 'imports that end at each of their points' \
        dotnet test tests/Adapters --no-build --nologo -v quiet --filter FullyQualifiedName~LedgerImportFaultTests
}

histories() {
    echo '== random histories, asked as of every position'
    built tests/Adapters || exit 1
    check '50 histories each of three laws' env EVENTDOCK_HISTORIES=50 \
        dotnet test tests/Adapters --no-build --nologo -v quiet --filter FullyQualifiedName~PastLawsTests
}

archives() {
    echo '== archives with something changed at random'
    built tests/Adapters || exit 1
    check '6,000 archives, each read or refused by one error, nothing left of any' env EVENTDOCK_FUZZ_CASES=6000 \
        dotnet test tests/Adapters --no-build --nologo -v quiet --filter FullyQualifiedName~ArchiveFuzzTests
}

docker() {
    echo '== command lines beside docker'
    built tests/Cli || exit 1
    check 'each line of each script answers as docker does' env EVENTDOCK_TEST_BINARY="$eventdock" \
        dotnet test tests/Cli --no-build --nologo -v quiet --filter 'FullyQualifiedName~SandboxDocker|FullyQualifiedName~FlagDocker|FullyQualifiedName~LifeDocker|FullyQualifiedName~DockerThin'
}

parts=("$@")
if [ ${#parts[@]} -eq 0 ]; then
    # Two halves at once, each with a root of its own: alone, either would leave a processor idle.
    parts=(walks many loops kills pairs removals)
    SEED=$((seed + 1)) scripts/soak.sh points life appends tamperings histories archives docker > artifacts/soak.beside 2>&1 &
    beside=$!
fi
for part in "${parts[@]}"; do
    case $part in
        walks | many | loops | kills | points | life | pairs | removals | appends | tamperings | histories | archives | docker) "$part" ;;
        *) check "a part named $part" false ;;
    esac
done
if [ -n "${beside:-}" ]; then
    wait "$beside"
    cat artifacts/soak.beside
    [[ $(tail -n 1 artifacts/soak.beside) =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] || BASH_REMATCH=(none 0 1)
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
fi
