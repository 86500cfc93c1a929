namespace EventDock.Adapters.Runc;

using System.Globalization;
using System.IO;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;

/// <summary>
/// What can be known of containers without a ledger: <c>containers/ID</c>, and the name and stop signal that a container's first
/// start has left there.
/// </summary>
public static class ContainersOnDisk
{
    public static Func<CancellationToken, EitherAsync<DomainError, Seq<ContainerOnDisk>>> Create(string root)
    {
        var paths = new RuntimePaths(root, "", Seq<string>());
        return _ => Results.Blocking(root, () => Read(paths));
    }

    internal static void Write(string container, string name, string? stopSignal, int? stopTimeout) =>
        PrivateFiles.Write(
            NameFile(container), string.Create(CultureInfo.InvariantCulture, $"{name}\n{stopSignal}\n{stopTimeout}\n"));

    /// <summary>One that has never been started has no such file, and gets it with its first start.</summary>
    internal static Either<DomainError, Unit> Rename(string container, string name)
    {
        if (PrivateFiles.ReadText(NameFile(container))?.Split('\n') is [_, var signal, .. var more])
        {
            Write(container, name, signal, Seconds(more));
        }

        return unit;
    }

    private static Either<DomainError, Seq<ContainerOnDisk>> Read(RuntimePaths paths) =>
        !Directory.Exists($"{paths.Root}/containers")
            ? Seq<ContainerOnDisk>()
            : Directory.GetDirectories($"{paths.Root}/containers").ToSeq()
                .Choose(directory => ContainerId.Parse(Path.GetFileName(directory)).ToOption())
                .Map(id => Known(id, PrivateFiles.ReadText(NameFile(paths.Container(id)))?.Split('\n')))
                .Strict();

    private static ContainerOnDisk Known(ContainerId id, string[]? lines) =>
        lines is [{ Length: > 0 } name, var signal, .. var more]
            ? new ContainerOnDisk(id, name, signal.Length > 0 ? signal : null, Seconds(more))
            : new ContainerOnDisk(id, null, null);

    /// <summary>Not there in a file of an earlier version.</summary>
    private static int? Seconds(string[] more) =>
        more is [var text, ..] && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : null;

    private static string NameFile(string container) => $"{container}/name";
}
