namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using EventDock.Domain.Kernel;
using Npgsql;
using NpgsqlTypes;

/// <summary>Reading a stream, and appending: the whole append is one call of <c>eventdock.append</c>.</summary>
internal sealed class PostgresEventStore
{
    private readonly Database database;
    private readonly Origin origin;
    private readonly Reconnect reconnect;
    private readonly KnownRows known = new();
    private readonly HeaderText texts;

    private PostgresEventStore(Database database, Origin origin, Reconnect reconnect) =>
        (this.database, this.origin, this.reconnect, texts) = (database, origin, reconnect, new HeaderText(origin));

    public static EventStore Create(Database database, Origin origin, Reconnect reconnect)
    {
        var store = new PostgresEventStore(database, origin, reconnect);
        return new(
            Past: (stream, cancel) => store.PastsAsync(Seq1(stream), cancel).ToAsync().Map(pasts => pasts.Head),
            Append: (append, cancel) => store.AppendAsync(append, cancel).ToAsync())
        {
            Together = (streams, cancel) => store.PastsAsync(streams, cancel).ToAsync(),
        };
    }

    /// <summary>Reading changes nothing: where the connection is lost, it is done again, for as long as an append would be.</summary>
    private async Task<Either<DomainError, Seq<StreamPast>>> PastsAsync(Seq<string> streams, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        for (var next = 2; ; next++)
        {
            var pasts = await StreamReads.PastsAsync(database, streams, cancel);
            var lost = pasts.Match(Right: _ => false, Left: error => error is DomainError.LedgerUnreachable);
            if (!lost || Stopwatch.GetElapsedTime(since) > Reconnect.Longest)
            {
                return pasts;
            }

            await reconnect.BeforeAsync(next, cancel);
        }
    }

    private Task<Either<DomainError, Appended>> AppendAsync(Append append, CancellationToken cancel)
    {
        var streams = append.Streams.Filter(s => !s.Facts.IsEmpty).Map(s => s with { Stream = StoredText.Of(s.Stream) });
        var (by, headers) = append.By is { } other ? (other, new HeaderText(other)) : (origin, texts);
        return ChainBroken(streams) is { } lost
            ? Task.FromResult(Left<DomainError, Appended>(new DomainError.Conflict(lost)))
            : AppendAsync(PreparedAppend.Of(by, headers, streams, append.Guards, append.Id), append.Id is not null, cancel);
    }

    /// <summary>A stream that is added to twice in one append must be added to where the first addition ended.</summary>
    private static string? ChainBroken(Seq<StreamAppend> streams) =>
        streams.Count < 2
            ? null
            : streams.GroupBy(s => s.Stream)
                .FirstOrDefault(g => g.Zip(g.Skip(1)).Any(p => p.Item2.Expected != p.Item1.Expected + p.Item1.Facts.Count))?.Key;

    /// <summary>
    /// Tries until there is an answer. A connection that is lost at the moment of the commit leaves it open whether the append
    /// is in the ledger: so it is tried again with the same id, which the ledger takes once, and a refusal of such a try
    /// counts only where the id is not there.
    /// </summary>
    private async Task<Either<DomainError, Appended>> AppendAsync(PreparedAppend prepared, bool mayBeThere, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        for (var next = 2; ; next++)
        {
            var outcome = await AppendOnce.RunAsync(database, prepared, known, cancel);
            switch (outcome.Again)
            {
                case Again.No when outcome.Result.IsLeft && mayBeThere:
                    var there = await FindAsync(prepared.Id);
                    return there.Bind(found => found.Match(Some: Right<DomainError, Appended>, None: () => outcome.Result));
                case Again.No:
                    return outcome.Result;
                case Again.Strangers:
                    var met = await Strangers.RecordAsync(database, origin);
                    if (met.IsLeft)
                    {
                        return met.Map(_ => new Appended(0, 0));
                    }

                    await PostgresRetries.PauseAsync(next, CancellationToken.None);
                    break;
                case Again.Lost:
                    mayBeThere = true;
                    break;
            }

            if (Stopwatch.GetElapsedTime(since) > Reconnect.Longest)
            {
                return outcome.Result;
            }

            if (outcome.Again == Again.Lost)
            {
                // Once it was sent it is not called off: what it stands for would be undone, and it may have come through.
                cancel = CancellationToken.None;
                await reconnect.BeforeAsync(next, cancel);
            }
        }
    }

    /// <summary>What an append with this id has got, if it is in the ledger.</summary>
    private Task<Either<DomainError, Option<Appended>>> FindAsync(Guid id) =>
        database.Use<Option<Appended>>(
            async connection =>
            {
                await using var command = new NpgsqlCommand(
                    "select first_position, last_position from eventdock.appends where id = $1", connection);
                command.Parameters.Add(new NpgsqlParameter { Value = id, NpgsqlDbType = NpgsqlDbType.Uuid });
                await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
                return await reader.ReadAsync(CancellationToken.None)
                    ? Some(new Appended(reader.GetInt64(0), reader.GetInt64(1)))
                    : Option<Appended>.None;
            },
            CancellationToken.None);
}
