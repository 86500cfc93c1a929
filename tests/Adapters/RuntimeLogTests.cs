namespace EventDock.Tests.Adapters;

using System.IO;
using System.Text;
using EventDock.Adapters.Runc;
using EventDock.Domain.Containers;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>Reading what a container wrote.</summary>
public sealed class RuntimeLogTests : IDisposable
{
    private readonly RuntimeHost host = new();

    public void Dispose() => host.Dispose();

    [RuntimeFact]
    public async Task The_last_lines_are_found_from_the_end_of_a_long_log()
    {
        var id = host.NewId();
        await host.Run(host.Spec(id, Shell("seq 1 20000; printf 'no end'")));

        Assert.Equal("no end", (await Tail(id, 1)).Text);
        Assert.Equal("19999\n20000\nno end", (await Tail(id, 3)).Text);
        Assert.Equal("", (await Tail(id, 0)).Text);
        Assert.Equal(20000, (await Tail(id, 20000)).Text.Count(c => c == '\n') + 1);
        Assert.Equal((await Tail(id, 1000000)).Text, (await host.Logs(new LogSpec(id, false, null, null, null, false))).Text);
    }

    [RuntimeFact]
    public async Task A_line_longer_than_conmons_buffer_is_one_line()
    {
        var id = host.NewId();
        await host.Run(host.Spec(id, Shell("head -c 30000 /dev/zero | tr '\\0' x; echo; echo last".Replace("tr ", "/bin/busybox tr "))));

        Assert.Equal(new string('x', 30000) + "\nlast\n", (await Tail(id, 2)).Text);
        Assert.Equal("last\n", (await Tail(id, 1)).Text);
        var stamped = (await host.Logs(new LogSpec(id, false, 2, null, null, true))).Text.Split('\n');
        Assert.Equal(3, stamped.Length);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z x{30000}$", stamped[0]);
    }

    [RuntimeFact]
    public async Task Lines_can_be_chosen_by_time()
    {
        var id = host.NewId();
        await host.Run(host.Spec(id, Shell("echo early; sleep 0.3; echo late")));
        var text = (await host.Logs(new LogSpec(id, false, null, null, null, true))).Text;
        var between = DateTimeOffset.Parse(text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture).AddMilliseconds(100);

        Assert.Equal("late\n", (await host.Logs(new LogSpec(id, false, null, between, null, false))).Text);
        Assert.Equal("early\n", (await host.Logs(new LogSpec(id, false, null, null, between, false))).Text);
    }

    [RuntimeFact]
    public async Task Following_ends_with_the_container_and_has_all_of_its_output()
    {
        var id = host.NewId();
        await host.StartDetached(host.Spec(id, Shell("for i in 1 2 3 4 5; do echo $i; sleep 0.05; done; echo gone >&2")));

        var followed = await host.Logs(new LogSpec(id, true, null, null, null, false));

        Assert.Equal(("1\n2\n3\n4\n5\n", "gone\n"), (followed.Text, followed.ErrorText));
    }

    [RuntimeFact]
    public void A_tail_is_what_reading_all_of_it_would_give_wherever_blocks_are_cut()
    {
        var path = $"{host.Root}/made.log";
        var random = new Random(11);
        for (var round = 0; round < 20; round++)
        {
            var records = Enumerable.Range(0, 300).Select(i =>
                $"2026-01-02T03:04:05.{i:d9}+00:00 stdout {(random.Next(3) == 0 ? 'P' : 'F')} {new string('y', random.Next(1500))}\n").ToList();
            File.WriteAllText(path, string.Concat(records));
            using var log = File.OpenHandle(path);
            var length = RandomAccess.GetLength(log);
            foreach (var lines in new[] { 1, 2, 17, 100, 250, 400 })
            {
                Assert.Equal(Slow(records, lines), LogTail.Before(log, length, lines).Output);
            }
        }
    }

    [RuntimeFact]
    public void A_line_in_parts_is_one_of_the_last_lines_whole_whatever_the_other_stream_has_between_them()
    {
        var path = $"{host.Root}/parts.log";
        var random = new Random(12);
        for (var round = 0; round < 50; round++)
        {
            var records = Enumerable.Range(0, 60).Select(i => (
                Text: $"2026-01-02T03:04:05.{i:d9}+00:00 {(random.Next(2) == 0 ? "stdout" : "stderr")} {(random.Next(2) == 0 ? 'P' : 'F')} {i}\n",
                N: i)).ToList();
            File.WriteAllText(path, string.Concat(records.Select(r => r.Text)));
            using var log = File.OpenHandle(path);
            foreach (var lines in new[] { 1, 2, 5, 20, 60 })
            {
                var tail = LogTail.Before(log, RandomAccess.GetLength(log), lines);
                long at = 0;
                var shown = new List<int>();
                foreach (var (text, n) in records)
                {
                    if (at >= tail.Of(text.Contains(" stderr ", StringComparison.Ordinal)))
                    {
                        shown.Add(n);
                    }

                    at += text.Length;
                }

                Assert.Equal(Last(records.Select(r => r.Text).ToList(), lines), shown);
            }
        }
    }

    /// <summary>The records of the lines that end last, each with all its parts.</summary>
    private static List<int> Last(List<string> records, int most)
    {
        var lines = new List<List<int>>();
        foreach (var stream in new[] { " stdout ", " stderr " })
        {
            var line = new List<int>();
            for (var n = 0; n < records.Count; n++)
            {
                if (records[n].Contains(stream, StringComparison.Ordinal))
                {
                    line.Add(n);
                    if (records[n].Contains(" F ", StringComparison.Ordinal))
                    {
                        lines.Add(line);
                        line = [];
                    }
                }
            }

            if (line.Count > 0)
            {
                lines.Add(line);
            }
        }

        return lines.OrderBy(l => l[^1]).TakeLast(most).SelectMany(l => l).Order().ToList();
    }

    [RuntimeFact]
    public async Task A_container_that_never_ran_has_an_empty_log() =>
        Assert.Equal("", (await host.Logs(new LogSpec(host.NewId(), true, null, null, null, false))).Text);

    private Task<RunResult> Tail(ContainerId id, int lines) => host.Logs(new LogSpec(id, false, lines, null, null, false));

    private static long Slow(List<string> records, int lines)
    {
        var starts = new List<long>();
        long at = 0;
        var fresh = true;
        foreach (var record in records)
        {
            if (fresh)
            {
                starts.Add(at);
            }

            fresh = record.Contains(" stdout F ", StringComparison.Ordinal);
            at += record.Length;
        }

        return starts.Count <= lines ? 0 : starts[^lines];
    }
}
