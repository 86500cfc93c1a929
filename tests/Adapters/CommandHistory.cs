namespace EventDock.Tests.Adapters;

using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Roots;
using EventDock.Tests.Properties;
using FsCheck;
using FsCheck.Fluent;

/// <summary>One command on one stream: what its decider makes of it after the events that are there; nothing where it is refused.</summary>
public sealed record ModelCommand(string Stream, Func<Seq<DockEvent>, Seq<DockEvent>> Decide);

/// <summary>A ledger in memory, and the random commands that it grows by.</summary>
public sealed class CommandHistory
{
    private readonly Dictionary<string, Seq<DockEvent>> streams = new(StringComparer.Ordinal);
    private readonly List<Fact> facts = [];

    /// <summary>All that has been taken in, in the order of positions.</summary>
    public IReadOnlyList<Fact> Facts => facts;

    private static readonly string[] Thin = Histories.Ids.Map(id => id.Value).ToArray();

    public static readonly string[] Images = [Histories.D(1).Hex, Histories.D(2).Hex, Histories.D(3).Hex];

    public static readonly string[] Tags = ["docker.io/library/a:1", "docker.io/library/b:2"];

    public static readonly Gen<ModelCommand> Commands = Gen.OneOf(
        (from id in Gen.Elements(Histories.Ids.ToArray())
         from command in Histories.ContainerCommands(id)
         select Of(Streams.Container(id.Value), ContainerDecider.Decider, command)),
        (from id in Gen.Elements(Histories.Ids.ToArray())
         from command in Histories.ContainerCommands(id)
         select Of(Streams.Container(id.Value), ContainerDecider.Decider, command)),
        (from id in Gen.Elements([.. Thin, Histories.D(1).Hex])
         from command in Histories.LayerCommands(id)
         select Of(Streams.Layer(id), LayerDecider.Decider, command)),
        (from id in Gen.Elements(Images)
         from command in Histories.ImageCommands(id)
         select Of(Streams.Image(id), ImageDecider.Decider, command)),
        (from reference in Gen.Elements(Tags)
         from command in Histories.TagCommands(reference)
         select Of(Streams.Tag(reference), TagDecider.Decider, command)),
        Histories.ExecCommands.Select(command => Of(Streams.Exec(Thin[0], "e"), ExecDecider.Decider, command)),
        Histories.RootCommands.Select(command => Of(Streams.Root, RootDecider.Decider, command)),
        Gen.Choose(0, 5).Select(n => new ModelCommand(
            Streams.BuildStep(Histories.D(n % 2).Hex),
            _ => Seq1<DockEvent>(new BuildStepCompleted(Histories.D(n % 2).Hex, $"RUN {n}", LedgerFacts.Start, Histories.D(n).Hex, Histories.D(n))))));

    /// <summary>What these commands make together, after all that has been taken in: one append.</summary>
    /// <param name="occurred">When the next event happened.</param>
    public Append Decide(IEnumerable<ModelCommand> commands, Func<DateTimeOffset> occurred)
    {
        var made = new List<(string Stream, Seq<DockEvent> Events)>();
        foreach (var command in commands)
        {
            var at = made.FindIndex(m => m.Stream == command.Stream);
            var before = at < 0 ? Seq<DockEvent>() : made[at].Events;
            var after = before + command.Decide((Past(command.Stream) + before).Strict()).Strict();
            if (at >= 0)
            {
                made[at] = (command.Stream, after);
            }
            else
            {
                made.Add((command.Stream, after));
            }
        }

        return new Append(
            made.Where(m => !m.Events.IsEmpty).Select(m => new StreamAppend(
                m.Stream, Past(m.Stream).Count, m.Events.Map(e => Fact.At(occurred(), e)).Strict())).ToArray().ToSeq(),
            Seq<Guard>());
    }

    /// <summary>What the ledger has taken is so from here on.</summary>
    public void Take(Append append)
    {
        foreach (var one in append.Streams)
        {
            streams[one.Stream] = (Past(one.Stream) + one.Facts.Map(f => f.Event).Strict()).Strict();
            facts.AddRange(one.Facts);
        }
    }

    private Seq<DockEvent> Past(string stream) => streams.TryGetValue(stream, out var past) ? past : Seq<DockEvent>();

    private static ModelCommand Of<TCommand, TState, TEvent>(string stream, Decider<TCommand, TState, TEvent> decider, TCommand command)
        where TEvent : DockEvent =>
        new(stream, past => decider.Decide(command, decider.Fold(past.Map(e => (TEvent)e).Strict()))
            .IfLeft(Seq<TEvent>()).Map(e => (DockEvent)e).Strict());
}
