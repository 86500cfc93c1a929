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
    # IL2104 and IL3053 are about LanguageExt.Core's own reflection, none of which is reached from here.
    dotnet publish src/Cli/Cli.csproj -c Release -r "$rid" -o artifacts/publish --nologo -v quiet \
        -p:EventDockTarget="$target" -p:NoWarn='IL2104%3BIL3053%3BIL3000' "$@" >> "$log" 2>&1
}

native=(-p:PublishAot=true -p:CppCompilerAndLinker=gcc -p:StripSymbols=true -p:IlcDehydrate=false
        -p:PositionIndependentExecutable=false -p:OptimizationPreference=Speed)

# A pack that is not in the registry is known at restore, before anything is compiled.
restores() { dotnet restore src/Cli/Cli.csproj -r "$rid" --nologo -v quiet -p:EventDockTarget="$1" -p:PublishAot=true >> "$log" 2>&1; }

if restores net10.0 && publish net10.0 "${native[@]}"; then
    kind='native, net10.0'
elif restores net9.0 && publish net9.0 "${native[@]}"; then
    kind='native, net9.0'
elif publish net10.0 --self-contained false -p:PublishReadyToRun=true -p:PublishReadyToRunExclude=LanguageExt.Core.dll \
         -p:PublishSingleFile=true; then
    kind='ReadyToRun, net10.0'
else
    grep -E 'error|warning' "$log" | sort -u | head -n 20 >&2
    echo "build: failed; the whole log is in $log" >&2
    exit 1
fi

install -m 0755 artifacts/publish/eventdock bin/eventdock.new
mv bin/eventdock.new bin/eventdock
echo "$stamp" > bin/.stamp
echo "build: bin/eventdock ($kind)" >&2
