namespace EventDock.Cli.Commands;

using System.IO;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>image prune</c>, <c>container prune</c> and <c>system prune</c>: docker's words; and a plan that can be looked at first.</summary>
public static class PruneCommand
{
    private const string AllImages = "all images without at least one container associated to them", Dangling = "all dangling images";

    public static EitherAsync<DomainError, int> Images(ParsedArgs args, Session session, CancellationToken cancel) =>
        from filter in PruneFilters.Parse(args.All("filter"), session.Clock(), images: true).ToAsync()
        let all = filter.Dangling.Match(Some: only => !only, None: () => args.On("all"))
        from code in Run(
            args, session, new PruneRequest(true, false, false, all, filter.Until, filter.Labels),
            $"WARNING! This will remove {(all ? AllImages : Dangling)}.\nAre you sure you want to continue? [y/N] ", cancel)
        select code;

    public static EitherAsync<DomainError, int> Containers(ParsedArgs args, Session session, CancellationToken cancel) =>
        from filter in PruneFilters.Parse(args.All("filter"), session.Clock(), images: false).ToAsync()
        from code in Run(
            args, session, new PruneRequest(false, true, false, false, filter.Until, filter.Labels),
            "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] ", cancel)
        select code;

    public static EitherAsync<DomainError, int> All(ParsedArgs args, Session session, CancellationToken cancel) =>
        from filter in PruneFilters.Parse(args.All("filter"), session.Clock(), images: false).ToAsync()
        from code in Run(
            args, session, new PruneRequest(true, true, true, args.On("all"), filter.Until, filter.Labels),
            "WARNING! This will remove:\n  - all stopped containers\n"
            + $"  - {(args.On("all") ? AllImages : Dangling)}\n  - all dangling build cache\n{Filtered(args.All("filter"))}\n"
            + "Are you sure you want to continue? [y/N] ", cancel)
        select code;

    private static string Filtered(Seq<string> filters) =>
        filters.IsEmpty ? "" : $"\n  Items to be pruned will be filtered with:\n{string.Concat(filters.Map(f => $"  - {f}\n"))}";

    private static EitherAsync<DomainError, int> Run(
        ParsedArgs args, Session session, PruneRequest request, string warning, CancellationToken cancel) =>
        args.On("plan") ? from ports in session.Read(cancel)
                          from planned in Prune.Plan(ports, request, cancel)
                          let printed = session.Print(PruneText.Plan(planned))
                          select 0
        : args.Text("apply") is { } id ? from ports in session.Free(cancel)
                                         from planned in Prune.Again(ports, request, id, cancel)
                                         from done in Prune.Run(ports, planned.Plan, cancel)
                                         let printed = session.Print(PruneText.Done(done))
                                         select 0
        : !args.On("force") && !Confirmed(session, warning) ? Give(Nothing(session))
        : from ports in session.Free(cancel)
          from planned in Prune.Plan(ports, request, cancel)
          from done in Prune.Run(ports, planned.Plan, cancel)
          let printed = session.Print(PruneText.Done(done))
          select 0;

    private static int Nothing(Session session)
    {
        session.Print(PruneText.Total(0));
        return 0;
    }

    private static bool Confirmed(Session session, string warning)
    {
        session.Print(warning);
        session.Out.Flush();
        using var answers = new StreamReader(Console.OpenStandardInput());
        return string.Equals(answers.ReadLine()?.Trim(), "y", StringComparison.OrdinalIgnoreCase);
    }
}
