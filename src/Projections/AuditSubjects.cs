namespace EventDock.Projections;

using System.Globalization;
using EventDock.Domain.Builds;
using EventDock.Domain.Containers;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Ledger;
using EventDock.Domain.Oci;
using EventDock.Domain.Roots;
using EventDock.Domain.Store;

/// <summary>Of one event: what it is about, and what it says of the world outside.</summary>
internal static class AuditSubjects
{
    /// <param name="name">A container's name by its id; its short id where none is known.</param>
    public static IEnumerable<AuditedSubject> Of(Recorded<DockEvent> recorded, Func<string, string> name) =>
        recorded.Event switch
        {
            ContainerEvent e => [Container(e.Id.Value, name)],
            ExecEvent e => [Container(e.Container.Value, name)],
            LayerCreated { Container: { } container } => [Container(container, name)],
            LayerWritten e => [Container(e.Id, name)],
            LayerQuotaReached e => [Container(e.Id, name)],
            LayerRestored e => [Container(e.Id, name)],
            LayerContentRemoved e => [Container(e.Id, name)],
            LayerRemoved e when name(e.Id) != Short(e.Id) => [Container(e.Id, name)],
            LayerEvent e => [new AuditedSubject(SubjectKind.Layer, e.Id, "")],
            ImagePulled e => [new AuditedSubject(SubjectKind.Image, e.Id, Familiar(e.Reference))],
            ImageCommitted e => [new AuditedSubject(SubjectKind.Image, e.Id, ""), Container(e.Container, name)],
            ImageEvent e => [new AuditedSubject(SubjectKind.Image, e.Id, "")],
            TagEvent e => [new AuditedSubject(SubjectKind.Tag, e.Reference, Familiar(e.Reference))],
            BuildStepCompleted e => [new AuditedSubject(SubjectKind.BuildStep, e.Key, "")],
            BookmarkSet e => [new AuditedSubject(SubjectKind.Bookmark, e.Name, e.Name)],
            BookmarkRemoved e => [new AuditedSubject(SubjectKind.Bookmark, e.Name, e.Name)],
            RootEvent e => [new AuditedSubject(SubjectKind.Root, e.RootId, "")],
            StorePruned e => [new AuditedSubject(SubjectKind.Store, e.What, e.What)],
            CommandUndone e => [Positions(e.Position.Value, e.Position.Value)],
            Redacted e => [Positions(e.Position.Value, e.Position.Value)],
            ForeignEventFound e => [Positions(e.Position.Value, e.Position.Value)],
            SegmentSealed e => [Positions(e.First.Value, e.Last.Value)],
            SegmentRewritten e => [Positions(e.First.Value, e.Last.Value)],
            SegmentDropped e => [Positions(e.First.Value, e.Last.Value)],
            DataRedacted => [new AuditedSubject(SubjectKind.Stream, recorded.Stream, recorded.Stream)],
            _ => [],
        };

    private static AuditedSubject Container(string id, Func<string, string> name) => new(SubjectKind.Container, id, name(id));

    private static AuditedSubject Positions(long first, long last)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{(first == last ? $"#{first}" : $"#{first} to #{last}")}");
        return new AuditedSubject(SubjectKind.Ledger, text, text);
    }

    /// <summary>Where something came from or went to; null where an event says nothing of that.</summary>
    public static AuditedPlace? Place(DockEvent happened, Func<string, string> name) => happened switch
    {
        ImagePulled e => new AuditedPlace(PlaceKind.PulledFrom, e.Source?.Host ?? e.Registry, $"{Familiar(e.Reference)} ({e.Manifest.Value})"),
        ImagePushed e => new AuditedPlace(PlaceKind.PushedTo, e.Registry, $"{e.Repository}:{e.Tag} ({e.Manifest.Value})"),
        ImageImported e => new AuditedPlace(PlaceKind.ImportedFrom, e.Source, ""),
        ImageLoaded e => new AuditedPlace(PlaceKind.LoadedFrom, e.Source, ""),
        ContainerCopiedIn e => new AuditedPlace(PlaceKind.CopiedIn, name(e.Id.Value), Path(e.Path, e.Base64)),
        ContainerCopiedOut e => new AuditedPlace(PlaceKind.CopiedOut, name(e.Id.Value), Path(e.Path, e.Base64)),
        ContainerExported e => new AuditedPlace(PlaceKind.Exported, name(e.Id.Value), ""),
        _ => null,
    };

    public static string Familiar(string reference) =>
        ImageReference.Parse(reference).Match(Right: r => r.Familiar, Left: _ => reference);

    public static string Short(string id) => id.Length > 12 ? id[..12] : id;

    private static string Path(string path, bool base64) => base64 ? $"{path} (base64)" : path;
}
