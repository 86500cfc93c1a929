namespace EventDock.Tests.Properties;

using System.IO;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

/// <summary>Domain and Projections stay pure: the compiled assemblies refer to no file, socket, process, clock or dice.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] Forbidden =
    [
        "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.Directory", "System.IO.StreamReader",
        "System.Net.Http.HttpClient", "System.Net.Sockets.Socket", "System.Diagnostics.Process", "System.Diagnostics.Stopwatch",
        "System.Environment", "System.Console", "System.Random", "System.Security.Cryptography.RandomNumberGenerator",
        "System.TimeProvider", "System.Threading.Thread", "System.Threading.Timer", "Npgsql.NpgsqlConnection",
    ];

    private static readonly string[] Clocks = ["get_Now", "get_UtcNow", "get_Today"];

    [Theory]
    [InlineData(typeof(Domain.Kernel.DockEvent))]
    [InlineData(typeof(EventDock.Projections.AllViews))]
    public void The_core_refers_to_nothing_that_acts(Type inside)
    {
        using var stream = File.OpenRead(inside.Assembly.Location);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var types = metadata.TypeReferences.Select(handle => metadata.GetTypeReference(handle))
            .Select(t => $"{metadata.GetString(t.Namespace)}.{metadata.GetString(t.Name)}").ToArray();
        Assert.Empty(types.Intersect(Forbidden));
        Assert.Empty(metadata.MemberReferences.Select(handle => metadata.GetString(metadata.GetMemberReference(handle).Name)).Intersect(Clocks));
    }

    [Theory]
    [InlineData(typeof(Domain.Kernel.DockEvent), "LanguageExt.Core")]
    [InlineData(typeof(EventDock.Projections.AllViews), "LanguageExt.Core", "EventDock.Domain")]
    [InlineData(typeof(EventDock.Engine.Ports), "LanguageExt.Core", "EventDock.Domain", "EventDock.Projections")]
    public void An_assembly_uses_only_those_it_may(Type inside, params string[] allowed) =>
        Assert.Empty(inside.Assembly.GetReferencedAssemblies().Select(a => a.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) && name is not ("netstandard" or "mscorlib" or "Microsoft.Win32.Primitives"))
            .Except(allowed));

    [Fact]
    public void Every_case_of_a_union_is_sealed() =>
        Assert.DoesNotContain(
            typeof(Domain.Kernel.DockEvent).Assembly.GetTypes(), t => t.IsClass && !t.IsAbstract && !t.IsSealed && IsRecord(t));

    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic) is not null;
}
