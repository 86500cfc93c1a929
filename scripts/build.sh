#!/usr/bin/env bash
# Makes bin/eventdock: native for net10.0 where its runtime pack can be restored, else native for net9.0, else ReadyToRun.
# `eventdock version` says which it was. Why: docs/decisions/0002-native-build.md.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

mkdir -p artifacts bin
log=artifacts/build.log
: > "$log"

# Everything the binary is made of; if nothing has changed, neither has the binary.
stamp=$( { git ls-files -z --cached --others --exclude-standard -- src Directory.*.props global.json scripts/build.sh 2>/dev/null ||
           find src Directory.*.props global.json scripts/build.sh -type f -print0; } |
         sort -z | xargs -0 sha256sum 2>/dev/null | sha256sum | cut -d' ' -f1)
if [ -x bin/eventdock ] && [ "$(cat bin/.stamp 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

case "$(uname -m)" in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) echo "build: no runtime for $(uname -m)" >&2; exit 1 ;;
esac

publish() { # target framework, then properties
    local target=$1
    shift
    rm -rf artifacts/publish
    # IL2104 and IL3053 are about libraries' own reflection, none of which is reached from here.
    dotnet publish src/Cli/Cli.csproj -c Release -r "$rid" -o artifacts/publish --nologo -v quiet \
        -p:EventDockTarget="$target" -p:NoWarn='IL2104%3BIL3053%3BIL3000' "$@" >> "$log" 2>&1
}

native=(-p:PublishAot=true -p:EventDockNative=true -p:CppCompilerAndLinker=gcc -p:NativeDebugSymbols=false -p:IlcDehydrate=false
        -p:PositionIndependentExecutable=false)

# A pack that is not in the registry is known at restore, before anything is compiled.
restores() { dotnet restore src/Cli/Cli.csproj -r "$rid" --nologo -v quiet -p:EventDockTarget="$1" -p:PublishAot=true -p:EventDockNative=true >> "$log" 2>&1; }

# What does not restore is passed over; what restores and does not compile is a mistake, and not passed over.
if restores net10.0; then
    kind='native, net10.0'
    attempt() { publish net10.0 "${native[@]}"; }
elif restores net9.0; then
    kind='native, net9.0'
    attempt() { publish net9.0 "${native[@]}"; }
else
    kind='ReadyToRun, net10.0'
    attempt() {
        publish net10.0 --self-contained false -p:PublishReadyToRun=true -p:PublishReadyToRunExclude=LanguageExt.Core.dll \
            -p:PublishSingleFile=true
    }
fi

if ! attempt; then
    grep -E 'error|warning' "$log" | grep -v NU1101 | sort -u | head -n 20 >&2
    echo "build: failed ($kind); the whole log is in $log" >&2
    exit 1
fi

install -m 0755 artifacts/publish/eventdock bin/eventdock.new
mv bin/eventdock.new bin/eventdock
echo "$stamp" > bin/.stamp
echo "build: bin/eventdock ($kind)" >&2
