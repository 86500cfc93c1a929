namespace EventDock.Cli.Commands;

using System.Globalization;
using System.Text.Json;
using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary><c>eventdock ledger views [--at POSITION]</c>: what two ledgers that hold the same must agree on.</summary>
public static class LedgerViewsCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from json in args.Text("format") switch
        {
            null => Give(false),
            "json" => Give(true),
            { } other => Fail<bool>(new DomainError.Invalid("--format", other, "it prints json, or a table")),
        }
        from at in At(args.Text("at")).ToAsync()
        from ports in session.Read(cancel)
        from sums in ports.Ledger.Care.Views.Sums(at, cancel)
        let printed = session.Print(json ? string.Concat(sums.Map(Json)) : Table.Format(Headers, sums.Map(Cells).Strict()))
        select 0;

    private static readonly Seq<string> Headers = Seq("VIEW", "VERSION", "POSITION", "ROWS", "SHA256");

    private static Either<DomainError, Option<long>> At(string? text) =>
        text is null ? Right<DomainError, Option<long>>(None)
        : Moments.Position(text).Match(
            Some: position => Right<DomainError, Option<long>>(Some(position)),
            None: () => new DomainError.Invalid("--at", text, "must be a position (1234 or '#1234')"));

    private static Seq<string> Cells(ViewSum sum) => Seq(
        sum.View, Number(sum.Version), Number(sum.Position), Number(sum.Rows), sum.Sha256);

    private static string Json(ViewSum sum) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"View\":{JsonSerializer.Serialize(sum.View, EventJson.Default.String)},\"Version\":{sum.Version},\"Position\":{sum.Position},\"Rows\":{sum.Rows},\"Sha256\":\"{sum.Sha256}\"}}\n");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
