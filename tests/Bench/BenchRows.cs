namespace EventDock.Tests.Bench;

using System;
using System.Globalization;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Projections;
using static LanguageExt.Prelude;

/// <summary>A container that is started and ends, again and again: every event changes its row.</summary>
internal static class BenchRows
{
    public static ContainerId Id(int writer) => BenchServer.Must(ContainerId.Parse(writer.ToString("x64", CultureInfo.InvariantCulture)));

    public static ContainerCreated Created(int writer) => new(
        Id(writer), $"bench_{writer}", "node:22", new string('a', 64),
        new ContainerSettings(
            Seq1("/entry"), Seq("node", "server.js"), "/app", "node", Id(writer).Short, "private", true, false, true,
            Seq1(new SecretName("PASSWORD", new string('b', 64))), "SIGQUIT"));

    /// <param name="version">Of the stream before it; 1 after the creation.</param>
    public static DockEvent Next(ContainerId id, long version) => (version % 2) switch
    {
        1 => new ContainerStarted(id, 4242, 123456789, "01234567-89ab-cdef-0123-456789abcdef"),
        _ => new ContainerExited(id, 0, false),
    };

    /// <summary>The row after the event.</summary>
    public static string Row(int writer, long version, DateTimeOffset at)
    {
        var view = ContainersView.Projection.Erased;
        var row = view.Apply(null, Fact.At(at, Created(writer)))!;
        return view.Write(view.Apply(row, Fact.At(at, Next(Id(writer), version)))!);
    }
}
