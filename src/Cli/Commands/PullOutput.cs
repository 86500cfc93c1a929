namespace EventDock.Cli.Commands;

using System.IO;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary>How a pull shows itself: docker's words on a <see cref="TransferBoard"/>.</summary>
public sealed class PullOutput
{
    public static PullOutput Silent => new(null, null);

    private readonly TextWriter? writer;
    private readonly TransferBoard? board;

    private PullOutput(TextWriter? writer, TransferBoard? board) => (this.writer, this.board) = (writer, board);

    /// <summary>On stdout for <c>pull</c> and FROM, on stderr for <c>run</c>, as docker does.</summary>
    public static PullOutput On(Session session, TextWriter writer) => new(writer, TransferBoard.On(session, writer));

    /// <summary>What <c>run</c> and <c>create</c> tell when the image is missing.</summary>
    public static CreateTelling ForRun(Session session) =>
        On(session, session.Error).Telling(missing => session.Tell($"Unable to find image '{missing.Familiar}' locally"));

    /// <summary>What FROM tells when the image is missing.</summary>
    public static CreateTelling ForBuild(Session session) => On(session, session.Out).Telling(_ => { });

    private CreateTelling Telling(Action<ImageReference> missing) =>
        new(missing, Progress, Finish, pulled =>
        {
            Said(pulled);
            writer?.Flush();
        });

    public EitherAsync<DomainError, Unit> Finish()
    {
        board?.Finish();
        return Pipeline.Done;
    }

    /// <summary>The two lines at the end of a pull.</summary>
    public Unit Said(Pulled pulled)
    {
        Said(pulled.Digest);
        return Said(pulled.Reference.Familiar, pulled.New);
    }

    public Unit Said(Digest digest)
    {
        writer?.Write($"Digest: {digest.Value}\n");
        return unit;
    }

    /// <param name="what">An image, or a repository all of whose tags were asked for.</param>
    public Unit Said(string what, bool newer)
    {
        writer?.Write($"Status: {(newer ? "Downloaded newer image" : "Image is up to date")} for {what}\n");
        return unit;
    }

    public void Progress(PullProgress progress)
    {
        switch (progress)
        {
            case PullProgress.Found found:
                var what = found.Reference.Tag ?? found.Reference.Digest?.Value ?? "";
                board?.Say($"{what}: Pulling from {found.Reference.Path}");
                board?.Begin(found.Layers.Map(layer => (layer.Digest.Short, layer.Size)), "Pulling fs layer");
                break;
            case PullProgress.AlreadyExists known:
                board?.State(known.Layer, "Already exists", ended: true);
                break;
            case PullProgress.Waiting waiting:
                board?.State(waiting.Layer, "Waiting");
                break;
            case PullProgress.Elsewhere elsewhere:
                board?.State(elsewhere.Layer, "Waiting for another command that is fetching it");
                break;
            case PullProgress.Downloading going:
                board?.Moved(going.Layer, "Downloading", going.Bytes);
                break;
            case PullProgress.Received received:
                board?.State(received.Layer, "Verifying Checksum");
                board?.State(received.Layer, "Download complete");
                break;
            case PullProgress.Complete complete:
                board?.State(complete.Layer, "Pull complete", ended: true);
                break;
        }
    }
}
