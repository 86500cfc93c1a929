namespace EventDock.Tests.Adapters;

using System.IO;
using EventDock.Adapters.Runc;

/// <summary>Directories that two commands remove at once.</summary>
public sealed class RuntimeFilesTests
{
    [Fact]
    public async Task A_tree_goes_although_another_command_removes_a_part_of_it_meanwhile()
    {
        for (var n = 0; n < 200; n++)
        {
            var tree = Directory.CreateTempSubdirectory("eventdock-test-").FullName;
            var parts = Enumerable.Range(0, 20).Select(p => Directory.CreateDirectory($"{tree}/{p}/x").Parent!.FullName).ToArray();
            using var ready = new Barrier(2);
            var other = Task.Run(() =>
            {
                ready.SignalAndWait();
                System.Array.ForEach(parts, PrivateFiles.RemoveTree);
            });
            ready.SignalAndWait();
            PrivateFiles.RemoveTree(tree);
            await other;
            Assert.False(Directory.Exists(tree));
        }
    }
}
