namespace EventDock.Cli.Commands;

using EventDock.Cli.Grammar;
using EventDock.Cli.Output;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using static EventDock.Engine.Pipeline;

/// <summary>
/// <c>eventdock audit report [AFTER..UNTIL] [--format md|json|csv|html]</c>. It ends as <c>ledger verify</c> does where the range is not
/// what was recorded; the report is printed all the same, and says so.
/// </summary>
public static class AuditReportCommand
{
    public static EitherAsync<DomainError, int> Run(ParsedArgs args, Session session, CancellationToken cancel) =>
        from form in args.Text("format") switch
        {
            null or "md" => Give<Func<AuditReported, string>>(AuditMarkdown.Of),
            "json" => Give<Func<AuditReported, string>>(AuditJson.Of),
            "csv" => Give<Func<AuditReported, string>>(AuditCsv.Of),
            "html" => Give<Func<AuditReported, string>>(AuditHtml.Of),
            { } other => Fail<Func<AuditReported, string>>(new DomainError.Invalid("--format", other, "a report is md, json, csv or html")),
        }
        from ports in session.Reporting(cancel)
        from report in AuditReport.Run(ports, args.Arguments.HeadOrNone(), cancel)
        let printed = session.Print(form(report))
        select report.Proof.Match(
            Right: proof => VerdictText.ExitCode(proof.Verified),
            Left: _ => report.Last < report.First ? 0 : 1);
}
