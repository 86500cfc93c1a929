# A registry on 127.0.0.1 with one image in it, for the walk and the tests. Sourced; sets registry and registry_port.

# start_registry DIRECTORY
start_registry() {
    mkdir -p "$1"
    local try
    for try in 1 2 3 4 5; do
        registry_port=$((20000 + (RANDOM % 20000)))
        cat > "$1/config.yml" <<EOF
version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: $1/data } }
http: { addr: 127.0.0.1:$registry_port }
EOF
        docker-registry serve "$1/config.yml" > "$1/log" 2>&1 &
        registry=$!
        local waited
        for waited in $(seq 100); do
            if (exec 3<> "/dev/tcp/127.0.0.1/$registry_port") 2>/dev/null; then return 0; fi
            kill -0 "$registry" 2>/dev/null || break
            sleep 0.05
        done
        kill "$registry" 2>/dev/null || true
    done
    echo "the registry does not start: $(tail -n 1 "$1/log")" >&2
    return 1
}

# publish_busybox DIRECTORY REPOSITORY:TAG: an image of one layer, busybox and its applets, with `sh` as its command.
publish_busybox() {
    local stage=$1/busybox
    mkdir -p "$stage/root/bin" "$stage/root/etc" "$stage/root/tmp" "$stage/archive"
    chmod 1777 "$stage/root/tmp"
    cp /bin/busybox "$stage/root/bin/busybox"
    local applet
    for applet in $(/bin/busybox --list); do
        [ "$applet" = busybox ] || ln -s busybox "$stage/root/bin/$applet"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' > "$stage/root/etc/passwd"
    printf 'root:x:0:\nnobody:x:65534:\n' > "$stage/root/etc/group"
    tar -C "$stage/root" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1480000000 -cf "$stage/archive/layer.tar" .
    local diff
    diff=$(sha256sum "$stage/archive/layer.tar" | cut -d' ' -f1)
    cat > "$stage/archive/config.json" <<EOF
{"architecture":"$(dpkg --print-architecture)","os":"linux","created":"2016-11-24T15:06:40Z","config":{"Cmd":["sh"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:$diff"]},"history":[{"created":"2016-11-24T15:06:39Z","created_by":"/bin/sh -c #(nop) ADD file:$diff in / "},{"created":"2016-11-24T15:06:40Z","created_by":"/bin/sh -c #(nop)  CMD [\"sh\"]","empty_layer":true}]}
EOF
    printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]\n' "$2" > "$stage/archive/manifest.json"
    tar -C "$stage/archive" -cf "$stage/image.tar" manifest.json config.json layer.tar
    skopeo --insecure-policy copy -q --dest-tls-verify=false "docker-archive:$stage/image.tar" "docker://127.0.0.1:$registry_port/$2"
}
