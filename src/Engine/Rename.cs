namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;

/// <summary><c>eventdock rename</c>. That no two containers have one name is the appending transaction's affair.</summary>
public static class Rename
{
    public static EitherAsync<DomainError, Unit> Container(Ports ports, ContainerRow row, string name, CancellationToken cancel) =>
        from parsed in ContainerName.Parse(name.TrimStart('/')).ToAsync()
        // A start that is under way is waited for: it writes the name down, too.
        from done in Start.Locked(ports, row.Id, cancel).Holding(() =>
            from renamed in ContainerStream.Record(ports, new RenameContainer(row.Id, parsed), cancel)
            from noted in ports.Runtime.Control.Named(row.Id, parsed, CancellationToken.None)
            select noted)
        select done;
}
