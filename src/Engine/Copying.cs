namespace EventDock.Engine;

using System.IO;
using System.Text;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <param name="Path">In the container, as typed, which may be no text.</param>
/// <param name="Host">From the host's root (<see cref="GoPath.Absolute"/>); null for standard input or output.</param>
/// <param name="Follow">Of a source that is a link, what it leads to.</param>
/// <param name="Archive">Owners are kept.</param>
public sealed record CopyRequest(string Container, byte[] Path, byte[]? Host, bool Follow, bool Archive);

/// <summary>
/// <c>eventdock cp</c>, both ways. A container that does not run can be neither started nor removed meanwhile; what has been written
/// to one is recorded.
/// </summary>
public static class Copying
{
    /// <param name="write">Is handed the work of an archive to standard output.</param>
    public static EitherAsync<DomainError, Unit> Out(
        Ports ports, CopyRequest request, Func<Func<Stream, EitherAsync<DomainError, Unit>>, EitherAsync<DomainError, Unit>> write,
        CancellationToken cancel) =>
        from row in Find.Container(ports, request.Container, cancel)
        from copied in Within(ports, row, request, false, root => Out(ports, row.Id, request, root, write, cancel), cancel)
        select copied;

    private static EitherAsync<DomainError, Unit> Out(
        Ports ports, ContainerId id, CopyRequest request, CopyPlace root,
        Func<Func<Stream, EitherAsync<DomainError, Unit>>, EitherAsync<DomainError, Unit>> write, CancellationToken cancel) =>
        from asked in There(ports, root, request, cancel)
        let followed = request.Follow && asked.Kind == FoundKind.Link
        let source = followed ? root with { Path = asked.Path } : root
        from found in followed ? There(ports, source, request, cancel) : Give(asked)
        let asking = EventPath.Of(root.Path)
        from noted in ContainerStream.Record(
            ports, new RecordTouched(new ContainerCopiedOut(id, asking.Path, asking.Base64)), cancel)
        from done in request.Host is { } path
            // What a link leads to comes by the link's name; in an archive for somebody else by its own, as in docker's.
            ? To(
                ports, source, new CopySource(GoPath.Base(root.Path), found.Kind == FoundKind.Directory), Host(path),
                Encoding.UTF8.GetString(path), _ => new DomainError.FileFailed(Encoding.UTF8.GetString(path), "no such directory"),
                request.Archive ? CopyOwners.AtSource : CopyOwners.Ours, () => Done, cancel)
            : write(target => ports.Files.Read(source, GoPath.Base(source.Path), target, cancel))
        select done;

    /// <param name="read">Opens the archive on standard input; None where nothing comes.</param>
    public static EitherAsync<DomainError, Unit> In(Ports ports, CopyRequest request, Func<Option<Stream>> read, CancellationToken cancel) =>
        from row in Find.Container(ports, request.Container, cancel)
        from copied in Within(ports, row, request, true, root => In(ports, row.Id, request, root, read, cancel), cancel)
        from recorded in End.RecordWrites(ports, row.Id, "cp", cancel)
        select recorded;

    private static EitherAsync<DomainError, Unit> In(
        Ports ports, ContainerId id, CopyRequest request, CopyPlace root, Func<Option<Stream>> read, CancellationToken cancel) =>
        request.Host is { } path
            ? from found in ports.Files.Look(Host(path), cancel)
              from there in found.OrFail(() => new DomainError.FileFailed(Encoding.UTF8.GetString(path), "no such file or directory"))
              let source = request.Follow && there.Kind == FoundKind.Link ? Host(there.Path) : Host(path)
              from last in source.Path == path ? Give(found) : ports.Files.Look(source, cancel)
              from end in last.OrFail(() => new DomainError.FileFailed(Encoding.UTF8.GetString(source.Path), "no such file or directory"))
              from done in To(
                  ports, source, new CopySource(GoPath.Base(path), end.Kind == FoundKind.Directory), root, Shown(request),
                  directory => new DomainError.NoSuchPath(request.Container, Encoding.UTF8.GetString(directory)), CopyOwners.AtSource,
                  () => Came(ports, id, root, cancel), cancel)
              select done
            : from destination in Destination(ports, root, Shown(request), cancel)
              from done in destination.IsDirectory
                  ? read().Match(
                      Some: archive => Came(ports, id, root, cancel).Bind(_ =>
                          ports.Files.Unpack(archive, root with { Path = destination.Path }, CopyOwners.AtSource, cancel)),
                      None: () => Done)
                  : Fail<Unit>(new DomainError.BadDestination(Shown(request), "a directory"))
              select done;

    private static EitherAsync<DomainError, Unit> Came(Ports ports, ContainerId id, CopyPlace root, CancellationToken cancel)
    {
        var (path, base64) = EventPath.Of(root.Path);
        return ContainerStream.Record(ports, new RecordTouched(new ContainerCopiedIn(id, path, base64)), cancel);
    }

    private static string Shown(CopyRequest request) => $"{request.Container}:{Encoding.UTF8.GetString(request.Path)}";

    private static CopyPlace Host(byte[] path) => new(null, path, "cp");

    /// <param name="begin">When all is known, and before anything is written.</param>
    /// <param name="missing">The error for a directory that is not there.</param>
    private static EitherAsync<DomainError, Unit> To(
        Ports ports, CopyPlace origin, CopySource source, CopyPlace to, string shown, Func<byte[], DomainError> missing, CopyOwners owners,
        Func<EitherAsync<DomainError, Unit>> begin, CancellationToken cancel) =>
        // docker takes a container without a path for one whose root is not there: the content comes into it, not the directory.
        from destination in to.Root is not null && shown.EndsWith(':')
            ? Give(new CopyDestination(to.Path, Exists: false, IsDirectory: false))
            : Destination(ports, to, shown, cancel)
        from target in CopyRules.Target(source, destination).ToAsync()
        let place = to with { Path = [.. target.Directory, (byte)'/'] }
        from directory in ports.Files.Look(place, cancel)
        from there in directory.OrFail(() => missing(target.Directory))
        from begun in begin()
        from copied in ports.Files.Copy(origin, place, target.Name, owners, cancel)
        select copied;

    private static EitherAsync<DomainError, CopyDestination> Destination(
        Ports ports, CopyPlace place, string shown, CancellationToken cancel) =>
        from found in ports.Files.Look(place, cancel)
        let path = found.Match(Some: f => f.Path, None: () => place.Path)
        from last in found.Exists(f => f.Kind == FoundKind.Link) ? ports.Files.Look(place with { Path = path }, cancel) : Give(found)
        from fit in last.Exists(f => f.Kind == FoundKind.Device)
            ? Fail<Unit>(new DomainError.BadDestination(shown, "a directory or a regular file"))
            : Done
        select new CopyDestination(path, last.IsSome, last.Exists(f => f.Kind == FoundKind.Directory));

    private static EitherAsync<DomainError, FoundPath> There(
        Ports ports, CopyPlace place, CopyRequest request, CancellationToken cancel) =>
        from found in ports.Files.Look(place, cancel)
        from there in found.OrFail(() => new DomainError.NoSuchPath(request.Container, Encoding.UTF8.GetString(request.Path)))
        select there;

    /// <summary>
    /// The container's root, mounted once more with what it has from the host. A container that does not run can be neither started
    /// nor removed meanwhile.
    /// </summary>
    private static EitherAsync<DomainError, Unit> Within(
        Ports ports, ContainerRow row, CopyRequest request, bool written, Func<CopyPlace, EitherAsync<DomainError, Unit>> work,
        CancellationToken cancel)
    {
        var runs = row.State == ContainerRow.Running;
        var path = GoPath.Absolute("/"u8, request.Path);
        return
            from images in ports.Views.Images.Keyed(Seq1(row.ImageId), None, cancel)
            from image in images.HeadOrNone().OrFail(() => new DomainError.NoSuchImage(row.ImageId))
            let seen = new SeenRoot(
                row.Id, image.Content.Layers.Map(l => l.Id).Strict(), row.Settings,
                Optional(NamespaceMode.Container(row.Settings.Network)).Bind(id => ContainerId.Parse(id).ToOption()).IfNone(row.Id))
            {
                Runs = runs,
                IsNew = row.StartedAt is null,
                Written = written,
            }
            from done in runs ? Mounted(seen) : Start.Locked(ports, row.Id, cancel).Holding(() => Mounted(seen))
            select done;

        EitherAsync<DomainError, Unit> Mounted(SeenRoot seen) =>
            from workspace in ports.Workspaces.See(seen, cancel)
            from worked in work(new CopyPlace(workspace.Merged, path, $"container {row.Id.Short}"))
                .Finally(() => ports.Workspaces.Close(workspace, CancellationToken.None))
            select worked;
    }
}
