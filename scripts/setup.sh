#!/usr/bin/env bash
# Installs what is missing and never asks. Arguments name what is needed beyond the engine itself: walk, tests.
set -euo pipefail

engine=(postgresql runc conmon golang-github-docker-docker-dev gcc libc6-dev zlib1g-dev libzstd1 binutils)
walk=(busybox-static docker-registry skopeo)
tests=(docker.io jq less podman)

wanted=("${engine[@]}")
case "${1:-}" in
    walk) wanted+=("${walk[@]}") ;;
    tests) wanted+=("${walk[@]}" "${tests[@]}") ;;
    '') ;;
    *) echo "setup: unknown argument $1 (walk or tests)" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "setup: not root, and missing: ${missing[*]} (apt-get install ${missing[*]})" >&2
        exit 1
    fi

    # A cluster of its own would run beside the private one, for nobody.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
    fi

    echo "setup: installing ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    install_missing() { apt-get install -y --no-install-recommends "${missing[@]}" > "$log" 2>&1; }
    if ! install_missing; then
        { apt-get update && install_missing; } >> "$log" 2>&1 || { tail -n 20 "$log" >&2; rm -f "$log"; exit 1; }
    fi
    rm -f "$log"
fi

# The private cluster runs as a user of its own: not postgres, any of whose processes would be its superuser.
if ! getent passwd eventdock > /dev/null; then
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin eventdock
fi

# Its members may ask the ledger, as the role eventdock_audit (docs/audit-views.md).
if ! getent group eventdock-audit > /dev/null; then
    groupadd --system eventdock-audit
fi
