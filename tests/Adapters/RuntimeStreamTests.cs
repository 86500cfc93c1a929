namespace EventDock.Tests.Adapters;

using System.Diagnostics;
using System.IO;
using System.Text;
using EventDock.Adapters.Posix;
using EventDock.Adapters.Runc;
using EventDock.Domain.Containers;
using static EventDock.Tests.Adapters.RuntimeHost;

/// <summary>What goes in and comes out of a container, byte for byte.</summary>
public sealed class RuntimeStreamTests : IDisposable
{
    private readonly RuntimeHost host = new();

    public void Dispose() => host.Dispose();

    [RuntimeFact]
    public async Task Ten_megabytes_on_both_streams_arrive_whole_and_in_order()
    {
        var id = host.NewId();
        var result = await host.Run(host.Spec(id, Shell("seq 1 1300000 & seq 2000000 3200000 >&2; wait; printf end")));

        Assert.Equal(string.Join('\n', Enumerable.Range(1, 1300000)) + "\nend", result.Text);
        Assert.Equal(string.Join('\n', Enumerable.Range(2000000, 1200001)) + "\n", result.ErrorText);
        var logged = await host.Logs(new LogSpec(id, false, null, null, null, false));
        Assert.Equal(result.Text, logged.Text);
        Assert.Equal(result.ErrorText, logged.ErrorText);
    }

    [RuntimeFact]
    public async Task Bytes_that_are_no_text_come_through_as_they_are_and_so_do_lines_without_an_end()
    {
        var bytes = Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7)).ToArray();
        var id = host.NewId();
        var result = await host.Run(host.Spec(id, Seq1("cat"), stdin: true), bytes);

        Assert.Equal(bytes, result.Output);
        Assert.Equal(bytes, (await host.Logs(new LogSpec(id, false, null, null, null, false))).Output);
    }

    [RuntimeFact]
    public async Task The_end_of_our_input_is_the_end_of_the_containers()
    {
        var result = await host.Run(host.Spec(host.NewId(), Shell("cat; echo done"), stdin: true), Encoding.UTF8.GetBytes("typed"));

        Assert.Equal("typeddone\n", result.Text);
    }

    [RuntimeFact]
    public async Task Four_megabytes_go_through_a_container_that_echoes_them()
    {
        var bytes = new byte[4 * 1024 * 1024];
        new Random(7).NextBytes(bytes);

        Assert.Equal(bytes, (await host.Run(host.Spec(host.NewId(), Seq1("cat"), stdin: true), bytes)).Output);
    }

    [RuntimeFact]
    public async Task A_container_that_ends_at_once_still_delivers_its_output()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("quick", (await host.Run("printf quick")).Text);
        }
    }

    [RuntimeFact]
    public async Task A_reader_that_goes_away_ends_the_copying_and_not_the_container()
    {
        var id = host.NewId();
        using var streams = new CapturedStreams($"{host.Root}/out", $"{host.Root}/err", null);
        var (read, write) = ProcessCalls.Pipe();
        read.Dispose();
        using (write)
        {
            var runtime = host.On(streams.Streams with { Output = (int)write.DangerousGetHandle() });
            var process = Good(await runtime.Create(host.Spec(id, Shell("while :; do echo on; sleep 0.01; done")), default).ToEither());
            var attachment = Good(await runtime.Attach(new AttachSpec(id, false, false, true), default).ToEither());
            Good(await runtime.Start(id, default).ToEither());

            Assert.Equal(AttachEnd.OutputClosed, Good(await attachment.Pump(default).ToEither()));
            Assert.True(runtime.Alive(process));
        }
    }

    [RuntimeFact]
    public async Task Signals_that_reach_us_go_to_the_container()
    {
        var id = host.NewId();
        using var streams = new CapturedStreams($"{host.Root}/out", $"{host.Root}/err", null);
        var runtime = host.On(streams.Streams);
        Good(await runtime.Create(host.Spec(id, Shell("trap 'exit 9' USR1; echo ready; while :; do sleep 0.01; done")), default).ToEither());
        var attachment = Good(await runtime.Attach(new AttachSpec(id, false, false, true), default).ToEither());
        Good(await runtime.Start(id, default).ToEither());
        var pump = attachment.Pump(default).ToEither();
        for (var i = 0; i < 6000 && streams.Output.Length == 0; i++)
        {
            await Task.Delay(10);
        }

        Process.Start("/bin/kill", ["-USR1", Environment.ProcessId.ToString()]).WaitForExit();

        Assert.Equal(AttachEnd.Ended, Good(await pump));
        var exit = Good(await runtime.AwaitExit(id, TimeSpan.FromSeconds(60), default).ToEither());
        Assert.Equal(9, exit.Match(e => e.ExitCode, () => -1));
    }

    [RuntimeFact]
    public async Task The_token_ends_the_copying_and_the_container_goes_on()
    {
        var id = host.NewId();
        using var streams = new CapturedStreams($"{host.Root}/out", $"{host.Root}/err", null);
        var runtime = host.On(streams.Streams);
        var process = Good(await runtime.Create(host.Spec(id, Seq("sleep", "60")), default).ToEither());
        var attachment = Good(await runtime.Attach(new AttachSpec(id, false, false, false), default).ToEither());
        Good(await runtime.Start(id, default).ToEither());
        using var soon = new CancellationTokenSource(50);

        Assert.IsType<EventDock.Domain.Kernel.DomainError.Interrupted>(Bad(await attachment.Pump(soon.Token).ToEither()));
        Assert.True(runtime.Alive(process));
    }
}
