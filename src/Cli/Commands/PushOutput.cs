namespace EventDock.Cli.Commands;

using System.IO;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary>How a push shows itself: docker's line for each layer and state.</summary>
public sealed class PushOutput
{
    public static PushOutput Silent => new(null);

    private readonly TextWriter? writer;
    private readonly object gate = new();
    private Seq<Digest> layers;

    private PushOutput(TextWriter? writer) => this.writer = writer;

    public static PushOutput On(Session session) => new(session.Out);

    public EitherAsync<DomainError, Unit> Finish()
    {
        writer?.Flush();
        return Pipeline.Done;
    }

    public void Progress(PushProgress progress)
    {
        if (writer is null)
        {
            return;
        }

        lock (gate)
        {
            switch (progress)
            {
                case PushProgress.To to:
                    Line($"The push refers to repository [{to.Repository.Repository}]");
                    break;
                case PushProgress.Began began:
                    layers = began.DiffIds;
                    layers.Iter(layer => Line($"{layer.Short}: Preparing"));
                    break;
                case PushProgress.Done done:
                    Line($"{layers[done.Layer].Short}: {Words(done.How)}");
                    break;
                case PushProgress.Ended ended:
                    Line($"{ended.Tag}: digest: {ended.Digest.Value} size: {ended.Size}");
                    break;
            }
        }
    }

    private static string Words(PushedBlob how) => how switch
    {
        PushedBlob.Existing => "Layer already exists",
        PushedBlob.Mounted mounted => $"Mounted from {mounted.From}",
        _ => "Pushed",
    };

    private void Line(string text)
    {
        writer!.Write(text + "\n");
        writer.Flush();
    }
}
