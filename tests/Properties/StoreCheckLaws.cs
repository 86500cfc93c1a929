namespace EventDock.Tests.Properties;

using EventDock.Domain.Images;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Domain.Store;
using EventDock.Projections;
using FsCheck;
using FsCheck.Fluent;
using static EventDock.Tests.Properties.Laws;

/// <summary>The comparison of ledger and disk: a sound store has no findings, and one change has exactly its own.</summary>
public sealed class StoreCheckLaws
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly CheckMoment Quiet = new(Now, Quiet: true, _ => true);
    private static readonly TreeSum Tree = new(3, Histories.D(200));

    private sealed record Store(KnownStore Known, FoundStore Found);

    private static string Hex(int n) => Histories.D(n).Hex;

    /// <summary>So many images, each with layers of its own and the layers of the one before; a running container on the last.</summary>
    private static Gen<Store> Sound =>
        from images in Gen.Choose(0, 4)
        from layers in Gen.Choose(1, 3)
        from running in Gen.Elements(true, false)
        select Made(images, layers, running && images > 0);

    private static Store Made(int images, int each, bool running)
    {
        var layers = Enumerable.Range(0, images * each).Select(n => new StoredLayer(
            Hex(n), n == 0 ? null : Hex(n - 1), Histories.D(n), new BlobRef(MediaType.OciLayerGzip, Histories.D(50 + n), 100 + n), 10)).ToArray();
        var rows = layers.Select(l => new LayerRow(l.Id, null, l.Parent, l.DiffId, l.Blob, l.Size, Now, 0, 0)).ToSeq().Strict();
        var known = Enumerable.Range(0, images).Select(n => new ImageRow(
            Hex(100 + n), "pulled", Now,
            Histories.Content with
            {
                Layers = layers.Take((n + 1) * each).Select(l => new ImageLayer(l.Id, l.DiffId, l.Size)).ToSeq().Strict(),
            })).ToSeq().Strict();
        var container = Histories.Ids[0];
        var containers = running
            ? Seq1(new ContainerRow(
                container, "n", "i", Hex(100), Histories.Settings, Now, ContainerRow.Running, 1, 2, "b", Now, null, null, false, null))
            : Seq<ContainerRow>();
        return new Store(
            new KnownStore(
                known, rows, known.Map(i => new TagRow($"t{i.Id}", i.Id, Now)).Strict(), containers,
                new Dictionary<string, long?>(), Seq<Segment>()),
            new FoundStore(
                layers.ToDictionary(l => l.Blob.Digest.Hex, l => new FoundBlob(l.Blob.Size.Value, null, l.Blob.Digest, Now))
                    .Concat(known.ToDictionary(i => i.Id, i => new FoundBlob(7, null, Digest.FromHex(i.Id).IfLeft(_ => Histories.D(0)), Now)))
                    .ToDictionary(b => b.Key, b => b.Value),
                layers.ToDictionary(l => l.Id, l => new FoundLayer(l, true, Tree, Tree, Now)),
                layers.ToDictionary(l => l.Id[..16], l => l.Id),
                containers.ToDictionary(c => c.Id.Value, c => new FoundContainer(true, rows.Take(each).Map(l => l.Id).ToSeq().Strict(), Now)),
                containers.Map(c => $"containers/{c.Id.Value}/merged").Strict(),
                Seq1(new StagedName("held", true)),
                0,
                new Dictionary<string, long>()));
    }

    private static Dictionary<string, T> Without<T>(IReadOnlyDictionary<string, T> all, string key) =>
        all.Where(x => x.Key != key).ToDictionary(x => x.Key, x => x.Value);

    private static Dictionary<string, T> With<T>(IReadOnlyDictionary<string, T> all, string key, T value)
    {
        var changed = Without(all, key);
        changed.Add(key, value);
        return changed;
    }

    private static bool Only(Seq<StoreFinding> found, FindingKind kind, Fault fault, string what) =>
        found.Count == 1 && found[0].Kind == kind && found[0].Fault == fault && found[0].What == what;

    [Fact]
    public void A_sound_store_has_no_findings() =>
        Holds(Sound, s => StoreCheck.Compare(s.Known, s.Found, Quiet).IsEmpty);

    [Fact]
    public void A_blob_that_is_gone_too_short_or_other_bytes_is_found_and_nothing_else_is() => Holds(
        from s in Sound.Where(s => s.Found.Blobs.Count > 0)
        from name in Gen.Elements(s.Found.Blobs.Keys.ToArray())
        select (s, name),
        x =>
        {
            var (known, found) = (x.s.Known, x.s.Found);
            var blob = found.Blobs[x.name];
            var sized = known.Layers.Exists(l => l.Blob!.Digest.Hex == x.name);
            return Only(
                    StoreCheck.Compare(known, found with { Blobs = Without(found.Blobs, x.name) }, Quiet), FindingKind.Blob, Fault.Missing, x.name)
                && (!sized || Only(
                    StoreCheck.Compare(known, found with { Blobs = With(found.Blobs, x.name, blob with { Size = blob.Size - 1 }) }, Quiet),
                    FindingKind.Blob, Fault.WrongSize, x.name))
                && Only(
                    StoreCheck.Compare(
                        known, found with { Blobs = With(found.Blobs, x.name, blob with { Digest = Histories.D(250) }) }, Quiet),
                    FindingKind.Blob, Fault.WrongDigest, x.name);
        });

    [Fact]
    public void A_layer_whose_files_record_or_tree_are_others_is_found() => Holds(
        from s in Sound.Where(s => s.Found.Layers.Count > 0 && s.Known.Containers.IsEmpty)
        from id in Gen.Elements(s.Found.Layers.Keys.ToArray())
        select (s, id),
        x =>
        {
            var (known, found) = (x.s.Known, x.s.Found);
            var layer = found.Layers[x.id];
            return new (FoundLayer Changed, Fault Fault)[]
            {
                (layer with { HasFiles = false }, Fault.Missing),
                (layer with { Record = null }, Fault.RecordUnreadable),
                (layer with { Record = layer.Record! with { DiffId = Histories.D(251) } }, Fault.RecordDiffers),
                (layer with { Walked = Tree with { Entries = 2 } }, Fault.TreeDiffers),
                (layer with { Walked = Tree with { Digest = Histories.D(252) } }, Fault.TreeDiffers),
            }.All(change => Only(
                StoreCheck.Compare(known, found with { Layers = With(found.Layers, x.id, change.Changed) }, Quiet),
                FindingKind.Layer, change.Fault, x.id));
        });

    [Fact]
    public void What_the_ledger_does_not_know_is_found_when_all_is_quiet_or_it_is_old_and_else_noted() => Holds(
        from s in Sound
        from minutes in Gen.Choose(0, 240)
        from quiet in Gen.Elements(true, false)
        select (s, minutes, quiet),
        x =>
        {
            var stranger = new string('e', 64);
            var found = x.s.Found with
            {
                Layers = With(x.s.Found.Layers, stranger, new FoundLayer(null, true, null, null, Now.AddMinutes(-x.minutes))),
            };
            var all = StoreCheck.Compare(x.s.Known, found, Quiet with { Quiet = x.quiet });
            return x.quiet || x.minutes >= 60
                ? Only(all, FindingKind.Unknown, Fault.NotInLedger, $"layers/{stranger}")
                : Only(all, FindingKind.Note, Fault.MayBeOnItsWay, $"layers/{stranger}");
        });

    [Fact]
    public void What_a_command_has_claimed_is_noted_however_old_it_is() => Holds(
        from s in Sound
        from minutes in Gen.Choose(0, 240)
        from quiet in Gen.Elements(true, false)
        select (s, minutes, quiet),
        x =>
        {
            var stranger = new Claim(ClaimKind.Layer, new string('e', 64));
            var found = x.s.Found with
            {
                Layers = With(x.s.Found.Layers, stranger.Name, new FoundLayer(null, true, null, null, Now.AddMinutes(-x.minutes))),
                Claimed = new System.Collections.Generic.HashSet<string> { stranger.Place },
            };
            return Only(StoreCheck.Compare(x.s.Known, found, Quiet with { Quiet = x.quiet }), FindingKind.Note, Fault.Claimed, stranger.Place)
                && Claim.Parse(stranger.Line) == Some(stranger);
        });

    [Fact]
    public void A_running_container_needs_its_mount_and_an_ended_one_has_none()
    {
        var (known, found) = Made(1, 1, running: true);
        var id = Histories.Ids[0].Value;
        Assert.True(Only(
            StoreCheck.Compare(known, found with { Mounts = Seq<string>() }, Quiet), FindingKind.Mount, Fault.NotMounted, $"containers/{id}/merged"));
        Assert.True(Only(
            StoreCheck.Compare(known, found, Quiet with { Alive = _ => false }), FindingKind.Note, Fault.EndedUnseen, id));
        var ended = known with { Containers = known.Containers.Map(c => c with { State = ContainerRow.Exited }).Strict() };
        Assert.True(Only(StoreCheck.Compare(ended, found, Quiet), FindingKind.Mount, Fault.StrayMount, $"containers/{id}/merged"));
    }

    [Fact]
    public void A_manifest_is_known_by_its_image_and_a_note_after_that_has_gone()
    {
        var s = Made(1, 1, running: false);
        FoundStore With(string image) => s.Found with
        {
            Blobs = StoreCheckLaws.With(s.Found.Blobs, Hex(240), new FoundBlob(9, image, Histories.D(240), Now)),
        };
        Assert.Empty(StoreCheck.Compare(s.Known, With(s.Known.Images[0].Id), Quiet));
        Assert.True(Only(StoreCheck.Compare(s.Known, With(Hex(241)), Quiet), FindingKind.Note, Fault.ManifestLeft, Hex(240)));
    }

    [Fact]
    public void Every_kind_of_finding_has_its_word_and_an_exit_code_of_its_own()
    {
        var kinds = Enum.GetValues<FindingKind>();
        var codes = kinds.Select(kind => EventDock.Cli.Output.CheckText.ExitCode(Done(new StoreFinding(kind, Fault.Missing, "x", "")))).ToArray();
        Assert.Equal(kinds.Length, codes.Distinct().Count());
        Assert.Equal(0, codes[(int)FindingKind.Note]);
        Assert.All(
            Enum.GetValues<Fault>(),
            fault => Assert.Contains(": ", EventDock.Cli.Output.CheckText.Line(new StoreFinding(FindingKind.Layer, fault, "x", "y")), StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_layer_is_unpacked_from_a_sound_blob_else_fetched_else_lost_and_never_exchanged_under_a_container()
    {
        var s = Made(1, 1, running: false);
        var layer = s.Known.Layers[0];
        var files = new StoreFinding(FindingKind.Layer, Fault.TreeDiffers, layer.Id, "");
        var blob = new StoreFinding(FindingKind.Blob, Fault.Missing, layer.Blob!.Digest.Hex, "");
        var pull = new EventDock.Domain.Images.ImagePulled(
            s.Known.Images[0].Id, "docker.io", "docker.io/library/a:1", Histories.D(2), "linux/amd64", 1, 1, s.Known.Images[0].Content);
        var none = Seq<EventDock.Domain.Images.ImagePulled>();
        Assert.IsType<RepairStep.Unpack>(Assert.Single(RepairPlan.Of(Seq1(files), s.Known, none)));
        Assert.IsType<RepairStep.FetchLayer>(Assert.Single(RepairPlan.Of(Seq(files, blob), s.Known, Seq1(pull))));
        Assert.IsType<RepairStep.Lost>(Assert.Single(RepairPlan.Of(Seq(files, blob), s.Known, none)));
        var running = Made(1, 1, running: true);
        var thin = new LayerRow(Histories.Ids[0].Value, Histories.Ids[0].Value, layer.Id, null, null, 0, Now, 0, 0);
        var known = running.Known with { Layers = running.Known.Layers.Add(thin) };
        Assert.IsType<RepairStep.InUse>(Assert.Single(RepairPlan.Of(Seq1(files), known, none)));
    }

    [Fact]
    public void Every_grave_finding_has_a_step_and_nothing_unknown_is_touched() => Assert.All(
        Enum.GetValues<FindingKind>().Except([FindingKind.Note]),
        kind =>
        {
            var s = Made(1, 1, running: false);
            var what = kind == FindingKind.Layer ? s.Known.Layers[0].Id : "x";
            var step = Assert.Single(RepairPlan.Of(
                Seq1(new StoreFinding(kind, Fault.Missing, what, s.Known.Layers[0].Id)), s.Known, Seq<EventDock.Domain.Images.ImagePulled>()));
            Assert.Equal(kind is FindingKind.Unknown or FindingKind.Mount or FindingKind.Reference, step is RepairStep.Leave);
        });

    private static EventDock.Engine.Checked Done(StoreFinding finding) => new(Seq1(finding), 0, 0, 0, 0, true, None);
}
