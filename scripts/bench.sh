#!/usr/bin/env bash
# What is measured beside docker and podman: a container's life, images in and out, and `ps` at 200 running containers. Fails where an aim
# is missed, after all has been measured.
set -euo pipefail
cd "$(dirname "$0")/.."

missed=0
for part in life images ps; do
    echo "== $part"
    "scripts/bench-$part.sh" || missed=1
done
exit "$missed"
