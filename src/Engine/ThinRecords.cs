namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>What has been recorded of a container's own layer.</summary>
internal static class ThinRecords
{
    /// <summary>The last record that says something of a path; by the index of paths, so that no list is read but those that are too long for it.</summary>
    /// <param name="path">Without a leading slash.</param>
    /// <param name="until">Recorded by then; None: all.</param>
    public static EitherAsync<DomainError, Option<ThinRecord>> Last(
        Ports ports, string container, byte[] path, Option<long> until, CancellationToken cancel)
    {
        var paths = WithAbove(path);
        return
            from past in ports.Store.Read(Streams.Layer(container), cancel)
            from written in ports.Views.LayerUses.Written(container, paths, cancel)
            let told = written.GroupBy(w => w.Version).ToDictionary(g => g.Key, g => g.ToArray())
            let records = past.Filter(e => e.Event is LayerWritten && until.ForAll(at => e.Position <= at)).Rev().Strict()
            from found in First(
                records.Filter(e => told.ContainsKey(e.Version) || IsLong((LayerWritten)e.Event)).Strict(),
                e => Of(ports, e, path, cancel))
            select found;
    }

    /// <summary>All that a record lists.</summary>
    public static EitherAsync<DomainError, Seq<PathChange>> Changes(Ports ports, LayerWritten written, CancellationToken cancel) =>
        written.ChangeList is { } list && Count(written) > written.Changes.Count ? ports.Reader.Changes(list, cancel) : Give(written.Changes);

    /// <summary>Only counts were recorded, or the walk was not whole.</summary>
    public static bool IsWhole(LayerWritten written) => written.Incomplete is null && (Count(written) == 0 || written.ChangeList is not null);

    private static int Count(LayerWritten written) => written.Added + written.Modified + written.Deleted;

    private static bool IsLong(LayerWritten written) => written.ChangeList is not null && Count(written) > LayerWritten.MostInline;

    private static EitherAsync<DomainError, Option<ThinRecord>> First(
        Seq<Recorded<DockEvent>> records, Func<Recorded<DockEvent>, EitherAsync<DomainError, Option<ThinRecord>>> look) =>
        records.Through(Option<ThinRecord>.None, (found, next) => found.IsSome ? Give(found) : look(next));

    /// <summary>The event whole: streams are read without what it lists.</summary>
    private static EitherAsync<DomainError, Option<ThinRecord>> Of(
        Ports ports, Recorded<DockEvent> shortened, byte[] path, CancellationToken cancel) =>
        from whole in ports.Ledger.Log.List(
            LogQuery.All with { Streams = Seq1(shortened.Stream), SincePosition = shortened.Position, UntilPosition = shortened.Position }, cancel)
        from found in whole.HeadOrNone().Match(
            Some: e => e.Event is LayerWritten written
                ? Changes(ports, written, cancel).Map(changes => Said(e, changes, NetChange.KeyOf(path)))
                : Give(Option<ThinRecord>.None),
            None: () => Give(Option<ThinRecord>.None))
        select found;

    private static Option<ThinRecord> Said(Recorded<DockEvent> e, Seq<PathChange> changes, string key)
    {
        Option<PathChange> own = None;
        var above = false;
        foreach (var change in changes)
        {
            var at = NetChange.KeyOf(NetChange.Bytes(change));
            if (at == key)
            {
                own = Some(change);
            }
            else if (NetChange.Of(change).Emptied && key.StartsWith(at + "/", StringComparison.Ordinal))
            {
                above = true;
            }
        }

        return own.IsSome || above ? Some(new ThinRecord(e, own)) : None;
    }

    /// <summary>With a leading slash, and all directories above it.</summary>
    private static Seq<byte[]> WithAbove(byte[] path)
    {
        var paths = new List<byte[]>();
        for (var length = path.Length; length > 0; length = path.AsSpan(0, length).LastIndexOf((byte)'/'))
        {
            paths.Add([(byte)'/', .. path.AsSpan(0, length)]);
        }

        return paths.ToArray().ToSeq().Strict();
    }
}
