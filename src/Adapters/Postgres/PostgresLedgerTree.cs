namespace EventDock.Adapters.Postgres;

using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;
using NpgsqlTypes;

/// <summary>The tree's leaves, streamed; its checkpoints and anchors.</summary>
internal static class PostgresLedgerTree
{
    private const string
        Leaf = "select eventdock.leaf_number(position), line from eventdock.leaves where position = $1",
        Notes = "select note from eventdock.checkpoints order by size",
        Roots = """
            select distinct on (target) target, size, root from eventdock.anchors
            where octet_length(root) = 32 order by target, size desc
            """;

    public static LedgerTree Create(Database database) => new(
        cancel => SizeAsync(database, cancel).ToAsync(),
        (from, to, each, cancel) => HashesAsync(database, from, to, each, cancel).ToAsync(),
        (position, cancel) => LeafAsync(database, position, cancel).ToAsync(),
        (signer, cancel) => KeptAsync(database, signer, null, cancel).ToAsync(),
        (signer, size, cancel) => KeptAsync(database, signer, size, cancel).ToAsync(),
        cancel => AllAsync(database, cancel).ToAsync(),
        cancel => AnchorsAsync(database, cancel).ToAsync(),
        (signer, kept, cancel) => KeepAsync(database, signer, kept, cancel).ToAsync(),
        (target, checkpoint, cancel) => AnchoredAsync(database, target, checkpoint, cancel).ToAsync())
    {
        Standing = (position, cancel) => StandingAsync(database, position, cancel).ToAsync(),
    };

    private static Task<Either<DomainError, long>> SizeAsync(Database database, CancellationToken cancel) =>
        database.Use<long>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    "select eventdock.leaf_number(position) from eventdock.head", connection);
                return (long)(await command.ExecuteScalarAsync(cancel))!;
            },
            cancel);

    private static Task<Either<DomainError, Unit>> HashesAsync(
        Database database, long from, long to, Action<TreeHash> each, CancellationToken cancel) =>
        database.Use<Unit>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    select hash from eventdock.leaves
                    where position between eventdock.leaf_position($1) and eventdock.leaf_position($2) order by position
                    """,
                    connection)
                {
                    Parameters = { Long(from), Long(to) },
                };
                await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess, cancel);
                var expected = from;
                var bytes = new byte[TreeHash.Length];
                while (await reader.ReadAsync(cancel))
                {
                    if (reader.GetBytes(0, 0, null, 0, 0) != TreeHash.Length)
                    {
                        return new DomainError.LedgerUnreadable(expected, "its leaf hash is not of 32 bytes");
                    }

                    reader.GetBytes(0, 0, bytes, 0, TreeHash.Length);
                    each(TreeHash.Of(bytes));
                    expected++;
                }

                await reader.DisposeAsync();
                return expected == to + 1 ? unit : await MissingAsync(connection, from, to, cancel);
            },
            cancel);

    /// <summary>There are fewer leaves than positions that must have one: which is looked for only now.</summary>
    private static async Task<DomainError> MissingAsync(NpgsqlConnection connection, long from, long to, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            -- One position after the other, to the first: a head that somebody has set lies as far off as a number can.
            select p from (select generate_series(eventdock.leaf_position($1), eventdock.leaf_position($2)) as p) positions
            where (select position from eventdock.leaves where position = p) is null
                and (select position from eventdock.foreign_events where position = p) is null
            limit 1
            """, connection)
        {
            Parameters = { Long(from), Long(to) },
        };
        return new DomainError.LedgerUnreadable(await command.ExecuteScalarAsync(cancel) is long p ? p : 0, "its leaf is missing");
    }

    private static Task<Either<DomainError, Option<NumberedLeaf>>> LeafAsync(Database database, long position, CancellationToken cancel) =>
        database.Use<Option<NumberedLeaf>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(Leaf, connection) { Parameters = { Long(position) } };
                NumberedLeaf? leaf;
                await using (var reader = await command.ExecuteReaderAsync(cancel))
                {
                    leaf = await LeafAsync(reader, cancel);
                }

                return await WholeAsync(database, connection, leaf, position, cancel);
            },
            cancel);

    private static Task<Either<DomainError, LeafStands>> StandingAsync(Database database, long position, CancellationToken cancel) =>
        database.Use<LeafStands>(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection)
                {
                    BatchCommands =
                    {
                        new NpgsqlBatchCommand(Leaf) { Parameters = { Long(position) } }, new NpgsqlBatchCommand(Notes), new NpgsqlBatchCommand(Roots),
                    },
                };
                NumberedLeaf? leaf;
                Seq<SignedCheckpoint> notes;
                Seq<SignedRoot> roots;
                await using (var reader = await batch.ExecuteReaderAsync(cancel))
                {
                    leaf = await LeafAsync(reader, cancel);
                    await reader.NextResultAsync(cancel);
                    notes = await NotesAsync(reader, cancel);
                    await reader.NextResultAsync(cancel);
                    roots = await RootsAsync(reader, cancel);
                }

                return (await WholeAsync(database, connection, leaf, position, cancel)).Map(whole => new LeafStands(whole, notes, roots));
            },
            cancel);

    private static async Task<NumberedLeaf?> LeafAsync(NpgsqlDataReader reader, CancellationToken cancel) =>
        await reader.ReadAsync(cancel) ? new NumberedLeaf(reader.GetInt64(0), reader.GetString(1)) : null;

    /// <summary>With its line out of a segment, where the row has been dropped.</summary>
    private static async Task<Either<DomainError, Option<NumberedLeaf>>> WholeAsync(
        Database database, NpgsqlConnection connection, NumberedLeaf? leaf, long position, CancellationToken cancel) =>
        leaf is null ? Option<NumberedLeaf>.None
        : leaf.Line.Length > 0 ? Some(leaf)
        : (await SealedRows.OfAsync(database.Segments, connection, cancel)).At(position).Map(found =>
            found.Map(e => leaf with { Line = System.Text.Encoding.UTF8.GetString(e.Line) }));

    private static Task<Either<DomainError, Option<KeptCheckpoint>>> KeptAsync(
        Database database, string signer, long? size, CancellationToken cancel) =>
        database.Use<Option<KeptCheckpoint>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    "select note, nodes from eventdock.checkpoints where signer = $1 and ($2::bigint is null or size = $2) "
                    + "order by size desc limit 1",
                    connection)
                {
                    Parameters = { Text(signer), new() { Value = (object?)size ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint } },
                };
                await using var reader = await command.ExecuteReaderAsync(cancel);
                return await reader.ReadAsync(cancel)
                    ? Read(reader.GetString(0), reader.GetFieldValue<byte[]>(1)).Map(Some)
                    : Right<DomainError, Option<KeptCheckpoint>>(None);
            },
            cancel);

    private static Task<Either<DomainError, Seq<SignedCheckpoint>>> AllAsync(Database database, CancellationToken cancel) =>
        database.Use<Seq<SignedCheckpoint>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(Notes, connection);
                await using var reader = await command.ExecuteReaderAsync(cancel);
                return await NotesAsync(reader, cancel);
            },
            cancel);

    private static async Task<Seq<SignedCheckpoint>> NotesAsync(NpgsqlDataReader reader, CancellationToken cancel)
    {
        var all = new List<SignedCheckpoint>();
        while (await reader.ReadAsync(cancel))
        {
            // One that cannot be read vouches for nothing.
            SignedCheckpoint.Parse("a stored checkpoint", System.Text.Encoding.UTF8.GetBytes(reader.GetString(0))).IfRight(all.Add);
        }

        return all.ToArray().ToSeq();
    }

    private static Task<Either<DomainError, Seq<SignedRoot>>> AnchorsAsync(Database database, CancellationToken cancel) =>
        database.Use<Seq<SignedRoot>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(Roots, connection);
                await using var reader = await command.ExecuteReaderAsync(cancel);
                return await RootsAsync(reader, cancel);
            },
            cancel);

    private static async Task<Seq<SignedRoot>> RootsAsync(NpgsqlDataReader reader, CancellationToken cancel)
    {
        var anchors = new List<SignedRoot>();
        while (await reader.ReadAsync(cancel))
        {
            anchors.Add(new SignedRoot(
                reader.GetInt64(1), TreeHash.Of(reader.GetFieldValue<byte[]>(2)), $"what {reader.GetString(0)} was handed"));
        }

        return anchors.ToArray().ToSeq();
    }

    private static Either<DomainError, KeptCheckpoint> Read(string note, byte[] nodes) =>
        SignedCheckpoint.Parse("a stored checkpoint", System.Text.Encoding.UTF8.GetBytes(note))
            .Map(signed => new KeptCheckpoint(
                signed,
                nodes.Chunk(TreeHash.Length).Where(c => c.Length == TreeHash.Length).Select(c => TreeHash.Of(c)).ToArray().ToSeq()));

    private static Task<Either<DomainError, Unit>> KeepAsync(
        Database database, string signer, KeptCheckpoint kept, CancellationToken cancel) =>
        database.Use<Unit>(
            async connection =>
            {
                await KeepAsync(connection, signer, kept, cancel);
                return unit;
            },
            cancel);

    public static async Task KeepAsync(NpgsqlConnection connection, string signer, KeptCheckpoint kept, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "insert into eventdock.checkpoints (signer, size, root, nodes, note) values ($1, $2, $3, $4, $5) on conflict do nothing",
            connection)
        {
            Parameters =
            {
                Text(signer), Long(kept.Signed.Checkpoint.Size), Bytes(kept.Signed.Checkpoint.Root.ToArray()),
                Bytes(kept.Nodes.Bind(n => n.ToArray().ToSeq()).ToArray()), Text(kept.Signed.ToString()),
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static Task<Either<DomainError, Unit>> AnchoredAsync(
        Database database, string target, Checkpoint checkpoint, CancellationToken cancel) =>
        Insert(
            database, "insert into eventdock.anchors (target, size, root) values ($1, $2, $3)",
            cancel, Text(StoredText.Of(target)), Long(checkpoint.Size), Bytes(checkpoint.Root.ToArray()));

    private static Task<Either<DomainError, Unit>> Insert(
        Database database, string sql, CancellationToken cancel, params NpgsqlParameter[] parameters) =>
        database.Use<Unit>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                command.Parameters.AddRange(parameters);
                await command.ExecuteNonQueryAsync(cancel);
                return unit;
            },
            cancel);

    private static NpgsqlParameter Long(long value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Bytes(byte[] value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Bytea };
}
