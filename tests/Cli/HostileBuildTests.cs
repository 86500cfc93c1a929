namespace EventDock.Tests.Cli;

/// <summary>Dockerfiles that grow without end. The whole plan is made before the first step: nothing has been built.</summary>
public sealed class HostileBuildTests(HostileInstallation eventdock) : IClassFixture<HostileInstallation>
{
    [Theory]
    [InlineData(16, 8, "failed to process")]
    [InlineData(60_000, 1, "the environment becomes longer")]
    public void Variables_that_multiply_each_other_end_at_a_bound(int length, int times, string says)
    {
        var lines = Enumerable.Range(0, 24).Select(n => $"ENV A{n + 1}={string.Concat(Enumerable.Repeat($"$A{n}", times))}\n");
        Built($"ENV A0={new string('x', length)}\n{string.Concat(lines)}", says);
    }

    [Fact]
    public void One_line_that_names_a_long_variable_a_thousand_times_ends_at_a_bound() =>
        Built($"ENV A={new string('x', 60_000)}\nENV {string.Join(' ', Enumerable.Range(0, 1000).Select(n => $"B{n}=$A"))}\n", "becomes longer");

    [Fact]
    public void A_hundred_thousand_instructions_are_refused() =>
        Built(string.Concat(Enumerable.Range(0, 100_000).Select(n => $"ENV A{n}=x\n")), "more than 5000 instructions");

    private void Built(string dockerfile, string says)
    {
        eventdock.Write("bomb.df", "FROM busybox\n" + dockerfile);
        Assert.Contains(says, eventdock.Refuses(1, null, "build", "-f", "bomb.df", "."), StringComparison.Ordinal);
    }
}
