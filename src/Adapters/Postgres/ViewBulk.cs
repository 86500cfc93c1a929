namespace EventDock.Adapters.Postgres;

using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Projections;
using Npgsql;

/// <summary>
/// The long part of a rebuild: three workers in a row, one that reads and decodes, one that folds, one that writes. What they have
/// done is written down every few seconds, so that a rebuild that is cut off goes on from there. In memory are the open rows (as
/// many as fit: the others are loaded when an event concerns them) and a few blocks on their way.
/// </summary>
internal sealed class ViewBulk(ViewBulkWriter writer, BuildPace pace, Action<BuildProgress> told)
{
    private const int MostOpen = 50_000;

    /// <summary>
    /// The collector lets garbage grow to the size of the processor's cache and beyond before it looks, more than a hundred MB on a
    /// large one: here it is asked to look sooner.
    /// </summary>
    private const long MostGarbage = 40 << 20;

    /// <summary>Folds all events up to a position into the tables of these views, none of which has indexes yet.</summary>
    public static async Task<Either<DomainError, Unit>> RunAsync(
        SegmentFiles files, NpgsqlConnection reader, NpgsqlConnection writer, IReadOnlyList<ViewBuildTables.Stand> stands, long upTo,
        BuildPace pace, Action<BuildProgress> told, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var views = stands.Select(s => new FoldedView(s.View, s.Position, s.Position == 0)).ToList();
        var writes = new ViewBulkWriter(writer, stop.Token);
        var pages = Channel.CreateBounded<IReadOnlyList<Folded>>(4);
        var reading = Task.Run(() => ReadAsync(files, reader, stands.Min(s => s.Position), upTo, pages.Writer, stop.Token), CancellationToken.None);
        var folding = Task.Run(
            () => new ViewBulk(writes, pace, told).FoldAsync(views, pages.Reader, reading, upTo, stop.Token), CancellationToken.None);
        var writing = Task.Run(writes.RunAsync, CancellationToken.None);
        var first = await FirstFailureAsync([reading, folding, writing], stop);
        first?.Throw();
        return await reading;
    }

    /// <summary>When one of them fails the others are called off, and what it failed of is what is told.</summary>
    private static async Task<ExceptionDispatchInfo?> FirstFailureAsync(List<Task> workers, CancellationTokenSource stop)
    {
        ExceptionDispatchInfo? first = null;
        while (workers.Count > 0)
        {
            var ended = await Task.WhenAny(workers);
            workers.Remove(ended);
            if (!ended.IsCompletedSuccessfully && first is null)
            {
                first = ExceptionDispatchInfo.Capture(ended.Exception?.InnerException ?? new OperationCanceledException(stop.Token));
                await stop.CancelAsync();
            }
        }

        return first;
    }

    private static async Task<Either<DomainError, Unit>> ReadAsync(
        SegmentFiles files, NpgsqlConnection reader, long after, long upTo, ChannelWriter<IReadOnlyList<Folded>> pages,
        CancellationToken cancel)
    {
        try
        {
            return await ViewSource.ReadAsync(files, reader, after, upTo, page => pages.WriteAsync(page, cancel), cancel);
        }
        finally
        {
            pages.Complete();
        }
    }

    private async Task FoldAsync(
        IReadOnlyList<FoldedView> views, ChannelReader<IReadOnlyList<Folded>> pages, Task<Either<DomainError, Unit>> reading, long upTo,
        CancellationToken cancel)
    {
        var (since, last, allocated) = (Stopwatch.GetTimestamp(), 0L, GC.GetTotalAllocatedBytes());
        await foreach (var page in pages.ReadAllAsync(cancel))
        {
            foreach (var view in views)
            {
                await FoldAsync(view, page);
            }

            last = page[^1].Position;
            told(new BuildProgress(BuildStage.Folding, last, upTo));
            if (GC.GetTotalAllocatedBytes() - allocated > MostGarbage)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                allocated = GC.GetTotalAllocatedBytes();
            }

            if (Stopwatch.GetElapsedTime(since) > pace.BetweenNotes)
            {
                await NoteAsync(views, last);
                since = Stopwatch.GetTimestamp();
            }
        }

        // Behind the last event that a view heeds there may be others: they are folded, too, unless one could not be read.
        await NoteAsync(views, (await reading).Match(Right: _ => upTo, Left: _ => last));
        writer.Complete();
    }

    private async Task FoldAsync(FoldedView view, IReadOnlyList<Folded> page)
    {
        var missing = view.Missing(page);
        if (missing.Count > 0)
        {
            await writer.LoadAsync(view, missing);
        }

        var block = writer.Block(view.View.Name);
        foreach (var folded in page)
        {
            if (folded.Position > view.Position)
            {
                view.Add(folded, (key, from, to, row) => block.Version(key, from, to, row));
            }
        }

        await writer.WriteIfFullAsync(view.View.Name);
    }

    /// <summary>Writes down how far the views have come, and with it all that belongs to that.</summary>
    private async Task NoteAsync(IReadOnlyList<FoldedView> views, long position)
    {
        await writer.NoteAsync(views, position);
        while (views.Sum(v => v.Open.Count) > MostOpen)
        {
            views.MaxBy(v => v.Open.Count)!.Forget();
        }
    }
}
