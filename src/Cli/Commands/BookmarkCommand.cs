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
        args.On("delete") && args.Arguments.Count != 1 ? Fail<int>(new DomainError.Invalid("--delete", "true", "it takes one bookmark"))
        : args.Arguments.IsEmpty ? List(args, session, cancel)
        : args.Text("format") is { } format ? Fail<int>(new DomainError.Invalid("--format", format, "it is for the list of bookmarks"))
        : from ports in session.Change(cancel)
          from command in args.On("delete")
              ? Give<Domain.Ledger.BookmarkCommand>(new RemoveBookmark(args.Arguments[0]))
              : Position(ports, args.Arguments.Skip(1).HeadOrNone(), cancel)
                  .Map(position => (Domain.Ledger.BookmarkCommand)new SetBookmark(args.Arguments[0], position))
          from done in Bookmarks.Handle(ports, command, cancel)
          let told = session.Line(command is SetBookmark set
              ? string.Create(CultureInfo.InvariantCulture, $"{set.Name} {set.Position}")
              : command.Name)
          select 0;

    /// <summary>Of the moment that is named, or the last.</summary>
    private static EitherAsync<DomainError, long> Position(Ports ports, Option<string> text, CancellationToken cancel) =>
        text.Match(
            Some: given =>
                from named in MomentText.Parse("moment", given, ports.World.Wall()).ToAsync()
                from found in FindMoment.At(ports, named, occurred: false, None, cancel)
                select found.Position,
            None: () => ports.Ledger.Log.Head(cancel));

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
