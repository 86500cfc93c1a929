namespace EventDock.Cli.Errors;

using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

public static partial class ErrorText
{
    /// <summary>Null for what is not about where something came from.</summary>
    private static string? OfCause(DomainError error) =>
        error switch
        {
            DomainError.NoSuchThing e => $"no such container, image or layer: {e.Text}",
            DomainError.NoSuchFile e => $"{e.What} has no {Shown(e.Path)} in its layers, and never had",
            DomainError.FileTaken e => $"{e.What} has no {Shown(e.Path)} any more (why tells who took it away)",
            DomainError.FileNotKept e =>
                $"what {Shown(e.Path)} had in it in {e.What} is not kept: it was not recorded (--record content), or has been pruned (why tells who wrote it)",
            DomainError.NoLines { Type: FileType.Directory } e => $"{PathText.Show(e.Path)} is a directory: blame tells of files (why tells who brought it)",
            DomainError.NoLines e => $"{PathText.Show(e.Path)} is no regular file: blame tells of files (why tells who brought it)",
            DomainError.FilesGone e => $"{e.What} has been removed, and its files with it (why tells what the ledger knows of it)",
            DomainError.CauseRedacted e => $"what {e.What} came from was redacted (position {e.Position})",
            DomainError.LinesBeyond e => $"{PathText.Show(e.Path)} has only {e.Lines} line{(e.Lines == 1 ? "" : "s")}",
            DomainError.NotYetMade e => $"container {Short(e.ContainerId)} had not been made at position {e.Position}",
            _ => null,
        };

    private static string Shown(byte[] path) => PathText.Show(path.AsSpan().TrimStart((byte)'/').ToArray());
}
