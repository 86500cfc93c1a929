namespace EventDock.Tests.Adapters;

using EventDock.Adapters.Postgres;
using EventDock.Domain.Kernel;
using static EventDock.Tests.Adapters.LedgerFixture;

/// <summary>All that a ledger's schemas hold but rows, as pg_dump tells it: one entry an object, its owner in the entry's name.</summary>
internal static class Catalog
{
    private const string Entry = "\n--\n-- Name: ";

    public static async Task<SortedDictionary<string, string>> OfAsync(LibpqUri owner)
    {
        var text = Must(await Must(ClientPrograms.For(owner)).RunAsync(
            CancellationToken.None, "pg_dump", ["--schema-only", "--schema=eventdock_old", .. LedgerBackup.Schemas.Select(s => $"--schema={s}")]));
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in text[..text.LastIndexOf("\n--\n-- PostgreSQL database dump complete", StringComparison.Ordinal)].Split(Entry)[1..])
        {
            var end = entry.IndexOf('\n', StringComparison.Ordinal);
            entries.Add(entry[..end], Body(entry[..end], entry[end..]));
        }

        return entries;
    }

    /// <summary>What one has and the other has not, or has otherwise.</summary>
    public static string[] Differences(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Keys.Union(other.Keys).Order(StringComparer.Ordinal)
            .Where(name => one.GetValueOrDefault(name) != other.GetValueOrDefault(name))
            .Select(name => $"{name}\n  {one.GetValueOrDefault(name) ?? "(not there)"}\n  {other.GetValueOrDefault(name) ?? "(not there)"}")
            .ToArray();

    /// <summary>Rights that were given in another order are the same rights.</summary>
    private static string Body(string name, string text) =>
        name.Contains("; Type: ACL;", StringComparison.Ordinal)
            ? string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal)).Trim()
            : text.Trim();
}
