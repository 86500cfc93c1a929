namespace EventDock.Engine;

using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>run --from CONTAINER@MOMENT</c>: a container's layer begins with the files that another's had at a moment, over the same image. All else is
/// as with <c>run</c> of that image.
/// </summary>
internal static class StartFiles
{
    /// <summary>What is asked for, by now with the image of the other container.</summary>
    /// <param name="Image">None: there is no other container, and the image is the one that the request names.</param>
    internal sealed record Begun(RunRequest Request, Option<ImageRow> Image);

    public static EitherAsync<DomainError, Begun> Of(Ports ports, RunRequest request, CancellationToken cancel) =>
        request.From is not { } text
            ? Give(new Begun(request, None))
            : from found in FindRecord.Named(ports, text, cancel)
              from image in FindRecord.Image(ports, found.Row, cancel)
              select new Begun(
                  request with { Image = found.Row.Image, Options = request.Options with { StartFilesFrom = found.Files } }, Some(image));

    /// <summary>Empty, or with those files.</summary>
    public static EitherAsync<DomainError, Unit> Layer(
        Ports ports, ContainerId id, Begun begun, Seq<string> layers, CancellationToken cancel) =>
        begun.Request.Options.StartFilesFrom is { } files
            ? ports.Contents.Refill(id.Value, layers, FindRecord.Digest(files), cancel)
                .OrUndo(() => ports.Thin.Discard(id.Value, CancellationToken.None))
            : ports.Thin.Create(id.Value, layers, cancel);
}
