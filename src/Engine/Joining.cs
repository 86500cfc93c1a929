namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>A request whose namespaces are those of containers by their ids.</summary>
/// <param name="Hostname">Of the container whose network it shares; null where it shares none.</param>
public sealed record JoiningRequest(RunRequest Request, string? Hostname);

/// <summary>Containers that share a namespace of another: --network, --pid, --ipc and --uts container:X.</summary>
public static class Joining
{
    /// <summary>A name may be given to another container later: what is recorded is the id.</summary>
    public static EitherAsync<DomainError, JoiningRequest> Named(Ports ports, RunRequest request, CancellationToken cancel)
    {
        var options = request.Options;
        return
            // As with docker one that there is not (yet) is looked for when the container is started.
            from network in Meant(ports, request.Network, cancel).Recover(error =>
                error is DomainError.NoSuchContainer ? Some(Give(Option<ContainerRow>.None)) : None)
            from ipc in Meant(ports, options.Ipc, cancel)
            from pid in Meant(ports, options.Pid, cancel)
            from uts in Meant(ports, options.Uts, cancel)
            select new JoiningRequest(
                request with
                {
                    Network = Mode(request.Network, network),
                    Options = options with { Ipc = Mode(options.Ipc, ipc), Pid = Mode(options.Pid, pid), Uts = Mode(options.Uts, uts) },
                },
                network.MatchUnsafe<string?>(Some: row => row.Settings.Hostname, None: () => null));
    }

    /// <summary>The processes whose namespaces a container is to be put in.</summary>
    public static EitherAsync<DomainError, Seq<JoinedContainer>> Running(
        Ports ports, ContainerSettings settings, CancellationToken cancel) =>
        from network in One(ports, "network", settings.Network, cancel)
        from ipc in One(ports, "ipc", settings.More.Ipc, cancel)
        from pid in One(ports, "pid", settings.More.Pid, cancel)
        from uts in One(ports, "uts", settings.More.Uts, cancel)
        select network + ipc + pid + uts;

    private static EitherAsync<DomainError, Option<ContainerRow>> Meant(Ports ports, string? mode, CancellationToken cancel) =>
        NamespaceMode.Container(mode) is { } name ? Find.Container(ports, name, cancel).Map(Some) : Give(Option<ContainerRow>.None);

    private static string? Mode(string? asked, Option<ContainerRow> row) =>
        row.MatchUnsafe<string?>(Some: r => NamespaceMode.With(r.Id.Value), None: () => asked);

    private static EitherAsync<DomainError, Seq<JoinedContainer>> One(
        Ports ports, string kind, string? mode, CancellationToken cancel) =>
        NamespaceMode.Container(mode) is { } id
            ? from found in ports.Views.Containers.Keyed(Seq1(id), None, cancel)
              from row in found.HeadOrNone().Match(Some: Give, None: () => Find.Container(ports, id, cancel))
              from joined in Joined(kind, row)
              select Seq1(joined)
            : Give(Seq<JoinedContainer>());

    private static EitherAsync<DomainError, JoinedContainer> Joined(string kind, ContainerRow row) =>
        kind == "ipc" && row.Settings.More.Ipc != NamespaceMode.Shareable
            ? Fail<JoinedContainer>(new DomainError.CannotJoin(kind, row.Id.Value, "it was not made with --ipc shareable"))
        : row.Process is { } process ? Give(new JoinedContainer(kind, row.Id, process))
        : Fail<JoinedContainer>(new DomainError.CannotJoin(kind, row.Id.Value, "it is not running"));
}
