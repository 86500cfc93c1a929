namespace EventDock.Adapters.Postgres;

using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using Npgsql;

/// <summary>
/// Checksums of views: SHA-256 of what <c>copy (…) to stdout</c> writes, so that psql and sha256sum give the same; while it streams.
/// </summary>
internal static class ViewSums
{
    /// <summary>A view's versions as of a position, in an order that does not depend on where they lie.</summary>
    public static string Query(string view, long position) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        select key, valid_from, case when valid_to <= {position} then valid_to end, row from eventdock.view_{view}
        where valid_from <= {position} order by key, valid_from
        """);

    public static Task<Either<DomainError, Seq<ViewSum>>> RunAsync(Database database, Option<long> at, CancellationToken cancel) =>
        database.Use<Seq<ViewSum>>(
            async connection =>
            {
                var (head, versions) = await StandAsync(connection, cancel);
                var position = at.IfNone(head);
                if (position < 0 || position > head)
                {
                    return new DomainError.Invalid(
                        "position", position.ToString(CultureInfo.InvariantCulture), $"the log has positions 1 to {head}");
                }

                var sums = new List<ViewSum>();
                foreach (var view in AllViews.Projections)
                {
                    var (rows, hash) = await SumAsync(connection, Query(view.Name, position), cancel);
                    sums.Add(new ViewSum(view.Name, versions.GetValueOrDefault(view.Name), position, rows, hash));
                }

                return sums.ToSeq();
            },
            cancel);

    private static async Task<(long Rows, string Hash)> SumAsync(NpgsqlConnection connection, string query, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var lines = await connection.BeginTextExportAsync($"copy ({query}) to stdout", cancel);
        var (characters, bytes) = (new char[1 << 15], new byte[Encoding.UTF8.GetMaxByteCount(1 << 15)]);
        var (rows, encoder) = (0L, Encoding.UTF8.GetEncoder());
        for (int read; (read = await lines.ReadAsync(characters.AsMemory(), cancel)) > 0;)
        {
            // A line's end within a value is written as an escape, so each stands for a row.
            rows += characters.AsSpan(0, read).Count('\n');
            hash.AppendData(bytes.AsSpan(0, encoder.GetBytes(characters.AsSpan(0, read), bytes, flush: false)));
        }

        return (rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static async Task<(long Head, Dictionary<string, int> Versions)> StandAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            "select h.position, v.name, v.version from eventdock.head h left join eventdock.view_versions v on true", connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var (head, versions) = (0L, new Dictionary<string, int>(StringComparer.Ordinal));
        while (await reader.ReadAsync(cancel))
        {
            head = reader.GetInt64(0);
            versions[reader.GetString(1)] = reader.GetInt32(2);
        }

        return (head, versions);
    }
}
