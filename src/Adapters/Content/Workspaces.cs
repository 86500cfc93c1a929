namespace EventDock.Adapters.Content;

using System.Collections.Concurrent;
using System.IO;
using EventDock.Adapters.Posix;
using EventDock.Domain.Containers;
using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>
/// Places to build a layer in, each a staging directory <c>{upper,work,merged}</c>. Mounting itself is given in.
/// </summary>
public static class Workspaces
{
    /// <param name="mount">Mounts overlay with redirect_dir=off and metacopy=off.</param>
    /// <param name="unmount">Unmounts the given <c>merged</c>; harmless where nothing is mounted.</param>
    public static WorkspaceStore Create(
        Paths paths,
        Func<OverlayMount, CancellationToken, EitherAsync<DomainError, Unit>> mount,
        Func<string, CancellationToken, EitherAsync<DomainError, Unit>> unmount)
    {
        var open = new ConcurrentDictionary<string, StagingDirectory>();
        return new(
            Open: (layers, cancel) => Guarded.RunAsync(
                () => OpenAsync(paths, open, mount, null, readOnly: false, layers, cancel), cancel).ToAsync(),
            CopyIn: (workspace, plan, cancel) =>
                from ignore in DockerIgnore.Parse(plan.Ignored).ToAsync()
                from copied in Guarded.Run(() => ContextCopy.Run(workspace.Merged, plan, ignore, cancel), cancel).ToAsync()
                select copied,
            MakeDirectory: (workspace, path, cancel) => Guarded.Run(
                () => ContextCopy.MakeDirectory(workspace.Merged, path), cancel).ToAsync(),
            Unmount: (workspace, cancel) => unmount(workspace.Merged, cancel),
            Close: (workspace, cancel) => Guarded.RunAsync(() => CloseAsync(open, unmount, workspace, cancel), cancel).ToAsync())
        {
            View = (container, layers, cancel) => Guarded.RunAsync(
                () => MountedAsync(paths, open, mount, container, readOnly: true, layers, cancel), cancel).ToAsync(),
            Edit = (container, layers, cancel) => Guarded.RunAsync(
                () => MountedAsync(paths, open, mount, container, readOnly: false, layers, cancel), cancel).ToAsync(),
        };
    }

    /// <summary>A running container's root is mounted already; nothing of it is to be closed.</summary>
    private static Task<Workspace> MountedAsync(
        Paths paths, ConcurrentDictionary<string, StagingDirectory> open,
        Func<OverlayMount, CancellationToken, EitherAsync<DomainError, Unit>> mount, string container, bool readOnly, Seq<string> layers,
        CancellationToken cancel) =>
        Fs.TryStat(Fs.Cwd, Bytes.Of(paths.Merged(container)), out var merged)
        && merged.Device != Fs.Stat(Fs.Cwd, Bytes.Of(paths.Container(container))).Device
            ? Task.FromResult(new Workspace(container, paths.Upper(container), paths.Merged(container)))
            : OpenAsync(paths, open, mount, paths.Upper(container), readOnly, layers, cancel);

    /// <param name="existing">A container's upper directory; null for a new one.</param>
    private static async Task<Workspace> OpenAsync(
        Paths paths, ConcurrentDictionary<string, StagingDirectory> open,
        Func<OverlayMount, CancellationToken, EitherAsync<DomainError, Unit>> mount, string? existing, bool readOnly,
        Seq<string> layers, CancellationToken cancel)
    {
        if (layers.FirstOrDefault(id => !LayerIds.IsId(id) || !Fs.TryStat(Fs.Cwd, Bytes.Of(paths.Layer(id)), out _)) is { } missing)
        {
            throw new RefusedException(new DomainError.LayerGone(missing));
        }

        var stage = StagingDirectory.Create(paths, "ws");
        try
        {
            Fs.MakeDirectory(stage.Handle, "upper"u8, 0x1ed);
            foreach (var name in new[] { "work", "merged" })
            {
                Fs.MakeDirectory(stage.Handle, Bytes.Of(name), 0x1ed);
            }

            var at = stage.FullPath;
            var workspace = new Workspace(stage.Name, existing ?? Path.Combine(at, "upper"), Path.Combine(at, "merged"));
            var mounted = new OverlayMount(layers, workspace.Upper, Path.Combine(at, "work"), workspace.Merged, MountPoints: true)
            {
                ReadOnly = readOnly,
            };
            (await mount(mounted, cancel).ToEither().ConfigureAwait(false)).IfLeft(error => throw new RefusedException(error));
            FaultPoints.At(FaultPoint.WorkspaceMounted);
            open[workspace.Id] = stage;
            return workspace;
        }
        catch
        {
            stage.Dispose();
            throw;
        }
    }

    private static async Task<Unit> CloseAsync(
        ConcurrentDictionary<string, StagingDirectory> open,
        Func<string, CancellationToken, EitherAsync<DomainError, Unit>> unmount, Workspace workspace, CancellationToken cancel)
    {
        if (open.TryGetValue(workspace.Id, out var stage))
        {
            (await unmount(workspace.Merged, cancel).ToEither().ConfigureAwait(false)).IfLeft(error => throw new RefusedException(error));
            FaultPoints.At(FaultPoint.WorkspaceUnmounted);
            if (open.TryRemove(workspace.Id, out _))
            {
                stage.Dispose();
            }
        }

        return unit;
    }
}
