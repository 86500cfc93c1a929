namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Engine;

/// <summary><c>eventdock commit CONTAINER [REPOSITORY[:TAG]]</c></summary>
public static class CommitCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from name in args.Arguments.Count == 2
            ? Engine.Tag.Target(args.Arguments[1]).Map(Some).ToAsync()
            : Pipeline.Give(Option<ImageReference>.None)
        from ports in session.Change(cancel)
        from image in Commit.Run(
            ports,
            new CommitRequest(
                args.Arguments[0], name, args.Text("author"), args.Text("message"), args.All("change"), args.On("pause")),
            cancel)
        let told = image.LeftOut.IsEmpty
            ? unit
            : session.Tell($"values of -e stay with the container: {string.Join(", ", image.LeftOut)} (--change 'ENV NAME=value' sets one)")
        let printed = session.Line(Digest.Prefix + image.Id)
        select 0;
}
