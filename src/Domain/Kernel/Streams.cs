namespace EventDock.Domain.Kernel;

/// <summary>The names of streams: the kind first, then the id.</summary>
public static class Streams
{
    public static string Container(string id) => $"container-{id}";

    /// <summary>The container's id comes first, so that all its execs are one range of the index.</summary>
    public static string Exec(string containerId, string id) => $"{ExecsOf(containerId)}{id}";
    public static string ExecsOf(string containerId) => $"exec-{containerId}-";
    public static string Image(string id) => $"image-{id}";
    public static string Layer(string id) => $"layer-{id}";
    public static string Tag(string reference) => $"tag-{reference}";
    public static string BuildStep(string key) => $"buildstep-{key}";
    public static string Bookmark(string name) => $"{Bookmarks}{name}";
    public const string Bookmarks = "bookmark-";
    public static string Prune(string id) => $"prune-{id}";
    public static string Command(Guid id) => $"command-{id:D}";

    /// <summary>What another program has put into the ledger's tables, as far as EventDock has found it.</summary>
    public const string Strangers = "ledger-strangers";

    /// <summary>Which of the oldest events stand in files.</summary>
    public const string Segments = "ledger-segments";

    /// <summary>What has been taken out of the event at a position.</summary>
    public static string Redaction(long position) => FormattableString.Invariant($"redaction-{position}");

    /// <summary>The one stream that says to which root this ledger belongs.</summary>
    public const string Root = "root";
}
