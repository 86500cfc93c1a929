namespace EventDock.Tests.Properties;

using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using EventDock.Cli.Output;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;
using EventDock.Engine;
using EventDock.Projections;

/// <summary>The forms of an audit report, over what people and containers may have put into it.</summary>
public sealed partial class AuditPageTests
{
    private const string Hostile = "<script>alert(1)</script> ]]> --> | `x` *b* [a](javascript:1) \"q\" 'q' & \u202e\u0007\n\n# h\r\n=1+1";

    private static readonly DateTimeOffset At = new(2026, 11, 22, 14, 5, 0, TimeSpan.Zero);

    private static readonly XNamespace Html = "http://www.w3.org/1999/xhtml";

    [Fact]
    public void The_page_is_one_document_without_a_script_or_anything_from_elsewhere()
    {
        var text = AuditHtml.Of(Hostilely(3));
        var page = XDocument.Parse(text);
        Assert.Equal(Html + "html", page.Root!.Name);
        Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "base" or "form");
        Assert.DoesNotContain(
            page.Descendants().Attributes(),
            a => a.Name.LocalName is "src" or "style" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal)
                || (a.Name.LocalName == "href" && !a.Value.StartsWith('#')));
        var style = page.Descendants(Html + "style").Single().Value;
        Assert.DoesNotContain("url(", style, StringComparison.Ordinal);
        Assert.Contains(
            $"'sha256-{Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(style)))}'",
            page.Descendants(Html + "meta").Select(m => (string?)m.Attribute("content")).Single(c => c?.Contains("default-src 'none'", StringComparison.Ordinal) == true));
        Assert.Contains("<script>alert(1)</script> ]]>", page.Root.Value, StringComparison.Ordinal);
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
        Assert.DoesNotContain('\u202e', text);
        var parts = page.Descendants().Attributes("id").Select(a => a.Value).ToArray();
        Assert.Equal(parts.Distinct(), parts);
        Assert.DoesNotContain(page.Descendants().Attributes("href"), a => !parts.Contains(a.Value[1..]));
    }

    [Fact]
    public void A_page_of_five_hundred_containers_draws_sixty_and_says_so()
    {
        var page = XDocument.Parse(AuditHtml.Of(Hostilely(500)));
        Assert.Equal(61, page.Descendants().Count(e => e.Name.LocalName == "text" && ((string?)e.Attribute("class"))?.Split(' ')[0] == "name"));
        Assert.Contains("Drawn are the 60 of 500 containers", page.Root!.Value, StringComparison.Ordinal);
        Assert.Equal(500, page.Descendants(Html + "section").Single(s => (string?)s.Attribute("id") == "containers").Descendants(Html + "tr").Count() - 1);
    }

    [Fact]
    public void A_page_has_the_newest_two_thousand_rows_of_a_table_and_says_so()
    {
        var page = XDocument.Parse(AuditHtml.Of(Hostilely(2001)));
        Assert.Equal(2000, page.Descendants(Html + "section").Single(s => (string?)s.Attribute("id") == "containers").Descendants(Html + "tr").Count() - 1);
        Assert.Contains("The newest 2,000 containers of 2,001 containers; --format json or md has all of them.", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_row_of_a_markdown_table_has_as_many_cells_as_its_head_and_nothing_in_it_is_markup()
    {
        var text = AuditMarkdown.Of(Hostilely(3));
        var tables = text.Split("\n\n").Where(part => part.StartsWith('|')).ToArray();
        Assert.True(tables.Length >= 6);
        foreach (var table in tables)
        {
            Assert.Single(table.TrimEnd().Split('\n').Select(row => Bar().Count(row)).Distinct());
        }

        Assert.DoesNotContain("<", text.Replace("<br>", "", StringComparison.Ordinal).Replace("\\<", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?<!\\)[`\[]", text);
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void A_table_for_spreadsheets_has_a_row_an_operation_and_no_formula()
    {
        var text = AuditCsv.Of(Hostilely(3));
        var rows = text.TrimEnd().Split("\r\n");
        Assert.Equal(1 + 3 + 1, rows.Length);
        Assert.All(rows.Skip(1), row => Assert.Matches("^((\"([^\"\r\n]|\"\")*\"|[^\",\r\n]*),){21}(\"([^\"\r\n]|\"\")*\"|[^\",\r\n]*)$", row));
        Assert.DoesNotMatch("[\",][=+@]", text);
        Assert.Contains(",'=cmd|", AuditCsv.Of(Hostilely(1, reason: "=cmd|' /C calc'!A0")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_for_programs_can_be_read_and_has_all_of_it()
    {
        using var document = JsonDocument.Parse(AuditJson.Of(Hostilely(3)));
        var root = document.RootElement;
        Assert.Equal(4, root.GetProperty("Operations").GetArrayLength());
        Assert.Equal(3, root.GetProperty("Containers").GetArrayLength());
        Assert.Equal(Hostile, root.GetProperty("Refused")[0].GetProperty("What").GetString()!.Split("run: ")[1]);
        Assert.Equal("/bin/" + Hostile, root.GetProperty("Executables")[0].GetProperty("Change").GetProperty("Path").GetString());
        Assert.Equal("Privileged", root.GetProperty("Containers")[0].GetProperty("CalledOut")[0].GetProperty("Kind").GetString());
        Assert.True(root.GetProperty("Completeness").GetProperty("Sound").GetBoolean());
    }

    [Fact]
    public void What_is_not_sound_is_said_at_the_top_and_at_the_end()
    {
        var sound = Hostilely(1);
        var wrong = sound with
        {
            Proof = sound.Proof.Map(proof => proof with
            {
                Verified = proof.Verified with { Findings = Seq1<Finding>(new Finding.Edited(2, EditedPart.Event)) },
            }),
        };
        foreach (var text in (string[])[AuditMarkdown.Of(wrong), AuditHtml.Of(wrong), AuditJson.Of(wrong)])
        {
            Assert.Contains("edited position 2", text, StringComparison.Ordinal);
        }

        Assert.Contains("Not sound: 1 finding", AuditMarkdown.Of(wrong), StringComparison.Ordinal);
        Assert.DoesNotContain("Not sound", AuditMarkdown.Of(sound), StringComparison.Ordinal);
    }

    [Fact]
    public void What_goes_beyond_dockers_sandbox_is_called_out_and_what_does_not_is_not()
    {
        var settings = Histories.Settings with
        {
            Network = "host",
            Options = ContainerOptions.None with
            {
                Pid = "container:abc", CapAdd = Seq1("SYS_ADMIN"), SecurityOpt = Seq("no-new-privileges", "seccomp=unconfined"),
                Devices = Seq1(new ContainerDevice("/dev/fuse", "rwm", "/dev/fuse")),
                Mounts = Seq(
                    new ContainerMount(ContainerMount.OfVolume, ContainerMount.Bind, "/etc", "/host", "ro", true, ContainerMount.Private, false),
                    new ContainerMount(ContainerMount.OfTmpfs, ContainerMount.Tmpfs, "", "/tmp", "", false, "", false)),
            },
        };
        Assert.Equal(
            [
                (RightKind.HostNamespace, "network"), (RightKind.Unconfined, "seccomp=unconfined"), (RightKind.Capability, "SYS_ADMIN"),
                (RightKind.Device, "/dev/fuse at /dev/fuse (rwm)"), (RightKind.HostMount, "/etc at /host (read-only)"),
                (RightKind.JoinedNamespace, "pid of abc"),
            ],
            ContainerRights.Of(settings, 0).Select(right => (right.Kind, right.Detail)));
        Assert.Empty(ContainerRights.Of(Histories.Settings, 0));
        Assert.Equal(new ContainerRight(RightKind.PrivilegedExec, "2"), Assert.Single(ContainerRights.Of(Histories.Settings, 2)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(59)]
    [InlineData(3600)]
    [InlineData(86_400)]
    [InlineData(90_000_000)]
    public void An_axis_has_round_times_and_few(int seconds)
    {
        var ticks = TimeTicks.Between(At.AddMilliseconds(3), At.AddMilliseconds(3).AddSeconds(seconds));
        Assert.InRange(ticks.Count, 0, 9);
        Assert.All(ticks, tick => Assert.InRange(tick.At, At, At.AddSeconds(seconds + 1)));
    }

    /// <summary>A day on which everybody has typed what should not be printed as it is.</summary>
    private static AuditReported Hostilely(int containers, string? reason = null)
    {
        var fold = new AuditFold([]);
        var position = 0L;
        for (var n = 0; n < containers; n++)
        {
            var command = new Guid(n + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
            var id = ContainerId.Parse(n.ToString("x64", System.Globalization.CultureInfo.InvariantCulture)).IfLeft(_ => throw new InvalidOperationException());
            Take(command, n, new ContainerCreated(id, Hostile, Hostile, Histories.D(1).Hex, Histories.Settings with
            {
                Command = Seq1(Hostile), Options = ContainerOptions.None with { Privileged = true, CapAdd = Seq1(Hostile) },
            }));
            Take(command, n, new ContainerStarted(id, 7, 7, "boot"));
            Take(command, n, new LayerWritten(
                id.Value, "exit", 1, 0, 0, 3, null,
                Seq1(new PathChange("A", "/bin/" + Hostile, false, "file", 3, null, "budget", true)), null));
            Take(command, n, new ContainerExited(id, n % 3, false));
        }

        var other = new Guid(-1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
        Take(other, containers, new ImageTagged(Hostile, Histories.D(1).Hex, null));
        Take(other, containers, new Redacted(1, Seq1("data"), Hostile));
        Take(other, containers, new CommandRefused("run", "Invalid", Hostile));
        return new AuditReported(
            1, position, At, At.AddMinutes(containers + 1), position, At.AddDays(1), new string('r', 64), fold.End(),
            new Dictionary<string, ImageEvent> { [Histories.D(1).Hex] = new ImageImported(Histories.D(1).Hex, Hostile, Histories.Content) },
            Seq<DomainError.ViewStopped>(),
            new RangeVerified(
                new Verified(Seq<Finding>(), 1, position, 0, 0, 0, false, None), 0, position, None, Some(0L), 0,
                Seq1(new SignedRoot(1, MerkleTree.EmptyRoot, Hostile))));

        void Take(Guid command, int minute, DockEvent happened)
        {
            position++;
            var recorded = AuditLaws.Recorded(position, Fact.At(At.AddMinutes(minute).AddSeconds(position % 60), happened), command);
            fold.Take(AuditFold.Needed(recorded with
            {
                Origin = recorded.Origin with
                {
                    Line = Seq("eventdock", "run", Hostile), Reason = reason ?? Hostile,
                    Actor = new Actor(0, "1000", "1000", Hostile, Hostile, Hostile),
                },
            }));
        }
    }

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();
}
