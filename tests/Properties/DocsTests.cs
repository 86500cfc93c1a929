namespace EventDock.Tests.Properties;

using System.IO;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using EventDock.Domain.Containers;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>The pages under docs/ say what the code does: all of it, and nothing that it does not.</summary>
public sealed partial class DocsTests
{
    /// <summary>Stored as one text, so that their own members are not fields.</summary>
    private static readonly Type[] Texts = [typeof(Digest), typeof(ContainerId), typeof(ByteCount)];

    private static readonly string[] StreamNames =
    [
        Streams.Root, Streams.Container("{id}"), Streams.Exec("{container}", "{id}"), Streams.Image("{id}"), Streams.Layer("{id}"),
        Streams.Tag("{reference}"), Streams.Prune("{id}"), Streams.BuildStep("{key}"), Streams.Command(Guid.Empty).Replace($"{Guid.Empty:D}", "{id}"),
        Streams.Bookmark("{name}"), Streams.Strangers, Streams.Segments, Streams.Redaction(0).Replace("0", "{position}"),
    ];

    private static readonly Dictionary<string, string> Sections = SectionsOf(Read("docs/events.md"));

    [Fact]
    public void Every_event_and_every_value_in_one_has_its_section_and_no_section_is_of_something_else() =>
        Assert.Equal(Stored().Select(t => t.Name).Order(), Sections.Keys.Order());

    [Fact]
    public void Each_section_names_exactly_the_fields_that_are_stored()
    {
        foreach (var type in Stored())
        {
            Assert.Equal(
                (type.Name, string.Join(' ', Fields(type).Select(f => f.Name))),
                (type.Name, string.Join(' ', Row().Matches(Sections[type.Name]).Select(m => m.Groups[1].Value))));
        }
    }

    [Fact]
    public void Each_event_names_its_stream()
    {
        foreach (var kind in EventCodec.Kinds)
        {
            var named = StreamLine().Match(Sections[kind.Name]);
            Assert.True(named.Success, $"{kind.Name} names no stream");
            Assert.Contains(named.Groups[1].Value, StreamNames);
        }
    }

    [Fact]
    public void Every_package_has_its_line_in_a_decision()
    {
        var decisions = string.Concat(Directory.GetFiles(Path.Combine(Root(), "docs/decisions"), "*.md").Select(File.ReadAllText));
        var nuget = Package().Matches(Read("Directory.Packages.props")).Select(m => m.Groups[1].Value);
        var debian = PackageList().Matches(Read("scripts/setup.sh")).SelectMany(m => m.Groups[1].Value.Split(' '));
        var all = nuget.Concat(debian).ToArray();
        Assert.Contains("Npgsql", all);
        Assert.Contains("conmon", all);
        Assert.DoesNotContain(all, name => !decisions.Contains($"`{name}`", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_pages_link_to_is_there()
    {
        var pages = Directory.GetFiles(Path.Combine(Root(), "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(new[] { "README.md", "ARCHITECTURE.md", "CHANGELOG.md" }.Select(name => Path.Combine(Root(), name)));
        Assert.Empty(
            from page in pages
            from Match link in Link().Matches(File.ReadAllText(page))
            let target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value))
            where !File.Exists(target) && !Directory.Exists(target)
            select $"{Path.GetFileName(page)}: {link.Groups[1].Value}");
    }

    /// <summary>All events, their headers, and whatever they are made of.</summary>
    private static Type[] Stored()
    {
        var found = new List<Type>(EventCodec.Kinds.Map(k => k.Type)) { typeof(EventHeaders) };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(Fields(found[i]).Select(f => Inner(f.Type)).Where(IsRecord).Except(found).Distinct());
        }

        return found.ToArray();
    }

    /// <summary>A record is stored as what its constructor takes.</summary>
    private static IEnumerable<(string Name, Type Type)> Fields(Type record) =>
        record.GetConstructors().Single().GetParameters().Select(p => (p.Name!, p.ParameterType));

    private static Type Inner(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Seq<>) || type.GetGenericTypeDefinition() == typeof(Nullable<>))
            ? type.GetGenericArguments()[0]
            : type;

    private static bool IsRecord(Type type) =>
        type.Assembly == typeof(DockEvent).Assembly && !type.IsEnum && !Texts.Contains(type);

    private static Dictionary<string, string> SectionsOf(string page) =>
        Section().Matches(page).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root(), path));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));

    [GeneratedRegex(@"^### (\w+)\n(.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^Stream: `([^`]+)`\.", RegexOptions.Multiline)]
    private static partial Regex StreamLine();

    [GeneratedRegex("PackageVersion Include=\"([^\"]+)\"")]
    private static partial Regex Package();

    [GeneratedRegex(@"^\w+=\(([a-z0-9. +-]+)\)$", RegexOptions.Multiline)]
    private static partial Regex PackageList();

    [GeneratedRegex(@"\]\(([^)#:]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
