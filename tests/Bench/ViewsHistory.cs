namespace EventDock.Tests.Bench;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using LanguageExt;
using static LanguageExt.Prelude;

/// <summary>
/// A lawful history of a busy host, as appends of some hundred events: images with many tags that move, containers that are
/// started and end again and again, processes in them, signals. Every container has ended in the middle and, but for those that
/// are left running, at the end.
/// </summary>
/// <param name="Running">How many containers run at the end: as the process that <paramref name="Alive"/> names.</param>
public sealed record ViewsHistory(int Events, int Images, int Tags, int Containers, int Running, ContainerStarted Alive)
{
    private const int AppendSize = 400;

    private readonly Dictionary<string, long> versions = [];
    private readonly Dictionary<string, string> tagged = [];
    private readonly List<StreamAppend> pending = [];
    private int waiting;
    private int made;

    public IEnumerable<Append> Appends()
    {
        Add(Streams.Root, new RootInitialized(Hex("root"), "bench", Alive.BootId, "0.1.0"));
        for (var n = 0; n < Images; n++)
        {
            AddImage(n);
            foreach (var append in Full())
            {
                yield return append;
            }
        }

        for (var n = 0; n < Tags; n++)
        {
            Tag(n, n % Images);
            foreach (var append in Full())
            {
                yield return append;
            }
        }

        for (var n = 0; n < Containers; n++)
        {
            Create(n);
            foreach (var append in Full())
            {
                yield return append;
            }
        }

        // Neighbours in time are not neighbours in key: every round visits all containers in another order.
        for (var (turn, moves) = (0, 0); made < Events - (Running * 2); turn++)
        {
            var round = turn / Containers;
            Cycle((int)(((long)turn * 7919 + round) % Containers), round);
            if (turn % 10 == 0)
            {
                Tag(moves % Tags, (moves + (moves / Tags) + 1) % Images);
                moves++;
            }

            foreach (var append in Full())
            {
                yield return append;
            }
        }

        for (var n = 0; n < Running; n++)
        {
            var id = Id(n);
            Add(Streams.Container(id.Value), new ContainerStartRequested(id), Alive with { Id = id });
        }

        yield return Take();
    }

    public static ContainerId Id(int n) =>
        ContainerId.Parse(Hex($"container{n}")).IfLeft(_ => throw new InvalidOperationException("hex is an id"));

    private static string Hex(string seed) => Digest.Of(Encoding.UTF8.GetBytes(seed)).Hex;

    private static string ImageId(int n) => Hex($"image{n}");

    private void AddImage(int n)
    {
        // Two layers that ten images share, and two of its own.
        var layers = new[] { $"base{n / 10}/0", $"base{n / 10}/1", $"own{n}/0", $"own{n}/1" }.Select(Hex).ToArray();
        string? parent = null;
        foreach (var layer in layers)
        {
            if (!versions.ContainsKey(Streams.Layer(layer)))
            {
                Add(Streams.Layer(layer), new LayerCreated(
                    layer, null, parent, Digest.Of(Encoding.UTF8.GetBytes(layer)),
                    new BlobRef(MediaType.OciLayerGzip, Digest.Of(Encoding.UTF8.GetBytes("z" + layer)), 3_000_000), 8_000_000));
            }

            parent = layer;
        }

        var created = DateTimeOffset.UnixEpoch.AddDays(20_000 + n);
        Add(Streams.Image(ImageId(n)), new ImagePulled(
            ImageId(n), "docker.io", $"docker.io/library/app{n}:1", Digest.Of(Encoding.UTF8.GetBytes($"manifest{n}")), "linux/amd64",
            12_000_000, 900,
            new ImageContent(
                created, null, "linux", "amd64", null,
                RunConfig.Empty with
                {
                    Env = Seq("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "NODE_VERSION=6.9.2"),
                    Cmd = Seq("node", "server.js"),
                    WorkingDir = "/app",
                    Labels = Seq1(new Label("maintainer", "somebody@example.org")),
                },
                layers.Select(l => new ImageLayer(l, Digest.Of(Encoding.UTF8.GetBytes(l)), 8_000_000)).ToSeq(),
                layers.Select((_, i) => new HistoryEntry(created, $"/bin/sh -c apt-get install -y package{i}", null, null, false)).ToSeq(),
                32_000_000)));
    }

    private void Tag(int tag, int image)
    {
        var reference = string.Create(CultureInfo.InvariantCulture, $"docker.io/library/app{tag / 20}:{tag % 20}");
        Add(Streams.Tag(reference), new ImageTagged(reference, ImageId(image), tagged.GetValueOrDefault(reference)));
        tagged[reference] = ImageId(image);
    }

    private void Create(int n)
    {
        var id = Id(n);
        var image = n % Images;
        Add(Streams.Layer(id.Value), new LayerCreated(id.Value, id.Value, Hex($"own{image}/1"), null, null, 0));
        Add(Streams.Container(id.Value), new ContainerCreated(
            id, $"web-{n}", $"app{image}:1", ImageId(image),
            new ContainerSettings(
                Seq<string>(), Seq("node", "server.js"), "/app", "", id.Short, "private", false, false, false,
                Seq1(new SecretName("PASSWORD", Hex($"secret{n}"))), null)));
    }

    private void Cycle(int n, int round)
    {
        var id = Id(n);
        Add(Streams.Container(id.Value), new ContainerStartRequested(id), new ContainerStarted(id, 1000 + n, 100_000 + round, "bench"));
        if ((n + round) % 3 == 0)
        {
            var exec = $"{round:x4}{n:x8}";
            Add(
                Streams.Exec(id.Value, exec), new ExecRequested(exec, id, Seq("sh", "-c", "date"), "", "/app", false, Seq<SecretName>()),
                new ExecStarted(exec, id, 2000 + n), new ExecExited(exec, id, 0));
        }

        if ((n + round) % 4 == 0)
        {
            Add(Streams.Container(id.Value), new ContainerSignalled(id, "TERM", "stop"));
        }

        Add(Streams.Container(id.Value), new ContainerExited(id, (n + round) % 5, false));
        Add(Streams.Layer(id.Value), new LayerWritten(
            id.Value, "exit", 1, 1, 0, 5_000 + n, new BlobRef("application/x-ndjson", Digest.Of(Encoding.UTF8.GetBytes($"changes{round}")), 300),
            Seq(
                new PathChange("A", $"/app/log/{round}.log", false, "file", 5_000, Digest.Of(Encoding.UTF8.GetBytes($"log{round}")), null),
                new PathChange("C", "/app/log", false, "directory", 0, null, null)),
            null));
    }

    private void Add(string stream, params DockEvent[] events)
    {
        pending.Add(new StreamAppend(
            stream, versions.GetValueOrDefault(stream), events.Select(e => Fact.At(DateTimeOffset.UtcNow, e)).ToSeq().Strict()));
        versions[stream] = versions.GetValueOrDefault(stream) + events.Length;
        waiting += events.Length;
        made += events.Length;
    }

    private IEnumerable<Append> Full() => waiting >= AppendSize ? [Take()] : [];

    private Append Take()
    {
        var append = new Append(pending.ToArray().ToSeq().Strict(), Seq<Guard>());
        pending.Clear();
        waiting = 0;
        return append;
    }
}
