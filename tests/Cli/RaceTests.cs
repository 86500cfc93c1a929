namespace EventDock.Tests.Cli;

using System.IO;

/// <summary>Commands that remove beside commands that make: whoever wins, the other says why, and the store is sound. More rounds of it are in the soak.</summary>
public sealed class RaceTests(MirroredInstallation eventdock) : IClassFixture<MirroredInstallation>
{
    private const string Image = "node:6.9.2";
    private static readonly int Rounds =
        int.Parse(Environment.GetEnvironmentVariable("EVENTDOCK_TEST_ROUNDS") ?? "3", System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("pull", "prune")]
    [InlineData("pull", "rmi")]
    [InlineData("run", "prune")]
    [InlineData("run", "rmi")]
    [InlineData("build", "prune")]
    [InlineData("load", "rmi")]
    public async Task Of_two_that_race_neither_takes_what_the_other_needs(string making, string removing)
    {
        for (var round = 0; round < Rounds; round++)
        {
            // The image is here at the beginning or not, in turn.
            if (making is not "pull" || round % 2 == 0)
            {
                eventdock.Run("pull", "-q", Image).Done();
            }

            var make = Making(making, round);
            var made = Task.Run(() => eventdock.Run(make));
            await Task.Delay(round % 5 * 40);
            var removed = eventdock.Run(removing == "prune" ? ["image", "prune", "-af"] : ["rmi", making == "load" ? "raced:1" : Image]);
            var said = await made;

            Assert.True(said.Code == 0 || Lost(making, said), said.ToString());
            Assert.True(
                removed.Code == 0 || (removing == "rmi" && (removed.Error.Contains("no such image") || removed.Error.Contains("in use"))),
                removed.ToString());
            var check = eventdock.Run("check");
            Assert.True(check.Code == 0, $"{said}\n{removed}\n{check}");
            Assert.DoesNotContain("staging", check.Out, StringComparison.Ordinal);
            eventdock.RemoveContainers();
        }
    }

    private string[] Making(string verb, int round)
    {
        switch (verb)
        {
            case "pull":
                return ["pull", "-q", Image];
            case "run":
                return ["run", "--rm", Image, "cat", "/second"];
            case "build":
                eventdock.Write("context/Dockerfile", $"FROM {Image}\nRUN echo {round} > /round\nENV round={round}\n");
                return ["build", "-q", "-t", $"raced:{round}", Path.Combine(eventdock.Work, "context")];
            default:
                var archive = Path.Combine(eventdock.Place, "raced.tar");
                File.WriteAllBytes(archive, Busybox.DockerArchive("raced:1", Busybox.Tar(("one", "1\n")), Busybox.Tar(("two", "2\n"))));
                if (round % 2 == 1)
                {
                    eventdock.Run("load", "-q", "-i", archive).Good();
                }

                return ["load", "-q", "-i", archive];
        }
    }

    /// <summary>What it stands on was removed before it had it.</summary>
    internal static bool Lost(string making, Said said) =>
        making is "run" or "build" && (said.Error.Contains("no such image") || said.Error.Contains("has been removed") || said.Error.Contains("is not there")
            || said.Error.Contains("gone"));
}
