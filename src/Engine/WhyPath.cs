namespace EventDock.Engine;

using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Images;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>Which layer, instruction and event brought the file at a path.</summary>
internal static class WhyPath
{
    public static EitherAsync<DomainError, CausedPath> OfImage(Ports ports, CausedImage image, byte[] path, CancellationToken cancel) =>
        Trace(ports, image, None, path, 0, cancel).Bind(trace => Told(ports, $"image {image.Id[..12]}", image, None, path, trace, cancel));

    /// <summary>By its own layer, which is there.</summary>
    public static EitherAsync<DomainError, CausedPath> OfContainer(Ports ports, CausedContainer container, byte[] path, CancellationToken cancel) =>
        from trace in Trace(ports, container.From, Some(container.Id), path, 0, cancel)
        from record in trace.Versions.IsEmpty ? Made(ports, container.Id, trace.Path, None, cancel) : Give(Option<ThinRecord>.None)
        from told in record.Match(
            Some: last => Give(Gone(path, trace, last)),
            None: () => Told(ports, $"container {container.Id[..12]}", container.From, Some(container.Id), path, trace, cancel))
        select told;

    /// <summary>The last record of a path that the layers below never had: none, unless one has told of the path itself.</summary>
    private static EitherAsync<DomainError, Option<ThinRecord>> Made(
        Ports ports, string container, byte[] path, Option<long> until, CancellationToken cancel)
    {
        return
            from last in ThinRecords.Last(ports, container, path, until, cancel)
            from told in Told(last)
            select last.Filter(_ => told);

        EitherAsync<DomainError, bool> Told(Option<ThinRecord> record) => record.Match(
            Some: found => found.Change.IsSome
                ? Give(true)
                : ThinRecords.Last(ports, container, path, Some(found.Event.Position - 1), cancel).Bind(Told),
            None: () => Give(false));
    }

    /// <summary>Made and taken away in the container's own layer, which keeps no sign of it. The record does.</summary>
    private static CausedPath Gone(byte[] path, PathTrace trace, ThinRecord last)
    {
        var none = Version(last with { Change = None }, trace.Path);
        return new CausedPath(path, trace with { Versions = Seq1(none) }, Seq1(ByThin(Some(last), none)), ThinSource.Seen);
    }

    /// <summary>What the layers have to say of a path; each of them must be there.</summary>
    internal static EitherAsync<DomainError, PathTrace> Trace(
        Ports ports, Option<CausedImage> image, Option<string> container, byte[] path, int text, CancellationToken cancel)
    {
        var layers = Layers(image);
        return layers.Find(id => !ports.Layers.Has(id)).Match(
            Some: gone => Fail<PathTrace>(new DomainError.LayerGone(gone)),
            None: () => ports.Reader.Trace(new PathQuery(layers, container, path, Follow: true, text), cancel));
    }

    private static Seq<string> Layers(Option<CausedImage> image) =>
        image.Bind(i => i.Content).Map(c => c.Layers.Map(l => l.Id).Strict()).IfNone(Seq<string>());

    /// <summary>Who brought each of the versions.</summary>
    internal static EitherAsync<DomainError, Seq<Brought>> Bringers(
        Ports ports, Option<CausedImage> image, Option<string> container, PathTrace trace, CancellationToken cancel)
    {
        var layers = Layers(image);
        return trace.Versions.InTurn(version => version.Layer < layers.Count
            ? ByLayer(ports, image, layers[version.Layer], trace.Path, cancel)
            : container.Match(
                Some: id => ThinRecords.Last(ports, id, trace.Path, None, cancel).Map(record => ByThin(record, version)),
                None: () => throw new System.Diagnostics.UnreachableException("a thin layer without a container")));
    }

    private static EitherAsync<DomainError, CausedPath> Told(
        Ports ports, string what, Option<CausedImage> image, Option<string> container, byte[] path, PathTrace trace, CancellationToken cancel) =>
        from known in trace.Versions.IsEmpty ? Fail<Unit>(new DomainError.NoSuchFile(what, path)) : Done
        from brought in Bringers(ports, image, container, trace, cancel)
        select new CausedPath(path, trace, brought, ThinSource.Seen);

    /// <summary>The step is that of the lowest image that has it as its own: the one that made it.</summary>
    private static EitherAsync<DomainError, Brought> ByLayer(
        Ports ports, Option<CausedImage> image, string layer, byte[] path, CancellationToken cancel)
    {
        var own = image.Bind(top => top.Chain().Where(i => i.Steps.Exists(s => s.Layer.Exists(l => l.Id == layer))).ToSeq().Strict().LastOrNone());
        var step = own.Bind(i => i.Steps.Find(s => s.Layer.Exists(l => l.Id == layer)));
        return own.Bind(i => i.Of.Map(container => (Container: container.Id, At: i.Arrived.Head.Position))).Match(
            Some: from => ThinRecords.Last(ports, from.Container, path, Some(from.At), cancel)
                .Map(record => (Brought)new Brought.ByLayer(layer, own.Map(i => i.Id), step, record)),
            None: () => Give<Brought>(new Brought.ByLayer(layer, own.Map(i => i.Id), step, None)));
    }

    private static Brought ByThin(Option<ThinRecord> record, PathVersion version) =>
        new Brought.ByThin(record, record.Exists(r => !Same(r.Change, version)));

    /// <summary>What is there is what the record tells of, as far as that can be seen.</summary>
    private static bool Same(Option<PathChange> change, PathVersion version) =>
        version.File.Type == FileType.Removal
            ? change.Match(Some: c => c.Kind == "D", None: () => true)
            : change.Exists(c => c.Kind != "D" && c.Type == Word(version.File.Type)
                && (version.File.Type != FileType.File
                    || (c.Size.Value == version.File.Size
                        && (c.Digest is not { } told || version.Digest is not { } seen || told.Hex == seen.Hex))));

    private static string Word(FileType type) => type switch
    {
        FileType.File => "file",
        FileType.Directory => "directory",
        FileType.Symlink => "symlink",
        FileType.CharDevice => "char-device",
        FileType.BlockDevice => "block-device",
        FileType.Fifo => "fifo",
        _ => "socket",
    };

    /// <summary>
    /// Of a container that has gone, or as of a position: its records first, by the path as it is written, then by where links of its image lead;
    /// then its image.
    /// </summary>
    /// <param name="until">What had been recorded by then; None: all.</param>
    internal static EitherAsync<DomainError, CausedPath> Recorded(
        Ports ports, CausedContainer container, byte[] path, Option<long> until, CancellationToken cancel) =>
        from clean in ArchivePath.Clean(path).OrFail(() => new DomainError.NoSuchFile($"container {container.Id[..12]}", path))
        from record in ThinRecords.Last(ports, container.Id, clean, until, cancel)
        from told in record.Match(
            Some: found => Written(ports, container, path, new PathTrace(clean, Seq<PassedLink>(), Seq<PathVersion>()), found, until, cancel),
            None: () =>
                from trace in Trace(ports, container.From, None, path, 0, cancel)
                from through in trace.Path.AsSpan().SequenceEqual(clean)
                    ? Give(Option<ThinRecord>.None)
                    : ThinRecords.Last(ports, container.Id, trace.Path, until, cancel)
                from below in through.Match(
                    Some: found => Written(ports, container, path, trace, found, until, cancel),
                    None: () => Told(ports, $"container {container.Id[..12]}", container.From, None, path, trace, cancel))
                select below)
        select told with { Source = until.IsSome ? ThinSource.Then : ThinSource.Gone };

    private static EitherAsync<DomainError, CausedPath> Written(
        Ports ports, CausedContainer container, byte[] path, PathTrace trace, ThinRecord found, Option<long> until, CancellationToken cancel) =>
        from known in found.Change.IsSome ? Give(true) : WasThere(ports, container, trace.Path, until, cancel)
        from there in known ? Done : Fail<Unit>(new DomainError.NoSuchFile($"container {container.Id[..12]}", path))
        select new CausedPath(
            path, trace with { Versions = Seq1(Version(found, trace.Path)) }, Seq1<Brought>(new Brought.ByThin(Some(found), false)), ThinSource.Gone);

    /// <summary>Something above it was taken away, and it with it. Whether it was there only the image's layers can say, and they may be gone.</summary>
    private static EitherAsync<DomainError, bool> WasThere(
        Ports ports, CausedContainer container, byte[] path, Option<long> until, CancellationToken cancel) =>
        from made in Made(ports, container.Id, path, until, cancel)
        from known in made.IsSome
            ? Give(true)
            : Trace(ports, container.From, None, path, 0, cancel).Map(trace => !trace.Versions.IsEmpty)
                .Recover(error => error is DomainError.LayerGone ? Some(Give(true)) : None)
        select known;

    private static PathVersion Version(ThinRecord found, byte[] path) => new(
        0,
        new LayerFile(
            path,
            found.Change.Filter(c => c.Kind != "D").Match(
                Some: c => c.Type switch
                {
                    "directory" => FileType.Directory,
                    "symlink" => FileType.Symlink,
                    "char-device" => FileType.CharDevice,
                    "block-device" => FileType.BlockDevice,
                    "fifo" => FileType.Fifo,
                    "socket" => FileType.Socket,
                    _ => FileType.File,
                },
                None: () => FileType.Removal),
            0, 0, 0, found.Change.Map(c => c.Size.Value).IfNone(0), null, (0, 0), found.Event.Occurred, Opaque: false),
        null, null, null);
}
