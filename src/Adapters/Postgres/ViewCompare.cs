namespace EventDock.Adapters.Postgres;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;

/// <summary>
/// Views beside the fold of the log. The first pass holds sums of hashes only, for the fold and for the tables; where these differ,
/// a second one finds the rows.
/// </summary>
internal static class ViewCompare
{
    /// <summary>Of a view that is not there at all not every row is held in memory, to be reported by nobody.</summary>
    private const int MostParts = 64;

    public static Task<Either<DomainError, ViewDifferences>> RunAsync(
        Database database, Option<long> at, int most, Action<BuildProgress> told, CancellationToken cancel) =>
        database.Use(
            async connection =>
            {
                await using var head = new NpgsqlCommand("select position from eventdock.head", connection);
                var last = (long)(await head.ExecuteScalarAsync(cancel))!;
                var position = at.IfNone(last);
                if (position < 0 || position > last)
                {
                    return new DomainError.Invalid(
                        "position", position.ToString(CultureInfo.InvariantCulture), $"the log has positions 1 to {last}");
                }

                try
                {
                    return await CompareAsync(database, connection, position, most, told, cancel);
                }
                catch (FoldFailed e)
                {
                    return e.Error;
                }
            },
            cancel);

    private static async Task<Either<DomainError, ViewDifferences>> CompareAsync(
        Database database, NpgsqlConnection connection, long position, int most, Action<BuildProgress> told, CancellationToken cancel)
    {
        var secret = VersionHashes.NewSecret();
        var (folds, tables) = (Empty(), Empty());
        var text = new JsonbText();

        // Beside each other: either keeps one processor busy, here and in the server.
        var folding = Task.Run(
            () => FoldAsync(
                database.Segments, connection, AllViews.Projections, position, told,
                (view, key, from, to, row) => folds[view].Add(key, folds[view].Of(key, from, to, text.Of(row))), cancel),
            CancellationToken.None);
        var reading = Task.Run(
            () => database.Use<Unit>(
                async other =>
                {
                    foreach (var (view, sums) in tables)
                    {
                        await StoredAsync(other, view, position, (key, from, to, row) => sums.Add(key, sums.Of(key, from, to, row)), cancel);
                    }

                    return unit;
                },
                cancel),
            CancellationToken.None);
        await Task.WhenAll(folding, reading);
        var made = (await folding).Bind(_ => reading.Result);
        if (made.IsLeft)
        {
            return made.Map(_ => ViewDifferences.None);
        }

        var parts = folds.ToDictionary(f => f.Key, f => f.Value.Differing(tables[f.Key]), StringComparer.Ordinal);
        return parts.Values.All(p => p.Count == 0)
            ? ViewDifferences.None
            : await FindAsync(database.Segments, connection, parts, position, most, told, cancel);

        Dictionary<string, VersionHashes> Empty() =>
            AllViews.Projections.ToDictionary(v => v.Name, _ => new VersionHashes(secret), StringComparer.Ordinal);
    }

    private static async Task<Either<DomainError, ViewDifferences>> FindAsync(
        SegmentFiles files, NpgsqlConnection connection, Dictionary<string, System.Collections.Generic.HashSet<int>> parts, long position, int most,
        Action<BuildProgress> told, CancellationToken cancel)
    {
        var differing = parts.Where(p => p.Value.Count > 0)
            .ToDictionary(p => p.Key, p => p.Value.Order().Take(MostParts).ToHashSet(), StringComparer.Ordinal);
        var hash = new VersionHashes(VersionHashes.NewSecret());
        var text = new JsonbText();
        var left = new Dictionary<(string View, string Key, long From), (UInt128 Hash, long To)>();
        var folded = await FoldAsync(
            files, connection, AllViews.Projections.Filter(v => differing.ContainsKey(v.Name)).Strict(), position, told,
            (view, key, from, to, row) =>
            {
                if (differing[view].Contains(VersionHashes.PartOf(key)))
                {
                    left[(view, key, from)] = (hash.Of(key, from, to, text.Of(row)), to);
                }
            },
            cancel);
        if (folded.IsLeft)
        {
            return folded.Map(_ => ViewDifferences.None);
        }

        var found = new Dictionary<(string View, string Key), long>();
        foreach (var view in differing.Keys)
        {
            await StoredAsync(
                connection, view, position,
                (key, from, to, row) =>
                {
                    if (!differing[view].Contains(VersionHashes.PartOf(key))
                        || left.Remove((view, key, from), out var expected) && expected.Hash == hash.Of(key, from, to, row))
                    {
                        return;
                    }

                    Note(view, key, from);
                },
                cancel);
        }

        foreach (var (view, key, from) in left.Keys)
        {
            Note(view, key, from);
        }

        return new ViewDifferences(
            found.OrderBy(f => f.Value).ThenBy(f => f.Key.View, StringComparer.Ordinal).ThenBy(f => f.Key.Key, StringComparer.Ordinal)
                .Take(most).Select(f => new ViewDifference(f.Key.View, f.Key.Key, f.Value)).ToSeq().Strict(),
            found.Count > most || parts.Values.Any(p => p.Count > MostParts));

        void Note(string view, string key, long from) =>
            found[(view, key)] = found.TryGetValue((view, key), out var earlier) ? Math.Min(earlier, from) : from;
    }

    /// <summary>All versions that there are up to a position, of some views; 0 for valid_to stands for none.</summary>
    private static async Task<Either<DomainError, Unit>> FoldAsync(
        SegmentFiles files, NpgsqlConnection connection, Seq<AnyProjection> views, long position, Action<BuildProgress> told,
        Action<string, string, long, long, byte[]> version, CancellationToken cancel)
    {
        var folds = views.Map(v => new FoldedView(v, 0, whole: true)).ToList();
        var read = await ViewSource.ReadAsync(
            files, connection, 0, position,
            page =>
            {
                foreach (var folded in page)
                {
                    foreach (var fold in folds)
                    {
                        fold.Add(folded, (key, from, to, row) => version(fold.View.Name, key, from, to, row));
                    }
                }

                told(new BuildProgress(BuildStage.Folding, page[^1].Position, position));
                return ValueTask.CompletedTask;
            },
            cancel);
        foreach (var fold in folds)
        {
            foreach (var (key, open) in fold.Open)
            {
                version(fold.View.Name, key, open.From, 0, open.Stored);
            }
        }

        return read;
    }

    private delegate void Stored(string key, long from, long to, ReadOnlySpan<byte> row);

    private static async Task StoredAsync(NpgsqlConnection connection, string view, long position, Stored version, CancellationToken cancel)
    {
        await using var rows = await CopyRows.BeginAsync(
            connection,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                select key, valid_from, case when valid_to <= {position} then valid_to end, row::text from eventdock.view_{view}
                where valid_from <= {position}
                """),
            cancel);
        while (await rows.NextAsync(cancel))
        {
            var (key, from, to) = (rows.Text() ?? "", rows.Number() ?? 0, rows.Number() ?? 0);
            version(key, from, to, rows.Bytes());
        }
    }
}
