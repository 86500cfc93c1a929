namespace EventDock.Cli.Commands;

using System.Globalization;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Domain.Ledger;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock bookmark [NAME [MOMENT]]</c>: a name for a moment; the names there are.</summary>
public static class BookmarkCommand
{
    private static readonly RowFormat Rows = new(
        "{{.Name}}\t{{.Position}}\t{{.CreatedAt}}", [("Name", "NAME"), ("Position", "POSITION"), ("CreatedAt", "CREATED AT")]);

    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        args.Arguments.IsEmpty && args.On("delete") ? Fail<int>(new DomainError.Invalid("--delete", "", "which bookmark?"))
        : args.Arguments.IsEmpty ? List(args, session, cancel)
        : from ports in session.Change(cancel)
          from command in args.On("delete")
              ? Give<Domain.Ledger.BookmarkCommand>(new RemoveBookmark(args.Arguments[0]))
              : from named in MomentText.Parse("moment", args.Arguments.Count > 1 ? args.Arguments[1] : "@{0}", ports.World.Wall()).ToAsync()
                from found in named is Moment.Before(0)
                    ? ports.Ledger.Log.Head(cancel)
                    : FindMoment.At(ports, named, occurred: false, None, cancel).Map(moment => moment.Position)
                select (Domain.Ledger.BookmarkCommand)new SetBookmark(args.Arguments[0], found)
          from done in Bookmarks.Handle(ports, command, cancel)
          let told = command is SetBookmark set
              ? session.Line(string.Create(CultureInfo.InvariantCulture, $"{set.Name} {set.Position}"))
              : session.Line(command.Name)
          select 0;

    private static EitherAsync<DomainError, int> List(ParsedArgs args, Session session, CancellationToken cancel) =>
        from ports in session.Read(cancel)
        from all in Bookmarks.All(ports, cancel)
        from text in Rows.Render(args.Text("format"), all, Row).ToAsync()
        let printed = session.Print(text)
        select 0;

    private static TemplateValue.Row Row(Bookmark bookmark) =>
        TemplateValue.RowOf(
            "*formatter.bookmarkContext",
            ("CreatedAt", Rfc3339.Seconds(bookmark.Set)),
            ("Name", bookmark.Name),
            ("Position", bookmark.Position.ToString(CultureInfo.InvariantCulture)));
}
