namespace EventDock.Cli.Commands;

using System.IO;
using System.Text;
using EventDock.Adapters.Host;
using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Engine;

/// <summary><c>eventdock cp CONTAINER:SRC DEST|-</c>, <c>eventdock cp SRC|- CONTAINER:DEST</c></summary>
public static class CpCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from words in Pipeline.Give(CommandLineBytes.Of(args.Arguments))
        from ends in CopyRules.Direction(words[0], words[1]).ToAsync()
        from ports in session.Change(cancel)
        from copied in ends.From.Container is { } container
            ? Copying.Out(ports, Request(args, container, ends.From.Path, ends.To), work => Outputs.To(null, work), cancel)
            : Copying.In(ports, Request(args, ends.To.Container!, ends.To.Path, ends.From), Input, cancel)
        select 0;

    private static CopyRequest Request(ParsedArgs args, string container, byte[] path, CopyArgument host) => new(
        container, path,
        host.IsStream ? null : GoPath.Absolute(Encoding.UTF8.GetBytes(Directory.GetCurrentDirectory()), host.Path),
        args.On("follow-link"), args.On("archive"));

    private static Option<Stream> Input() =>
        new PeekStream(Console.OpenStandardInput()) is { IsEmpty: false } archive ? Some<Stream>(archive) : None;
}
