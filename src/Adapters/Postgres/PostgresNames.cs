namespace EventDock.Adapters.Postgres;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>
/// Names for a shell that completes a word: in tens of milliseconds, or none. Nothing is started, made or moved to a newer schema for
/// that, and nothing is said: somebody is in the middle of a line.
/// </summary>
public static class PostgresNames
{
    /// <summary>So many of a kind, the newest.</summary>
    private const int Most = 500;

    /// <summary>Removals are looked for in so many events, the last: a ledger has no end of removed containers, and somebody waits.</summary>
    private const int Looked = 50_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <param name="begun">What the names begin with.</param>
    public static Task<IReadOnlyList<KnownName>> OfPrivate(ClusterPlace place, IReadOnlySet<NameKind> kinds, string begun) =>
        kinds.Count == 0 || !File.Exists(place.Socket)
            ? Task.FromResult<IReadOnlyList<KnownName>>([])
            : ReadAsync(() => PrivateCluster.Database(place, ClusterPlace.Engine), kinds, begun);

    /// <param name="begun">As of the root's own cluster.</param>
    public static Task<IReadOnlyList<KnownName>> OfServer(LibpqUri uri, IReadOnlySet<NameKind> kinds, string begun) =>
        kinds.Count == 0
            ? Task.FromResult<IReadOnlyList<KnownName>>([])
            : ReadAsync(() => ServerSettings.Open(uri), kinds, begun);

    private static async Task<IReadOnlyList<KnownName>> ReadAsync(Func<Database> open, IReadOnlySet<NameKind> kinds, string begun)
    {
        var names = new List<KnownName>();
        using var enough = new CancellationTokenSource(Patience);
        try
        {
            var database = open();
            await using (database.Source)
            {
                await using var connection = await database.Source.OpenConnectionAsync(enough.Token);
                await using var command = new NpgsqlCommand(string.Join(" union all ", kinds.Select(Sql)), connection)
                {
                    Parameters = { new() { Value = begun.Replace("\0", "", StringComparison.Ordinal), NpgsqlDbType = NpgsqlDbType.Text } },
                };
                await using var reader = await command.ExecuteReaderAsync(enough.Token);
                while (await reader.ReadAsync(enough.Token))
                {
                    names.Add(new KnownName(reader.GetString(0), reader.GetString(1)));
                }
            }
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or IOException or UnauthorizedAccessException
            or System.Net.Sockets.SocketException or TimeoutException)
        {
            // Not root, no server, other tables: whoever types on finds out from the command itself.
            names.Clear();
        }

        return names;
    }

    private static string Sql(NameKind kind) => kind switch
    {
        NameKind.Container => FormattableString.Invariant($"""
            (select row->>'Name', (row->>'Image') || ', ' || (row->>'State') from eventdock.view_containers
             where valid_to is null and row->>'Name' ^@ $1 order by valid_from desc limit {Most})
            """),
        NameKind.Removed => FormattableString.Invariant($"""
            (select name, image || ', removed' from (
                select distinct on (v.row->>'Name') v.row->>'Name' as name, v.row->>'Image' as image, e.seq_id
                from eventdock.head h join eventdock.mt_events e on e.seq_id > h.position - {Looked} and e.seq_id <= h.position and e.type = 'container_removed'
                cross join lateral (
                    select row, valid_to from eventdock.view_containers where key = substr(e.stream_id, length('container-') + 1)
                    order by valid_from desc limit 1) v
                where v.valid_to is not null and v.row->>'Name' ^@ $1
                order by v.row->>'Name', e.seq_id desc) removed
             order by seq_id desc limit {Most})
            """),
        NameKind.Image => FormattableString.Invariant($"""
            (select name, image from (
                select regexp_replace(regexp_replace(key, '^docker\.io/library/([^/]+)$', '\1'), '^docker\.io/', '') as name, left(row->>'Image', 12) as image, valid_from
                from eventdock.view_tags where valid_to is null) tags
             where name ^@ $1 order by valid_from desc limit {Most})
            """),
        NameKind.Bookmark => FormattableString.Invariant($"""
            (select name, '#' || position from (
                select distinct on (stream_id) stream_id, type, data->>'Name' as name, data->>'Position' as position
                from eventdock.mt_events where stream_id ^@ 'bookmark-' order by stream_id, version desc) marks
             where type = 'bookmark_set' and name ^@ $1 limit {Most})
            """),
        _ => throw new System.Diagnostics.UnreachableException($"no names of {kind}"),
    };
}
