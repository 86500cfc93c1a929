namespace EventDock.Domain.Containers;

using EventDock.Domain.Oci;

/// <summary>What an image made of a container runs: what the container ran.</summary>
public static class CommittedConfig
{
    /// <summary>
    /// The container's own settings over its image's. Values of -e are nobody's but the container's (they stand in no event, and an image's
    /// variables do): of those only <see cref="LeftOut"/> tells.
    /// </summary>
    public static RunConfig Of(RunConfig image, ContainerSettings settings) =>
        image with
        {
            Entrypoint = settings.Entrypoint,
            Cmd = settings.Command,
            User = settings.User,
            StopSignal = settings.StopSignal,
            // Of a container that was made before its labels were recorded those of its image.
            Labels = settings.Options is null ? image.Labels : settings.Labels,
            // Where nobody has named a directory the container has the root's.
            WorkingDir = image.WorkingDir.Length == 0 && settings.WorkingDir == "/" ? "" : settings.WorkingDir,
        };

    /// <summary>Variables that the container has and the image made of it has not.</summary>
    public static Seq<string> LeftOut(ContainerSettings settings) => settings.Env.Map(e => e.Name).Strict();
}
