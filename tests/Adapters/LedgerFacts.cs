namespace EventDock.Tests.Adapters;

using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;

/// <summary>Events to append, and whole lawful histories of them.</summary>
internal static class LedgerFacts
{
    public static readonly DateTimeOffset Start = TestLedger.Start;

    public static string Hex(string seed) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(seed)).Hex;

    public static ContainerId Container(string seed) => LedgerFixture.Must(ContainerId.Parse(Hex(seed)));

    public static StreamAppend To(string stream, long expected, params DockEvent[] events) =>
        new(stream, expected, events.Select((e, i) => Fact.At(Start.AddSeconds(expected + i), e)).ToSeq());

    public static Append One(string stream, long expected, params DockEvent[] events) =>
        new(Seq1(To(stream, expected, events)), Seq<Guard>());

    public static ImageContent Content(params string[] layers) => new(
        Start, "somebody", "linux", "amd64", null,
        RunConfig.Empty with { Env = Seq("PATH=/bin", "NUL=\0", "half=\ud800"), Labels = Seq1(new Label("k", "v \"q\" \\ \u001f")) },
        layers.Map(l => new ImageLayer(l, Digest.Of([1]), 5)).ToSeq(), Seq1(new HistoryEntry(Start, "RUN a && b", null, null, false)),
        5 * layers.Length);

    public static LayerCreated Layer(string id) => new(
        id, null, null, Digest.Of([1]), new BlobRef(MediaType.OciLayerGzip, Digest.Of([2]), long.MaxValue), 5);

    public static ImageBuilt Built(string id, params string[] layers) => new(id, null, 12, Content(layers));

    public static ContainerCreated Created(ContainerId id, string name, string image) => new(
        id, name, "img:latest", image,
        new ContainerSettings(
            Seq<string>(), Seq("cat", "server.js", "\0", "\udc00"), "/", "", id.Short, "private", true, true, false,
            Seq1(new SecretName("PASSWORD", "abc")), null));

    /// <summary>An image over the layers, and all of it there.</summary>
    public static Append Image(string id, params string[] layers) => new(
        layers.Select(l => To(Streams.Layer(l), 0, Layer(l))).ToArray().ToSeq() + Seq1(To(Streams.Image(id), 0, Built(id, layers))),
        Seq<Guard>());

    /// <summary>
    /// A history of all views' events as a program of random numbers makes it: every append fits the state that those before
    /// it have left, several events of one row in one append included.
    /// </summary>
    public static Seq<Append> History(IEnumerable<int> program)
    {
        var versions = new Dictionary<string, long>();
        var appends = new List<Append>();
        var containers = new Dictionary<string, string>();
        var (images, tags) = (new System.Collections.Generic.HashSet<string>(), new Dictionary<string, string>());
        var step = 0;
        foreach (var choice in program.Select(Math.Abs))
        {
            step++;
            var name = $"c{choice % 5}";
            switch (choice % 9)
            {
                case 0:
                    var (id, layer) = (Hex($"image{step % 7}"), Hex($"layer{step}"));
                    Add((Streams.Layer(layer), [Layer(layer)]), (Streams.Image(id), [images.Add(id) ? Built(id, layer) : Built(id, layer)]));
                    break;
                case 1 when images.Count > 0:
                    var gone = images.First();
                    images.Remove(gone);
                    Add((Streams.Image(gone), [new ImageRemoved(gone)]));
                    break;
                case 2:
                    var (reference, image) = ($"docker.io/library/t{choice % 3}:latest", Hex($"image{choice % 7}"));
                    Add((Streams.Tag(reference), [new ImageTagged(reference, image, tags.GetValueOrDefault(reference))]));
                    tags[reference] = image;
                    break;
                case 3 when tags.Count > 0:
                    var (untagged, was) = tags.First();
                    tags.Remove(untagged);
                    Add((Streams.Tag(untagged), [new ImageUntagged(untagged, was)]));
                    break;
                case 4 when !containers.ContainsKey(name):
                    var made = Container($"{name}/{step}");
                    containers[name] = made.Value;
                    // Created and asked to start in one append: two versions of one row.
                    Add(
                        (Streams.Layer(made.Value), [new LayerCreated(made.Value, made.Value, null, null, null, 0)]),
                        (Streams.Container(made.Value), [Created(made, name, Hex("image1")), new ContainerStartRequested(made)]));
                    break;
                case 5 or 6 when containers.TryGetValue(name, out var started):
                    var run = LedgerFixture.Must(ContainerId.Parse(started));
                    Add((Streams.Container(started), [
                        new ContainerStarted(run, 7, 99, "boot"), new ContainerExited(run, choice % 3, false), new ContainerStartRequested(run)]));
                    break;
                case 7 when containers.TryGetValue(name, out var written):
                    Add((Streams.Layer(written), [new LayerWritten(
                        written, "exit", 1, 0, 0, 3, null, Seq(new PathChange("A", "/é", false, "file", 3, null, null), new PathChange("A", "L/8=", true, "file", 0, null, null)), null)]));
                    break;
                case 8 when containers.Remove(name, out var removed):
                    Add(
                        (Streams.Container(removed), [new ContainerRemoved(LedgerFixture.Must(ContainerId.Parse(removed)))]),
                        (Streams.Layer(removed), [new LayerRemoved(removed)]));
                    break;
                default:
                    var key = Hex($"step{choice % 4}");
                    Add((Streams.BuildStep(key), [new BuildStepCompleted(key, $"RUN {step}", Start, null, null)]));
                    break;
            }
        }

        return appends.ToSeq();

        void Add(params (string Stream, DockEvent[] Events)[] parts)
        {
            appends.Add(new Append(
                parts.Select(p => To(p.Stream, versions.GetValueOrDefault(p.Stream), p.Events)).ToArray().ToSeq(), Seq<Guard>()));
            foreach (var (stream, events) in parts)
            {
                versions[stream] = versions.GetValueOrDefault(stream) + events.Length;
            }
        }
    }

    public static Append Root(string id) => One(Streams.Root, 0, new RootInitialized(id, "host", "boot", "0.1.0"));
}
