namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>The list of segments, and the dropping of rows.</summary>
internal static class PostgresSealer
{
    /// <param name="owner">The owner's way in: the engine's role can drop no event.</param>
    public static LedgerSealer Create(Database database, Func<Database> owner, Origin origin, SegmentFiles files) => new(
        cancel => database.Use<Seq<Segment>>(
            async connection => (await SealedRows.ListAsync(connection, cancel)).ToSeq(), cancel).ToAsync(),
        (append, segment, cancel) => owner.With(opened => OwnersAppend.RunAsync(
            opened, origin, append, connection => ListedAsync(connection, segment), _ => Task.CompletedTask, cancel)),
        (append, segment, cancel) => owner.With(opened => OwnersAppend.RunAsync(
            opened, origin, append, connection => DropAsync(connection, files, segment, cancel), _ => Task.CompletedTask, cancel)));

    private static async Task<Option<DomainError>> ListedAsync(NpgsqlConnection connection, Segment segment)
    {
        await using var command = new NpgsqlCommand(
            "insert into eventdock.segments (first, file, bytes, digest, blocks, offsets, last) values ($1, $2, $3, $4, $5, $6, $7)", connection);
        command.Parameters.AddRange(Values(segment).Append(Long(segment.Last)).ToArray());
        await command.ExecuteNonQueryAsync(CancellationToken.None);
        return None;
    }

    /// <summary>Segments that have been written anew.</summary>
    public static async Task<Option<DomainError>> RelistAsync(NpgsqlConnection connection, Seq<Segment> segments)
    {
        foreach (var segment in segments)
        {
            await using var command = new NpgsqlCommand(
                "update eventdock.segments set file = $2, bytes = $3, digest = $4, blocks = $5, offsets = $6 where first = $1", connection);
            command.Parameters.AddRange(Values(segment));
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        return None;
    }

    private static NpgsqlParameter[] Values(Segment segment) =>
    [
        Long(segment.First), Text(segment.File), Long(segment.Bytes.Value), Text(segment.Digest.Value),
        Longs(segment.Blocks.Map(b => b.First)), Longs(segment.Blocks.Map(b => b.Offset)),
    ];

    private static async Task<Option<DomainError>> DropAsync(
        NpgsqlConnection connection, SegmentFiles files, Segment segment, CancellationToken cancel)
    {
        var differs = await DifferenceAsync(connection, files, segment, cancel);
        if (differs.IsSome)
        {
            return differs;
        }

        // A rebuild reads files first and rows then: what is dropped between would be in neither.
        await using var alone = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection) { Parameters = { Long(ViewBuild.Lock) } };
        if (!(bool)(await alone.ExecuteScalarAsync(cancel))!)
        {
            return new DomainError.RebuildRunning();
        }

        await using var command = new NpgsqlCommand("select eventdock.drop_segment($1)", connection) { Parameters = { Long(segment.First) } };
        await command.ExecuteNonQueryAsync(CancellationToken.None);
        return None;
    }

    /// <summary>Every leaf of the range must be in the file, with what was hashed to it.</summary>
    private static async Task<Option<DomainError>> DifferenceAsync(
        NpgsqlConnection connection, SegmentFiles files, Segment segment, CancellationToken cancel)
    {
        var rows = new SealedRows(files, [segment with { Dropped = true }]);
        await using var copy = await CopyRows.BeginAsync(
            connection,
            FormattableString.Invariant(
                $"select position, hash from eventdock.leaves where position between {segment.First} and {segment.Last} order by position"),
            cancel);
        while (await copy.NextAsync(cancel))
        {
            var position = copy.Number()!.Value;
            var stored = TreeHash.Of(copy.Bytes());
            var differs = rows.At(position).Match(
                Right: found => found.Bind(e => e.Hash).Exists(hash => hash == stored)
                    ? Option<DomainError>.None
                    : new DomainError.SegmentUnreadable(segment.File, $"position {position} is not in it as it was recorded"),
                Left: Some);
            if (differs.IsSome)
            {
                return differs;
            }
        }

        return None;
    }

    private static NpgsqlParameter Long(long value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Longs(Seq<long> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
