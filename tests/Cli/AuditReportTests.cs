namespace EventDock.Tests.Cli;

using System.IO;
using System.Text.Json.Nodes;
using System.Xml.Linq;

/// <summary><c>audit report</c> in its four forms, and shells that complete what is typed.</summary>
public sealed class AuditReportTests(BusyboxInstallation eventdock) : IClassFixture<BusyboxInstallation>
{
    [Fact]
    public void A_report_tells_who_did_what_on_what_and_how_far_it_is_proved()
    {
        eventdock.Run("bookmark", "before").Good();
        Assert.Equal(3, eventdock.Run(
            "run", "--name", "job", "--network", "none", "--cap-add", "SYS_ADMIN", "--reason", "a <b>nightly</b> | job", "busybox",
            "sh", "-c", "echo x > /tool; chmod +x /tool; echo y > /data; exit 3").Code);
        eventdock.Run("tag", "busybox", "moved:1").Good();
        eventdock.Refused(1, "rmi", "no-such-image");
        eventdock.Run("rm", "job").Good();

        var report = JsonNode.Parse(eventdock.Out("audit", "report", "before..", "--format", "json"))!;
        var operations = report["Operations"]!.AsArray();
        var run = Assert.Single(operations, o => o!["Origin"]!["Reason"] is not null)!;
        Assert.Contains("a <b>nightly</b> | job", (string)run["Origin"]!["Reason"]!, StringComparison.Ordinal);
        Assert.Equal(["Container"], run["OnWhat"]!.AsArray().Select(s => (string)s!["Kind"]!));
        Assert.Equal((long)report["Completeness"]!["Events"]!, operations.Sum(o => (long)o!["Events"]!));
        Assert.Equal((long)report["Range"]!["Last"]! - (long)report["Range"]!["First"]! + 1, (long)report["Completeness"]!["Events"]!);
        var container = Assert.Single(report["Containers"]!.AsArray())!;
        Assert.Equal(("job", "sha256:" + eventdock.ImageId, 3), ((string)container["Name"]!, (string)container["ImageId"]!, (int)container["Runs"]![0]!["ExitCode"]!));
        Assert.NotNull(container["Removed"]);
        Assert.Equal("Capability", (string)container["CalledOut"]![0]!["Kind"]!);
        Assert.Equal(["/tool"], report["Executables"]!.AsArray().Select(e => (string)e!["Change"]!["Path"]!));
        Assert.Equal("docker.io/library/moved:1", (string)Assert.Single(report["TagMoves"]!.AsArray())!["Reference"]!);
        Assert.Contains("rmi", (string)Assert.Single(report["Refused"]!.AsArray())!["What"]!, StringComparison.Ordinal);
        Assert.True((bool)report["Completeness"]!["Sound"]!);

        var text = eventdock.Out("audit", "report", "before..");
        Assert.StartsWith("# Audit report\n", text, StringComparison.Ordinal);
        Assert.Contains(@"a \<b\>nightly\</b\> \| job", text, StringComparison.Ordinal);
        Assert.Contains("chained from the link that is stored at #", text, StringComparison.Ordinal);
        eventdock.Run("ledger", "checkpoint").Good();
        Assert.Contains("Tree: all of them are in the tree of ", eventdock.Out("audit", "report", "before.."), StringComparison.Ordinal);
        var page = XDocument.Parse(eventdock.Out("audit", "report", "--format", "html", "before.."));
        Assert.Contains("a <b>nightly</b> | job", page.Root!.Value, StringComparison.Ordinal);
        Assert.Equal(operations.Count + 1, eventdock.Out("audit", "report", "before..", "--format", "csv").Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("The range is empty", eventdock.Out("audit", "report", "now.."), StringComparison.Ordinal);
        Assert.Equal("eventdock: invalid --format \"pdf\": a report is md, json, csv or html", eventdock.Refused(1, "audit", "report", "--format", "pdf"));
    }

    [Fact]
    public void A_report_on_a_range_that_was_changed_says_so_and_ends_as_verify_does()
    {
        using var changed = new Installation { Damaged = true };
        changed.Import();
        Eventdock.Psql(
            changed.Out("db", "url"), "update eventdock.mt_events set data = jsonb_set(data, '{Source}', '\"elsewhere\"') where type = 'image_imported'");
        var said = changed.Run("audit", "report");
        Assert.Equal(8, said.Code);
        Assert.Contains("**Not sound: 1 finding", said.Out, StringComparison.Ordinal);
        Assert.Contains("**edited position 3: the event is not the one that was hashed**", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shell_completes_verbs_flags_and_names_and_is_silent_where_there_are_none()
    {
        eventdock.Run("create", "--name", "completed", "--network", "none", "busybox", "true").Good();
        // Whoever waits for a name longer than a second is given none.
        RunTests.Until(() => Completed("eventdock rm comp") is ["completed "], "the name of a container is completed");
        Assert.Equal(["report "], Completed("eventdock audit "));
        RunTests.Until(() => Completed("eventdock run busybox:la") is ["latest "], "the name of an image is completed");
        Assert.Equal(["--checkpoint "], Completed("eventdock ledger verify --ch"));
        RunTests.Until(() => Completed("eventdock cp comp") is ["completed:"], "a colon follows the name, and no blank");
        Assert.Equal([""], Completed("eventdock rm nosuch"));
        Assert.Equal([""], Completed("eventdock rm 'a; touch /tmp/x $(touch /tmp/y)"));
        eventdock.Run("rm", "completed").Good();
        RunTests.Until(() => Completed("eventdock restore comp") is ["completed "], "the name of a removed container is completed");
        RunTests.Until(() => Completed("eventdock run --from comp") is ["completed "], "what was recorded of it is there still");
        Assert.Equal([""], Completed("eventdock rm comp"));

        // A stopped cluster stays stopped; another user sees nothing; and nobody is told.
        eventdock.Run("db", "stop").Good();
        Assert.Equal((":words\n", "", 0), Asked(eventdock.RunWith([], "__complete", "rm", "")));
        Assert.StartsWith("stopped", eventdock.Out("db", "status"), StringComparison.Ordinal);
        Assert.Equal((":words\n", "", 0), Asked(eventdock.RunWith([("EVENTDOCK_DATABASE", "postgresql://127.0.0.1:1/none")], "__complete", "rm", "")));
        Assert.Equal((":words\n", "", 0), Asked(eventdock.RunWith([("EVENTDOCK_ROOT", "/no/such/root")], "__complete", "rm", "")));
        Assert.False(Directory.Exists("/no/such"));
        foreach (var shell in (string[])["bash", "zsh", "fish"])
        {
            Assert.Contains("__complete", Eventdock.Run(Eventdock.Binary, ["completion", shell]).Good().Out, StringComparison.Ordinal);
        }

        Assert.Equal("eventdock: invalid shell \"csh\": there are scripts for bash, zsh and fish", Eventdock.Run(Eventdock.Binary, ["completion", "csh"]).Refused(1));
    }

    private static (string Out, string Error, int Code) Asked(Said said) => (said.Out, said.Error, said.Code);

    /// <summary>What bash would put in the place of the word; a blank behind it where the word is done.</summary>
    private string[] Completed(string line)
    {
        var program = $$"""
            complete() { :; }
            compopt() { if [[ $2 == nospace ]]; then space=; fi; }
            eventdock() { '{{Eventdock.Binary}}' "$@"; }
            space=' '
            source <(eventdock completion bash)
            COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
            COMP_LINE=$1 COMP_POINT=${#1}
            _eventdock
            printf '%s\n' "${COMPREPLY[@]/%/$space}"
            """;
        var said = Eventdock.Run("/bin/bash", ["-c", program, "bash", line], null, eventdock.Environment, eventdock.Work).Done();
        Assert.Equal("", said.Error);
        return said.Out.TrimEnd('\n').Split('\n');
    }
}
