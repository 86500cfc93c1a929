namespace EventDock.Engine;

using System.IO;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock export</c>: a container's files, its thin layer over its image's, as one archive. A running container goes
/// on; one that does not run cannot be started or removed meanwhile.
/// </summary>
public static class ExportContainer
{
    /// <param name="write">Is handed the work once the container has been found.</param>
    public static EitherAsync<DomainError, Unit> Run(
        Ports ports, string reference, Func<Func<Stream, EitherAsync<DomainError, Unit>>, EitherAsync<DomainError, Unit>> write,
        CancellationToken cancel) =>
        from row in Find.Container(ports, reference, cancel)
        from images in ports.Views.Images.Keyed(Seq1(row.ImageId), None, cancel)
        from image in images.HeadOrNone().OrFail(() => new DomainError.NoSuchImage(row.ImageId))
        from written in row.State == ContainerRow.Running
            ? View(ports, row, image, write, cancel)
            : Start.Locked(ports, row.Id, cancel).Holding(() => View(ports, row, image, write, cancel))
        select unit;

    private static EitherAsync<DomainError, Unit> View(
        Ports ports, ContainerRow row, ImageRow image,
        Func<Func<Stream, EitherAsync<DomainError, Unit>>, EitherAsync<DomainError, Unit>> write, CancellationToken cancel) =>
        from noted in ContainerStream.Record(ports, new RecordTouched(new ContainerExported(row.Id)), cancel)
        from workspace in ports.Workspaces.View(row.Id.Value, image.Content.Layers.Map(l => l.Id).Strict(), cancel)
        from written in write(target => ports.Archives.Tree(workspace.Merged, $"container {row.Id.Short}", target, cancel))
            .Finally(() => ports.Workspaces.Close(workspace, CancellationToken.None))
        select unit;
}
