namespace EventDock.Adapters.Postgres;

/// <summary>The cluster's configuration, as text.</summary>
internal static class ClusterFiles
{
    /// <summary>
    /// Small, quick to start, and for one machine: no TCP, no replication, no parallel workers, no JIT (its warm-up costs more
    /// than any query here). The language of the functions is loaded once, and not by each connection. fsync and synchronous_commit
    /// stay on: an event that was confirmed is on disk.
    /// </summary>
    public static string Settings(ClusterPlace place) =>
        $"""
        # Written by eventdock at every start: changes made here are lost.
        listen_addresses = ''
        port = 5432
        unix_socket_directories = '{ListQuoted(place.Sockets)}, {ListQuoted(place.AuditSockets)}'
        max_connections = 100
        shared_buffers = 32MB
        huge_pages = off
        fsync = on
        synchronous_commit = on
        wal_level = minimal
        max_wal_senders = 0
        min_wal_size = 32MB
        max_wal_size = 256MB
        max_parallel_workers = 0
        max_parallel_workers_per_gather = 0
        max_worker_processes = 2
        autovacuum_max_workers = 1
        jit = off
        shared_preload_libraries = 'plpgsql'
        default_toast_compression = lz4
        logging_collector = off
        log_min_messages = warning
        log_checkpoints = off
        log_line_prefix = '%m [%p] '
        lc_messages = 'C'
        timezone = 'UTC'
        log_timezone = 'UTC'
        cluster_name = 'eventdock'

        """;

    public static readonly string Access =
        $"""
        # Who connects is what the kernel says of the socket's other end, and only those of pg_ident.conf come in.
        local {ClusterPlace.Database} {ClusterPlace.Audit} peer map=audit
        local all {ClusterPlace.Audit} reject
        local all all peer map=eventdock

        """;

    public static readonly string Users =
        $"""
        eventdock root {ClusterPlace.Owner}
        eventdock root {ClusterPlace.Engine}
        eventdock {ClusterPlace.User} {ClusterPlace.Owner}
        # Whoever reaches a socket: the directories' modes let in root and the members of {ClusterPlace.AuditGroup}.
        audit /^.*$ {ClusterPlace.Audit}

        """;

    /// <summary>One item of a list of file names, within a quoted setting.</summary>
    private static string ListQuoted(string path) =>
        $"\"{path.Replace("\"", "\"\"", StringComparison.Ordinal)}\"".Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
}
