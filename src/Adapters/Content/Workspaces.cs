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
        var open = new ConcurrentDictionary<string, OpenWorkspace>();
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
                () => MountedAsync(paths, open, mount, container, layers, cancel), cancel).ToAsync(),
            See = (seen, cancel) => Guarded.RunAsync(() => SeenAsync(paths, open, mount, seen, cancel), cancel).ToAsync(),
        };
    }

    /// <summary>A running container's root is mounted already; nothing of it is to be closed.</summary>
    private static Task<Workspace> MountedAsync(
        Paths paths, ConcurrentDictionary<string, OpenWorkspace> open,
        Func<OverlayMount, CancellationToken, EitherAsync<DomainError, Unit>> mount, string container, Seq<string> layers,
        CancellationToken cancel) =>
        IsMounted(paths, container)
            ? Task.FromResult(new Workspace(container, paths.Upper(container), paths.Merged(container)))
            : OpenAsync(paths, open, mount, paths.Upper(container), readOnly: true, layers, cancel);

    private static bool IsMounted(Paths paths, string container) =>
        Fs.TryStat(Fs.Cwd, Bytes.Of(paths.Merged(container)), out var merged)
        && merged.Device != Fs.Stat(Fs.Cwd, Bytes.Of(paths.Container(container))).Device;

    private static async Task<Workspace> SeenAsync(
        Paths paths, ConcurrentDictionary<string, OpenWorkspace> open,
        Func<OverlayMount, CancellationToken, EitherAsync<DomainError, Unit>> mount, SeenRoot seen, CancellationToken cancel)
    {
        var id = seen.Id.Value;
        var mounted = IsMounted(paths, id);
        if (seen.Runs && !mounted)
        {
            // Not under its lock, the mount of one that has just ended could come to stand beside its next.
            throw new RefusedException(new DomainError.WrongState(id, "exited", "copy to or from"));
        }

        var workspace = mounted
            ? Cloned(paths, open, id)
            : await OpenAsync(paths, open, mount, paths.Upper(id), !seen.Written && !seen.MakesPlaces, seen.Layers, cancel)
                .ConfigureAwait(false);
        var stage = open[workspace.Id].Stage;
        open[workspace.Id] = new OpenWorkspace(stage, Nested: true);
        try
        {
            SeenRoots.Furnish(paths, seen, workspace.Merged);
            FaultPoints.At(FaultPoint.RootFurnished);
            return workspace;
        }
        catch
        {
            Close(open, workspace);
            throw;
        }
    }

    private static Workspace Cloned(Paths paths, ConcurrentDictionary<string, OpenWorkspace> open, string container)
    {
        var stage = StagingDirectory.Create(paths, "ws");
        var workspace = new Workspace(stage.Name, paths.Upper(container), Path.Combine(stage.FullPath, "merged"));
        open[workspace.Id] = new OpenWorkspace(stage, Nested: true);
        try
        {
            Fs.MakeDirectory(stage.Handle, "merged"u8, 0x1ed);
            SeenRoots.Clone(paths.Merged(container), workspace.Merged);
            FaultPoints.At(FaultPoint.WorkspaceMounted);
            return workspace;
        }
        catch
        {
            Close(open, workspace);
            throw;
        }
    }

    /// <summary>With all that is mounted in it.</summary>
    private static void Close(ConcurrentDictionary<string, OpenWorkspace> open, Workspace workspace)
    {
        MountCalls.Detach(Bytes.Of(workspace.Merged));
        FaultPoints.At(FaultPoint.WorkspaceUnmounted);
        if (open.TryRemove(workspace.Id, out var gone))
        {
            gone.Stage.Dispose();
        }
    }

    /// <param name="existing">A container's upper directory; null for a new one.</param>
    private static async Task<Workspace> OpenAsync(
        Paths paths, ConcurrentDictionary<string, OpenWorkspace> open,
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
            open[workspace.Id] = new OpenWorkspace(stage, Nested: false);
            return workspace;
        }
        catch
        {
            stage.Dispose();
            throw;
        }
    }

    private static async Task<Unit> CloseAsync(
        ConcurrentDictionary<string, OpenWorkspace> open,
        Func<string, CancellationToken, EitherAsync<DomainError, Unit>> unmount, Workspace workspace, CancellationToken cancel)
    {
        if (open.TryGetValue(workspace.Id, out var found) && found.Nested)
        {
            Close(open, workspace);
        }
        else if (found is not null)
        {
            (await unmount(workspace.Merged, cancel).ToEither().ConfigureAwait(false)).IfLeft(error => throw new RefusedException(error));
            FaultPoints.At(FaultPoint.WorkspaceUnmounted);
            if (open.TryRemove(workspace.Id, out _))
            {
                found.Stage.Dispose();
            }
        }

        return unit;
    }

    /// <param name="Nested">Something may be mounted in it.</param>
    private sealed record OpenWorkspace(StagingDirectory Stage, bool Nested);
}
