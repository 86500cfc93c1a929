namespace EventDock.Domain.Kernel;

using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Roots;

/// <summary>
/// How one case of <see cref="DockEvent"/> is stored. The names are constants, so that renaming a class cannot change what is
/// in the ledger (a test compares them with the classes).
/// </summary>
/// <param name="Name">As <c>eventdock log</c> prints it.</param>
/// <param name="Alias">Marten's event alias: the name in snake_case.</param>
/// <param name="DotNetType">Marten's <c>mt_dotnet_type</c>.</param>
/// <param name="Schema">The version of the stored form that is written today.</param>
/// <param name="Json">Made when it is asked for: a command sees few of all kinds.</param>
public sealed record EventKind(string Name, string Alias, string DotNetType, int Schema, Type Type, Func<JsonTypeInfo> Json);

/// <summary>
/// What stands beside an event's data: its origin, the schema version of the data, and when it happened. Stored flat, in
/// the <c>headers</c> column.
/// </summary>
/// <param name="Reason">Null where nothing was said.</param>
public sealed record EventHeaders(
    int Schema, DateTimeOffset Occurred, Guid Command, Seq<string> Line, Actor Actor, Host Host,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null)
{
    public static EventHeaders Of(Origin origin, int schema, DateTimeOffset occurred) =>
        new(schema, occurred, origin.Command, origin.Line, origin.Actor, origin.Host, origin.Reason);

    public Origin Origin => new(Command, Line, Actor, Host, Schema) { Reason = Reason };
}

/// <summary>Events to JSON (PascalCase members, enums and large numbers as text) and back.</summary>
public static class EventCodec
{
    public static readonly Seq<EventKind> Kinds = Seq(
        Kind("RootInitialized", "root_initialized", "EventDock.Domain.Roots.RootInitialized", () => EventJson.Default.RootInitialized),
        Kind("RootAdopted", "root_adopted", "EventDock.Domain.Roots.RootAdopted", () => EventJson.Default.RootAdopted),
        Kind("CommandRefused", "command_refused", "EventDock.Domain.Roots.CommandRefused", () => EventJson.Default.CommandRefused),
        Kind("CommandUndone", "command_undone", "EventDock.Domain.Roots.CommandUndone", () => EventJson.Default.CommandUndone),
        Kind("LayerCreated", "layer_created", "EventDock.Domain.Layers.LayerCreated", () => EventJson.Default.LayerCreated),
        Kind("LayerWritten", "layer_written", "EventDock.Domain.Layers.LayerWritten", () => EventJson.Default.LayerWritten),
        Kind("LayerQuotaReached", "layer_quota_reached", "EventDock.Domain.Layers.LayerQuotaReached", () => EventJson.Default.LayerQuotaReached),
        Kind("LayerRestored", "layer_restored", "EventDock.Domain.Layers.LayerRestored", () => EventJson.Default.LayerRestored),
        Kind("LayerContentRemoved", "layer_content_removed", "EventDock.Domain.Layers.LayerContentRemoved", () => EventJson.Default.LayerContentRemoved),
        Kind("LayerRemoved", "layer_removed", "EventDock.Domain.Layers.LayerRemoved", () => EventJson.Default.LayerRemoved),
        Kind("ImagePulled", "image_pulled", "EventDock.Domain.Images.ImagePulled", () => EventJson.Default.ImagePulled),
        Kind("ImagePushed", "image_pushed", "EventDock.Domain.Images.ImagePushed", () => EventJson.Default.ImagePushed),
        Kind("ImageBuilt", "image_built", "EventDock.Domain.Images.ImageBuilt", () => EventJson.Default.ImageBuilt),
        Kind("ImageImported", "image_imported", "EventDock.Domain.Images.ImageImported", () => EventJson.Default.ImageImported),
        Kind("ImageCommitted", "image_committed", "EventDock.Domain.Images.ImageCommitted", () => EventJson.Default.ImageCommitted),
        Kind("ImageLoaded", "image_loaded", "EventDock.Domain.Images.ImageLoaded", () => EventJson.Default.ImageLoaded),
        Kind("ImageRemoved", "image_removed", "EventDock.Domain.Images.ImageRemoved", () => EventJson.Default.ImageRemoved),
        Kind("ImageRestored", "image_restored", "EventDock.Domain.Images.ImageRestored", () => EventJson.Default.ImageRestored),
        Kind("LayerRepaired", "layer_repaired", "EventDock.Domain.Layers.LayerRepaired", () => EventJson.Default.LayerRepaired),
        Kind("ImageRepaired", "image_repaired", "EventDock.Domain.Images.ImageRepaired", () => EventJson.Default.ImageRepaired),
        Kind("ImageTagged", "image_tagged", "EventDock.Domain.Images.ImageTagged", () => EventJson.Default.ImageTagged),
        Kind("ImageUntagged", "image_untagged", "EventDock.Domain.Images.ImageUntagged", () => EventJson.Default.ImageUntagged),
        Kind("BuildStepCompleted", "build_step_completed", "EventDock.Domain.Builds.BuildStepCompleted", () => EventJson.Default.BuildStepCompleted),
        Kind("ContainerCreated", "container_created", "EventDock.Domain.Containers.ContainerCreated", () => EventJson.Default.ContainerCreated),
        Kind("ContainerStartRequested", "container_start_requested", "EventDock.Domain.Containers.ContainerStartRequested", () => EventJson.Default.ContainerStartRequested),
        Kind("ContainerStarted", "container_started", "EventDock.Domain.Containers.ContainerStarted", () => EventJson.Default.ContainerStarted),
        Kind("ContainerStartFailed", "container_start_failed", "EventDock.Domain.Containers.ContainerStartFailed", () => EventJson.Default.ContainerStartFailed),
        Kind("ContainerSignalled", "container_signalled", "EventDock.Domain.Containers.ContainerSignalled", () => EventJson.Default.ContainerSignalled),
        Kind("ContainerExited", "container_exited", "EventDock.Domain.Containers.ContainerExited", () => EventJson.Default.ContainerExited),
        Kind("ContainerPaused", "container_paused", "EventDock.Domain.Containers.ContainerPaused", () => EventJson.Default.ContainerPaused),
        Kind("ContainerUnpaused", "container_unpaused", "EventDock.Domain.Containers.ContainerUnpaused", () => EventJson.Default.ContainerUnpaused),
        Kind("ContainerRenamed", "container_renamed", "EventDock.Domain.Containers.ContainerRenamed", () => EventJson.Default.ContainerRenamed),
        Kind("ContainerRestored", "container_restored", "EventDock.Domain.Containers.ContainerRestored", () => EventJson.Default.ContainerRestored),
        Kind("ContainerCopiedOut", "container_copied_out", "EventDock.Domain.Containers.ContainerCopiedOut", () => EventJson.Default.ContainerCopiedOut),
        Kind("ContainerCopiedIn", "container_copied_in", "EventDock.Domain.Containers.ContainerCopiedIn", () => EventJson.Default.ContainerCopiedIn),
        Kind("ContainerExported", "container_exported", "EventDock.Domain.Containers.ContainerExported", () => EventJson.Default.ContainerExported),
        Kind("ContainerAttached", "container_attached", "EventDock.Domain.Containers.ContainerAttached", () => EventJson.Default.ContainerAttached),
        Kind("StorePruned", "store_pruned", "EventDock.Domain.Store.StorePruned", () => EventJson.Default.StorePruned),
        Kind("ContainerRemoved", "container_removed", "EventDock.Domain.Containers.ContainerRemoved", () => EventJson.Default.ContainerRemoved),
        Kind("ExecRequested", "exec_requested", "EventDock.Domain.Containers.ExecRequested", () => EventJson.Default.ExecRequested),
        Kind("ExecStarted", "exec_started", "EventDock.Domain.Containers.ExecStarted", () => EventJson.Default.ExecStarted),
        Kind("ExecFailed", "exec_failed", "EventDock.Domain.Containers.ExecFailed", () => EventJson.Default.ExecFailed),
        Kind("ExecExited", "exec_exited", "EventDock.Domain.Containers.ExecExited", () => EventJson.Default.ExecExited),
        Kind("ForeignEventFound", "foreign_event_found", "EventDock.Domain.Ledger.ForeignEventFound", () => EventJson.Default.ForeignEventFound),
        Kind("Redacted", "redacted", "EventDock.Domain.Ledger.Redacted", () => EventJson.Default.Redacted),
        Kind("SegmentSealed", "segment_sealed", "EventDock.Domain.Ledger.SegmentSealed", () => EventJson.Default.SegmentSealed),
        Kind("SegmentRewritten", "segment_rewritten", "EventDock.Domain.Ledger.SegmentRewritten", () => EventJson.Default.SegmentRewritten),
        Kind("SegmentDropped", "segment_dropped", "EventDock.Domain.Ledger.SegmentDropped", () => EventJson.Default.SegmentDropped),
        Kind("BookmarkSet", "bookmark_set", "EventDock.Domain.Ledger.BookmarkSet", () => EventJson.Default.BookmarkSet),
        Kind("BookmarkRemoved", "bookmark_removed", "EventDock.Domain.Ledger.BookmarkRemoved", () => EventJson.Default.BookmarkRemoved));

    private static readonly FrozenDictionary<Type, EventKind> ByType = Kinds.ToFrozenDictionary(k => k.Type);
    private static readonly FrozenDictionary<string, EventKind> ByAlias = Kinds.ToFrozenDictionary(k => k.Alias);

    /// <summary>
    /// Makes the forms that nearly every command needs which changes a container, each of which takes a fraction of a millisecond: for who
    /// has a processor to spare meanwhile.
    /// </summary>
    public static void SetUp()
    {
        foreach (var form in (JsonTypeInfo[])[
            EventJson.Default.EventHeaders, EventJson.Default.ContainerCreated, EventJson.Default.LayerCreated,
            EventJson.Default.ContainerStartRequested, EventJson.Default.ContainerStarted, EventJson.Default.ContainerExited,
            EventJson.Default.LayerWritten, EventJson.Default.ContainerRemoved, EventJson.Default.LayerRemoved])
        {
            JsonSerializer.Deserialize("null"u8, form);
        }
    }

    public static EventKind KindOf(DockEvent happened) =>
        ByType.TryGetValue(happened.GetType(), out var kind)
            ? kind
            : throw new UnreachableException($"{happened.GetType().Name} is not known to the codec");

    /// <summary>As <c>eventdock log</c> prints it, of an event whose data are gone, too.</summary>
    public static string NameOf(DockEvent happened) => happened is DataRedacted gone ? gone.Kind.Name : KindOf(happened).Name;

    public static Option<EventKind> KindOfAlias(string alias) => ByAlias.TryGetValue(alias, out var kind) ? Some(kind) : None;

    /// <summary>The stored form. A NUL, which jsonb refuses, is written as U+2400 (see <see cref="NulSafeStringConverter"/>).</summary>
    public static string Write(DockEvent happened) => JsonSerializer.Serialize(happened, KindOf(happened).Json());

    /// <summary>Reads what <see cref="Write"/> wrote, in any schema version ever shipped.</summary>
    public static Either<DomainError, DockEvent> Read(long position, string alias, int schema, string data) =>
        Read(position, alias, schema, Encoding.UTF8.GetBytes(data));

    /// <summary>The same, of UTF-8: what is read by the million comes as that.</summary>
    public static Either<DomainError, DockEvent> Read(long position, string alias, int schema, ReadOnlySpan<byte> data)
    {
        if (!ByAlias.TryGetValue(alias, out var kind))
        {
            return Unknown(position, alias);
        }

        if (schema > kind.Schema)
        {
            return new DomainError.LedgerUnreadable(position, $"{alias} has schema {schema}, this version reads up to {kind.Schema}");
        }

        return schema == kind.Schema
            ? Decode(position, kind, data)
            : Upcasters.All.Lift(alias, schema, kind.Schema, Encoding.UTF8.GetString(data))
                .MapLeft<DomainError>(reason => new DomainError.LedgerUnreadable(position, $"{alias}: {reason}"))
                .Bind(lifted => Decode(position, kind, Encoding.UTF8.GetBytes(lifted)));
    }

    public static DomainError Unknown(long position, string alias) =>
        new DomainError.LedgerUnreadable(position, $"event type {alias} is not known to this version");

    private static Either<DomainError, DockEvent> Decode(long position, EventKind kind, ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonSerializer.Deserialize(data, kind.Json()) is DockEvent read
                ? read
                : new DomainError.LedgerUnreadable(position, $"{kind.Alias} holds null");
        }
        catch (JsonException e)
        {
            return new DomainError.LedgerUnreadable(position, $"{kind.Alias}: {e.Message}");
        }
    }

    public static string WriteHeaders(EventHeaders headers) => JsonSerializer.Serialize(headers, EventJson.Default.EventHeaders);

    public static Either<DomainError, EventHeaders> ReadHeaders(long position, string? headers)
    {
        try
        {
            return headers is not null && JsonSerializer.Deserialize(headers, EventJson.Default.EventHeaders) is { } read
                ? read
                : new DomainError.LedgerUnreadable(position, "the event has no headers");
        }
        catch (JsonException e)
        {
            return new DomainError.LedgerUnreadable(position, $"headers: {e.Message}");
        }
    }

    private static EventKind Kind<T>(string name, string alias, string dotNetType, Func<JsonTypeInfo<T>> json) where T : DockEvent =>
        new(name, alias, $"{dotNetType}, EventDock.Domain", 1, typeof(T), json);
}
