namespace EventDock.Cli.Commands;

using EventDock.Adapters.Posix;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary><c>eventdock load [-i FILE]</c></summary>
public static class LoadCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel)
    {
        var source = args.Text("input") ?? "-";
        return
            from given in source == "-" && Terminal.Is(0)
                ? Pipeline.Fail<Unit>(new DomainError.ArchiveFromTerminal("load"))
                : Inputs.Readable(source).ToAsync()
            from ports in session.Change(cancel)
            let board = args.On("quiet") ? null : TransferBoard.OnTerminal(session)
            from loaded in Load.Run(ports, source, () => Inputs.Open(source), progress => Show(board, progress), cancel)
                .Finally(() => Finished(board))
            let printed = loaded.Map(image => Print(session, image)).Strict()
            select 0;
    }

    private static void Show(TransferBoard? board, LoadProgress progress)
    {
        switch (progress)
        {
            case LoadProgress.Found found:
                board?.Begin(found.Layers.Map(layer => (layer.DiffId.Short, layer.Size)), "Waiting");
                break;
            case LoadProgress.Unpacking going:
                board?.Moved(going.Layer, "Loading layer", going.Bytes);
                break;
            case LoadProgress.Complete complete:
                board?.State(complete.Layer, "Loaded", ended: true);
                break;
        }
    }

    private static EitherAsync<DomainError, Unit> Finished(TransferBoard? board)
    {
        board?.Finish();
        return Pipeline.Done;
    }

    private static Unit Print(Session session, LoadedImage image)
    {
        foreach (var renamed in image.Renamed)
        {
            session.Line(
                $"The image {renamed.Name.Familiar} already exists, "
                + $"renaming the old one with ID {Digest.Prefix}{renamed.Id} to empty string");
        }

        foreach (var name in image.Names)
        {
            session.Line($"Loaded image: {name.Familiar}");
        }

        return image.Names.IsEmpty ? session.Line($"Loaded image ID: {Digest.Prefix}{image.Id}") : unit;
    }
}
