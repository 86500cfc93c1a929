namespace EventDock.Tests.Properties;

using System.IO;
using System.Runtime.CompilerServices;
using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using EventDock.Domain.Store;

/// <summary>
/// What was stored once must be readable for ever: <c>Samples/ALIAS.vN.json</c> is one event of every type and schema version that
/// was ever written. A sample is never changed; a new version gets a new file, and a line here.
/// </summary>
public sealed class CodecSamples
{
    private static readonly string Hex = new('a', 64);
    private static readonly Digest Digest = Right(Digest.FromHex(new string('b', 64)));
    private static readonly ContainerId Id = Right(ContainerId.Parse(new string('c', 64)));
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 11, 21, 10, 20, 30, TimeSpan.Zero).AddMicroseconds(123456);

    private static readonly ImageContent Content = new(
        At, "somebody", "linux", "arm", "v7",
        new RunConfig(
            Seq("PATH=/bin", "A=é\u2400"), Seq1("/entry"), Seq("node", "server.js"), "/app", "node:node", "SIGQUIT",
            Seq1(new Label("k", "v")), Seq1("80/tcp"), Seq1("/data")),
        Seq1(new ImageLayer(Hex, Digest, 9007199254740993)),
        Seq(new HistoryEntry(At, "COPY server.js .", "a comment", "an author", false), new HistoryEntry(null, "CMD node", null, null, true)),
        9007199254740993);

    private static readonly Seq<SecretName> Secrets = Seq1(new SecretName("PASSWORD", Hex));

    private static readonly ContainerSettings Settings = new(
        Seq1("/entry"), Seq("node", "server.js"), "/app", "node", Id.Short, "private", true, false, true, Secrets, "SIGQUIT");

    /// <summary>What the samples hold, by file.</summary>
    public static readonly Seq<(string File, DockEvent Event)> All = Seq<(string, DockEvent)>(
        ("root_initialized.v1", new RootInitialized(Hex, "host", "boot", "0.1.0")),
        ("root_adopted.v1", new RootAdopted(Hex, "host", "boot", "before", 77)),
        ("command_refused.v1", new CommandRefused("rm", "WrongState", "container is running")),
        ("command_undone.v1", new CommandUndone("0199a8f2-57e3-7c2f-8a52-6a6d5a3f0b11", 9007199254740993)),
        ("layer_created.v1", new LayerCreated(Hex, null, "parent", Digest, new BlobRef(MediaType.OciLayerGzip, Digest, 12), long.MaxValue)),
        ("layer_written.v1", new LayerWritten(
            Hex, "exit", 1, 2, 3, 4, new BlobRef("application/json", Digest, 5),
            Seq(new PathChange("A", "/é", false, "file", 6, Digest, null), new PathChange("D", "L/8=", true, "file", 0, null, "too large")), "out of time")),
        ("layer_quota_reached.v1", new LayerQuotaReached(Hex, 1_000_000)),
        ("layer_restored.v1", new LayerRestored(Hex, "parent", At, 9007199254740993, 5, true)),
        ("layer_content_removed.v1", new LayerContentRemoved(Hex, 9007199254740993)),
        ("layer_removed.v1", new LayerRemoved(Hex)),
        ("layer_repaired.v1", new LayerRepaired(Hex, "files", "blob")),
        ("image_repaired.v1", new ImageRepaired(Hex, "docker.io/library/node:22")),
        ("image_pulled.v1", new ImagePulled(Hex, "docker.io", "docker.io/library/node:22", Digest, "linux/arm/v7", 33, 44, Content)),
        ("image_restored.v1", new ImageRestored(Hex, "pulled", At, Content)),
        ("image_pushed.v1", new ImagePushed(Hex, "registry.example:5000", "team/node", "22", Digest, 9007199254740993, 1, 2, 3, 77)),
        ("image_built.v1", new ImageBuilt(Hex, "base", 55, Content)),
        ("image_committed.v1", new ImageCommitted(Hex, new string('c', 64), "base", true, 88, Content)),
        ("image_imported.v1", new ImageImported(Hex, "-", Content with { Created = null, Author = null, Variant = null, Run = RunConfig.Empty })),
        ("image_loaded.v1", new ImageLoaded(
            Hex, "images.tar", "oci-archive", Digest, 9007199254740993, 66, Content with
            {
                Run = Content.Run with
                {
                    More = new RunMore(
                        Seq1("RUN make"), Seq("/bin/bash", "-c"), new Healthcheck(Seq("CMD", "true"), 5_000_000_000, null, null, 3)),
                },
            })),
        ("image_removed.v1", new ImageRemoved(Hex)),
        ("image_tagged.v1", new ImageTagged("docker.io/library/node:22", Hex, "before")),
        ("image_untagged.v1", new ImageUntagged("docker.io/library/node:22", Hex)),
        ("build_step_completed.v1", new BuildStepCompleted(Hex, "RUN make", At, "layer", Digest)),
        ("container_created.v1", new ContainerCreated(Id, "reverent_jackson", "node:22", Hex, Settings)),
        ("container_restored.v1", new ContainerRestored(
            Id, "reverent_jackson", "node:22", Hex, Settings, At, At, At, 137, true, "not found")),
        ("container_start_requested.v1", new ContainerStartRequested(Id)),
        ("container_started.v1", new ContainerStarted(Id, 42, 123456789012345678, "boot")),
        ("container_start_failed.v1", new ContainerStartFailed(Id, 127, "not found")),
        ("container_signalled.v1", new ContainerSignalled(Id, "SIGTERM", "stop")),
        ("container_exited.v1", new ContainerExited(Id, 137, true)),
        ("container_paused.v1", new ContainerPaused(Id)),
        ("container_unpaused.v1", new ContainerUnpaused(Id)),
        ("container_renamed.v1", new ContainerRenamed(Id, "web", "reverent_jackson")),
        ("container_copied_out.v1", new ContainerCopiedOut(Id, "/é", false)),
        ("container_copied_in.v1", new ContainerCopiedIn(Id, "L/8=", true)),
        ("container_exported.v1", new ContainerExported(Id)),
        ("container_attached.v1", new ContainerAttached(Id, true)),
        ("store_pruned.v1", new StorePruned("container", 9007199254740993)),
        ("container_removed.v1", new ContainerRemoved(Id)),
        ("exec_requested.v1", new ExecRequested("e1", Id, Seq("ls", "-l"), "root", "/", true, Secrets)),
        ("exec_started.v1", new ExecStarted("e1", Id, 43)),
        ("exec_failed.v1", new ExecFailed("e1", Id, 126, "permission denied")),
        ("exec_exited.v1", new ExecExited("e1", Id, 1)),
        ("foreign_event_found.v1", new ForeignEventFound(77, "018f0000-0000-7000-8000-000000000000", "container-1", 3, "order_placed")),
        ("redacted.v1", new Redacted(77, Seq("headers", "data"), "a password")),
        ("segment_sealed.v1", new SegmentSealed(1, 100_000, "000000000001-000000100000.ndjson.gz", 28_600_000, Digest)),
        ("segment_rewritten.v1", new SegmentRewritten(1, 100_000, "000000000001-000000100000.2.ndjson.gz", 28_600_000, Digest)),
        ("segment_dropped.v1", new SegmentDropped(1, 100_000)),
        ("bookmark_set.v1", new BookmarkSet("before-the-update", 9_007_199_254_740_993)),
        ("bookmark_removed.v1", new BookmarkRemoved("before-the-update")));

    [Fact]
    public void Every_sample_reads_as_the_event_it_was()
    {
        foreach (var (file, happened) in All)
        {
            var (alias, schema) = Parts(file);
            Assert.Equal(happened, Right(EventCodec.Read(1, alias, schema, Text(file))));
        }
    }

    [Fact]
    public void Every_event_is_written_today_as_its_newest_sample_is()
    {
        foreach (var kind in EventCodec.Kinds)
        {
            var file = $"{kind.Alias}.v{kind.Schema}";
            var happened = All.Single(s => s.File == file).Event;
            Assert.Equal(
                System.Text.Encoding.UTF8.GetString(Right(CanonicalJson.Of(Text(file)))),
                System.Text.Encoding.UTF8.GetString(Right(CanonicalJson.Of(EventCodec.Write(happened)))));
        }
    }

    [Fact]
    public void There_is_a_sample_of_every_type_and_version_and_no_other_file()
    {
        var wanted = EventCodec.Kinds.SelectMany(k => Enumerable.Range(1, k.Schema).Select(v => $"{k.Alias}.v{v}")).Order();
        Assert.Equal(wanted, All.Map(s => s.File).Order());
        Assert.Equal(wanted, Directory.GetFiles(Folder(), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order());
    }

    [Fact]
    public void The_codec_knows_every_event_by_the_names_it_has_in_the_ledger()
    {
        var cases = typeof(DockEvent).Assembly.GetTypes()
            .Where(t => t.IsAssignableTo(typeof(DockEvent)) && !t.IsAbstract && t != typeof(DataRedacted)).ToList();
        Assert.Equal(cases.OrderBy(t => t.FullName, StringComparer.Ordinal), EventCodec.Kinds.Map(k => k.Type).OrderBy(t => t.FullName, StringComparer.Ordinal));
        foreach (var kind in EventCodec.Kinds)
        {
            Assert.True(kind.Type.IsSealed, kind.Name);
            Assert.Equal(kind.Type.Name, kind.Name);
            Assert.Equal($"{kind.Type.FullName}, {kind.Type.Assembly.GetName().Name}", kind.DotNetType);
            Assert.Equal(kind.Alias, string.Concat(kind.Name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : $"{c}")));
        }
    }

    [Fact]
    public void A_type_or_a_schema_of_a_later_version_is_refused_with_its_position()
    {
        Assert.Equal(new DomainError.LedgerUnreadable(7, "event type later is not known to this version"), Left(EventCodec.Read(7, "later", 1, "{}")));
        Assert.IsType<DomainError.LedgerUnreadable>(Left(EventCodec.Read(7, "image_removed", 99, "{\"Id\":\"a\"}")));
        Assert.IsType<DomainError.LedgerUnreadable>(Left(EventCodec.Read(7, "image_removed", 1, "{}")));
        Assert.IsType<DomainError.LedgerUnreadable>(Left(EventCodec.Read(7, "image_removed", 1, "{\"Id\":null}")));
        Assert.IsType<DomainError.LedgerUnreadable>(Left(EventCodec.Read(7, "image_removed", 1, "null")));
        Assert.IsType<DomainError.LedgerUnreadable>(Left(EventCodec.Read(7, "image_removed", 1, "{")));
    }

    /// <summary>The samples as they are read from their files.</summary>
    internal static Seq<(string File, DockEvent Event)> Stored() =>
        All.Map(s => (s.File, Right(EventCodec.Read(1, Parts(s.File).Alias, Parts(s.File).Schema, Text(s.File)))));

    internal static T Right<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => r, Left: e => throw new InvalidOperationException(e.ToString()));

    internal static DomainError Left<T>(Either<DomainError, T> result) =>
        result.Match(Right: r => throw new InvalidOperationException($"not refused: {r}"), Left: e => e);

    private static (string Alias, int Schema) Parts(string file)
    {
        var parts = file.Split(".v");
        return (parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Folder(), file + ".json"));

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Samples");
}
