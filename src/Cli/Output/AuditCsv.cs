namespace EventDock.Cli.Output;

using System.Globalization;
using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>The operations of an audit report as comma-separated values (RFC 4180), one row each, for spreadsheets.</summary>
public static class AuditCsv
{
    private static readonly string[] Columns =
    [
        "First", "Last", "Events", "From", "Until", "Command", "What", "Reason", "Refused", "Who", "Uid", "LoginUid", "SudoUid", "OnWhat",
        "SshClient", "Terminal", "Executable", "ToOrFromWhere", "HostId", "BootId", "Pid", "CommandId",
    ];

    public static string Of(AuditReported report)
    {
        var text = new StringBuilder().Append(CsvText.Line(Columns)).Append("\r\n");
        foreach (var operation in report.Range.Operations)
        {
            text.Append(CsvText.Line(Row(operation))).Append("\r\n");
        }

        return text.ToString();
    }

    private static string[] Row(AuditedOperation operation)
    {
        var (origin, actor, host) = (operation.Origin, operation.Origin.Actor, operation.Origin.Host);
        return
        [
            Number(operation.First), Number(operation.Last), Number(operation.Count), Rfc3339.Micros(operation.From), Rfc3339.Micros(operation.Until),
            AuditWords.Line(origin), string.Join("; ", operation.Events.Select(e => LogSentence.Of(e.Event, e.Known))), origin.Reason ?? "",
            operation.Refused ? "yes" : "no", AuditWords.Who(origin), Number(actor.Uid), actor.LoginUid, actor.SudoUid ?? "",
            string.Join("; ", operation.On.Select(AuditWords.Subject)), actor.SshClient ?? "", actor.Terminal ?? "", actor.Executable ?? "",
            string.Join("; ", operation.Places.Select(AuditWords.Place)), host.HostId, host.BootId, Number(host.Pid), origin.Command.ToString("D"),
        ];
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
