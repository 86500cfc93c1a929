namespace EventDock.Cli.Errors;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

public static partial class ErrorText
{
    /// <summary>Null for what is not about containers' own layers.</summary>
    private static string? OfThin(DomainError error) =>
        error switch
        {
            DomainError.CannotCopy e => e.Fault switch
            {
                CopyFault.EmptySource => "source can not be empty",
                CopyFault.EmptyDestination => "destination can not be empty",
                CopyFault.NoContainer => "must specify at least one container source",
                CopyFault.TwoContainers => "copying between containers is not supported",
                CopyFault.DirectoryOntoFile => "cannot copy directory",
                _ => "no such directory",
            },
            DomainError.NotKept e => $"no removed container {e.Reference} is kept (retain-removed in the configuration says how long)",
            DomainError.ContentLeftOut e => $"the files of container {Short(e.ContainerId)} were not kept: {e.Reason}",
            DomainError.NotRemoved e => $"container {Short(e.ContainerId)} has not been removed",
            DomainError.NoSuchPath e => $"no such container:path: {e.Container}:{e.Path}",
            DomainError.ReadOnlyRoot => "container rootfs is marked read-only",
            DomainError.ReadOnlyMount => "mounted volume is marked read-only",
            DomainError.BadDestination e => $"destination {Quoted(e.Destination)} must be {e.Wanted}",
            _ => null,
        };
}
