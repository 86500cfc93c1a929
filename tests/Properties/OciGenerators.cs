namespace EventDock.Tests.Properties;

using System.Text;
using EventDock.Domain.Oci;
using FsCheck;
using FsCheck.Fluent;

/// <summary>Random values of the specification's types, as a reader of valid input would give them.</summary>
internal static class OciGenerators
{
    public static readonly Gen<Digest> Digests =
        from n in Gen.Choose(0, int.MaxValue) select Digest.Of(Encoding.ASCII.GetBytes($"{n}"));

    /// <summary>Text with what JSON must escape and what HTML-minded writers escape too.</summary>
    public static readonly Gen<string> Texts =
        from parts in Gen.Elements("a", "B", "0", "=", "/", " ", "\"", "\\", "\n", "\u0001", "\u2028", "é", "😀", "<", "&", "\ufffd").NonEmptyListOf()
        select string.Concat(parts);

    public static readonly Gen<DateTimeOffset?> Moments =
        from ticks in Gen.Choose(0, int.MaxValue)
        from any in Gen.Elements(true, true, false)
        select any ? (DateTimeOffset?)new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(ticks * 1_000_003L) : null;

    public static readonly Gen<Platform> Platforms =
        from architecture in Gen.Elements("amd64", "arm64", "arm", "386")
        from variant in Gen.Elements<string?>(null, "v5", "v6", "v7", "v8")
        select new Platform("linux", architecture, variant);

    private static readonly Gen<Seq<string>> Lists = from items in Texts.ListOf() select items.ToSeq();

    private static readonly Gen<Seq<string>> Sets =
        from items in Texts.ListOf() select items.Distinct().Order(StringComparer.Ordinal).ToArray().ToSeq();

    private static readonly Gen<string?> Optional =
        from text in Texts from any in Gen.Elements(true, false) select any ? text : null;

    private static readonly Gen<EventDock.Domain.Kernel.ByteCount?> Counts =
        from n in Gen.Choose(0, int.MaxValue)
        from any in Gen.Elements(true, false)
        select any ? (EventDock.Domain.Kernel.ByteCount?)(n * 5_000_000L) : null;

    /// <summary>None is null: a reader gives no empty one.</summary>
    private static readonly Gen<RunMore?> Mores =
        from triggers in Lists
        from shell in Lists
        from test in Lists
        from interval in Counts
        from retries in Counts
        from check in Gen.Elements(true, false)
        let more = new RunMore(triggers, shell, check ? new Healthcheck(test, interval, null, retries, retries) : null)
        select more == RunMore.Empty ? null : more;

    private static readonly Gen<RunConfig> Runs =
        from env in Lists
        from entrypoint in Lists
        from cmd in Lists
        from dir in Optional
        from user in Optional
        from signal in Optional
        from labels in Sets
        from ports in Sets
        from volumes in Sets
        from more in Mores
        select new RunConfig(
            env, entrypoint, cmd, dir ?? "", user ?? "", signal, labels.Map(l => new Label(l, l + "!")), ports, volumes, more);

    private static readonly Gen<HistoryEntry> Entries =
        from created in Moments
        from createdBy in Optional
        from comment in Optional
        from author in Optional
        from empty in Gen.Elements(true, false)
        select new HistoryEntry(created, createdBy ?? "", comment, author, empty);

    public static readonly Gen<ImageConfig> Configs =
        from created in Moments
        from author in Optional
        from platform in Platforms
        from run in Runs
        from history in Entries.ListOf()
        from digests in Digests.ListOf(history.Count)
        select new ImageConfig(
            created, author, platform, run, digests.Take(history.Count(h => !h.Empty)).ToArray().ToSeq(), history.ToSeq());
}
