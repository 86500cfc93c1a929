namespace EventDock.Cli.Commands;

using EventDock.Cli.Output;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary>How a push shows itself: docker's words on a <see cref="TransferBoard"/>.</summary>
public sealed class PushOutput
{
    public static PushOutput Silent => new(null);

    private readonly TransferBoard? board;

    private PushOutput(TransferBoard? board) => this.board = board;

    public static PushOutput On(Session session) => new(TransferBoard.On(session, session.Out));

    public EitherAsync<DomainError, Unit> Finish()
    {
        board?.Finish();
        return Pipeline.Done;
    }

    public void Progress(PushProgress progress)
    {
        switch (progress)
        {
            case PushProgress.To to:
                board?.Say($"The push refers to repository [{to.Repository.Repository}]");
                break;
            case PushProgress.Began began:
                board?.Begin(began.DiffIds.Zip(began.Sizes, (layer, size) => (layer.Short, size)), "Preparing");
                break;
            case PushProgress.Sending sending:
                board?.Moved(sending.Layer, "Pushing", sending.Bytes);
                break;
            case PushProgress.Done done:
                board?.State(done.Layer, Words(done.How), ended: true);
                break;
            case PushProgress.Ended ended:
                board?.Say($"{ended.Tag}: digest: {ended.Digest.Value} size: {ended.Size}");
                break;
        }
    }

    private static string Words(PushedBlob how) => how switch
    {
        PushedBlob.Existing => "Layer already exists",
        PushedBlob.Mounted mounted => $"Mounted from {mounted.From}",
        _ => "Pushed",
    };
}
