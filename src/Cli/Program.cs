namespace EventDock.Cli;

using System.IO;
using System.Text;
using EventDock.Adapters.Host;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Postgres;
using EventDock.Cli.Commands;
using EventDock.Cli.Errors;
using EventDock.Cli.Grammar;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Roots;
using EventDock.Engine;

/// <summary>The command line: reads it, wires the adapters, runs one verb, and makes text and an exit code of what comes back.</summary>
public static class Program
{
    public const string Version = "0.1.0";

    private const int Schema = 1;

    public static int Main(string[] args)
    {
        StandardStreams.FillClosed();
        SignalMask.Clear();
        using var output = new StreamWriter(new OutputStream(1), new UTF8Encoding(false), 65536) { AutoFlush = false };
        using var error = new StreamWriter(new OutputStream(2), new UTF8Encoding(false), 1024) { AutoFlush = true };

        // Libraries ask for Console's own writers, the first use of which would put the terminal into application mode.
        Console.SetOut(output);
        Console.SetError(error);
        try
        {
            var code = args switch
            {
                [ContainerEndedCommand.Word, var id] => Ended(
                    args, (_, session, cancel) => ContainerEndedCommand.Run(id, session, cancel), output, error),
                [EmptyTrashCommand.Word] => Emptied(args, error),
                [CompleteCommand.Word, ..] => CompleteCommand.Run(args[1..], output),
                [RecordWritesCommand.Word] => Ended(args, RecordWritesCommand.Run, output, error),
                [ExecEndedCommand.Word, var id, var exec] => Ended(
                    args, (_, session, cancel) => ExecEndedCommand.Run(id, exec, session, cancel), output, error),
                _ => Command(args, output, error),
            };
            output.Flush();
            return code;
        }
        catch (IOException e) when (IsBrokenPipe(e))
        {
            // Whoever read our output has had enough (… | head): nothing is wrong, and nobody is left to tell.
            return 128 + SigPipe;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What files of ours refuse has come back as an error; what is left is the output itself (a full disk behind >, or a
            // descriptor that takes no writing).
            return Told(new DomainError.FileFailed("stdout", e.Message), args.Length > 0 ? args[0] : "", error);
        }
    }

    private const int SigPipe = 13, ErrnoBrokenPipe = 32;

    /// <summary>Whoever read has gone.</summary>
    internal static bool IsBrokenPipe(IOException e) => (e.HResult & 0xFFFF) == ErrnoBrokenPipe || e.Message.Contains("Broken pipe");

    private static int Command(string[] args, TextWriter output, TextWriter error)
    {
        var places = Places.OfEnvironment();
        var early = VerbTable.AsksTheLedger(args) && places.Database is null && HostFacts.IsRoot()
            ? EarlyConnection.Begin(new ClusterPlace(places.Root, places.Run))
            : None;
        return CommandLine.Read(args).Match(
            Left: wrong =>
            {
                error.Write($"eventdock: {wrong.Message}\n");
                return wrong.ExitCode;
            },
            Right: request => Tree(
                request,
                (name, verb, parsed, cancel) => Invoke(
                    name, verb, parsed, places,
                    reason => new Wiring(places, Origin(CommandLine.Masked(args)) with { Reason = reason }, early),
                    output, error, cancel)));
    }

    private static int Tree(Request request, Func<string, Verb, ParsedArgs, CancellationToken, Task<int>> invoke)
    {
        var handlers = VerbTable.Verbs.ToDictionary(
            v => v.Key,
            v => (Func<ParsedArgs, CancellationToken, Task<int>>)((parsed, cancel) => invoke(v.Key, v.Value, parsed, cancel)));
        return CommandTree.Build(handlers, request.VerbName)
            .Parse(request.Words, CommandTree.Parser)
            .Invoke(new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static async Task<int> Invoke(
        string name, Verb verb, ParsedArgs parsed, Places places, Func<string?, Wiring> wire, TextWriter output, TextWriter error,
        CancellationToken cancel)
    {
        if (!VerbTable.IsFree(name) && !HostFacts.IsRoot())
        {
            return Told(new DomainError.NotRoot(), name, error);
        }

        using var interrupt = new Interrupt(cancel);
        var reason = Reasons.Given(parsed);
        var wiring = wire(reason);
        var proof = ProofLine.IsAsked(parsed) ? Some(new ProofLine()) : None;
        var opened = wiring.Session(output, error);
        var session = proof.Match(Some: line => line.Of(opened), None: () => opened);
        var result = VerbTable.IsFree(name)
            ? await Run(() => verb(parsed, session, interrupt.Token))
            : await Run(() => places.Checked.Bind(_ => Reasons.Enough(places, parsed, reason)).ToAsync()
                .Bind(_ => verb(parsed, session, interrupt.Token))
                .Bind(code => proof.Match(Some: line => line.Tell(session, interrupt.Token), None: () => Pipeline.Done).Map(_ => code)));
        output.Flush();
        var ended = await result.MatchAsync(
            Right: code => code,
            LeftAsync: async refused =>
            {
                var code = Told(refused, name, error);
                if (Reasons.Changes(parsed))
                {
                    await Recorded(wiring, name, refused);
                }

                return code;
            });
        await EndedAsync(wiring, ended != 0, error);
        if (name != "ledger anchor" && !interrupt.Token.IsCancellationRequested)
        {
            await AfterWork.AnchorAsync(wiring, ended != 0, session.Tell, interrupt.Token);
        }

        return ended;
    }

    private static async Task<Either<DomainError, int>> Run(Func<EitherAsync<DomainError, int>> work)
    {
        try
        {
            return await work().ToEither();
        }
        catch (OperationCanceledException)
        {
            return new DomainError.Interrupted();
        }
    }

    private static int Told(DomainError refused, string verb, TextWriter error)
    {
        error.Write(ErrorText.Line(refused) + "\n");
        return ErrorText.ExitCode(refused, verb);
    }

    /// <summary>A refusal is an event, too; one of the ledger itself cannot be.</summary>
    private static async Task Recorded(Wiring wiring, string verb, DomainError refused)
    {
        if (refused is DomainError.LedgerUnreachable or DomainError.LedgerUnreadable or DomainError.ClusterFailed or DomainError.RootMismatch)
        {
            return;
        }

        // That the command was refused has been told; that this could not be recorded would tell the user nothing more.
        await wiring.Opened.IfSomeAsync(async ledger => await ledger.Store.Append(
            new Append(
                Seq1(new StreamAppend(
                    Streams.Command(wiring.CommandId),
                    0,
                    Seq1(Fact.At(
                        wiring.World.Clock(), new CommandRefused(verb, ErrorText.Reason(refused), ErrorText.Of(refused)))))),
                Seq<Guard>()),
            CancellationToken.None).ToEither());
    }

    /// <summary>conmon's call: nobody reads what it prints, so a failure is its exit code.</summary>
    private static int Ended(
        string[] args, Func<Wiring, Session, CancellationToken, EitherAsync<DomainError, int>> command, TextWriter output, TextWriter error)
    {
        var places = Places.OfEnvironment();
        if (!Directory.Exists(places.Root))
        {
            // Removed with all that was in it, while the monitor that calls lived on: it is not made again for that.
            return 0;
        }

        var wiring = new Wiring(places, Origin(args.ToSeq()), None);
        var result = Run(() => command(wiring, wiring.Session(output, error), CancellationToken.None)).GetAwaiter().GetResult();
        EndedAsync(wiring, result.IsLeft, error).GetAwaiter().GetResult();
        return result.Match(Right: code => code, Left: refused => Told(refused, args[0], error));
    }

    /// <summary>What the command has done is done: that something of its end could not be is a line on stderr, and the next command's.</summary>
    private static async Task EndedAsync(Wiring wiring, bool failed, TextWriter error) =>
        (await wiring.End(failed).ToEither()).IfLeft(left => error.Write(ErrorText.Line(left) + "\n"));

    private static int Emptied(string[] args, TextWriter error) =>
        Run(() => EmptyTrashCommand.Run(new Wiring(Places.OfEnvironment(), Origin(args.ToSeq()), None))).GetAwaiter().GetResult()
            .Match(Right: code => code, Left: refused => Told(refused, args[0], error));

    private static Origin Origin(Seq<string> masked) => new(
        Guid.CreateVersion7(),
        "eventdock".Cons(masked),
        HostFacts.Actor(),
        new Host(HostFacts.HostId(), HostFacts.BootId(), Environment.ProcessId),
        Schema);
}
