namespace EventDock.Engine;

using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using EventDock.Projections;
using static EventDock.Engine.Pipeline;

/// <summary>Something that is here, or has been.</summary>
/// <param name="Row">As it is, or as it was last.</param>
public sealed record Once<TRow>(TRow Row, bool Here);

/// <summary>From what a person types to what is meant, removed or not: what is here first, then the beginning of an id, then a last name.</summary>
public static class FindPast
{
    public static EitherAsync<DomainError, Once<ContainerRow>> Container(Ports ports, string text, CancellationToken cancel) =>
        Find.Container(ports, text, cancel).Map(row => new Once<ContainerRow>(row, true)).Recover(error =>
            error is DomainError.NoSuchContainer ? Some(GoneContainer(ports, text, cancel)) : None);

    public static EitherAsync<DomainError, Once<ImageRow>> Image(Ports ports, string text, CancellationToken cancel) =>
        Find.Image(ports, text, None, cancel).Map(row => new Once<ImageRow>(row, true)).Recover(error => error switch
        {
            DomainError.NoSuchImage => Some(GoneImage(ports, text, cancel)),
            DomainError.ImageGone gone => Some(GoneImage(ports, gone.Id, cancel)),
            _ => None,
        });

    public static EitherAsync<DomainError, Once<LayerRow>> Layer(Ports ports, string text, CancellationToken cancel) =>
        LookAtLayers.Find(ports, text, None, cancel).Map(row => new Once<LayerRow>(row, true)).Recover(error =>
            error is DomainError.NoSuchLayer ? Some(GoneLayer(ports, text, cancel)) : None);

    private static EitherAsync<DomainError, Once<ContainerRow>> GoneContainer(Ports ports, string text, CancellationToken cancel) =>
        from byId in IsPrefix(text) ? ports.Views.Past.Containers(text, cancel) : Give(Seq<ContainerRow>())
        from named in byId.IsEmpty ? ports.Views.Past.ContainersNamed(text.TrimStart('/'), cancel) : Give(Seq<ContainerRow>())
        from row in named.HeadOrNone().Match(
            Some: Give, None: () => Only("container", text, byId, r => r.Id.Value, () => new DomainError.NoSuchContainer(text)))
        select new Once<ContainerRow>(row, false);

    private static EitherAsync<DomainError, Once<ImageRow>> GoneImage(Ports ports, string text, CancellationToken cancel)
    {
        var hex = text.StartsWith(Digest.Prefix, StringComparison.Ordinal) ? text[Digest.Prefix.Length..] : text;
        return
            from byId in IsPrefix(hex) ? ports.Views.Past.Images(hex, cancel) : Give(Seq<ImageRow>())
            from named in byId.IsEmpty ? LastNamed(ports, text, cancel) : Give(Seq<ImageRow>())
            from row in named.HeadOrNone().Match(
                Some: Give, None: () => Only("image", text, byId, r => r.Id, () => new DomainError.NoSuchImage(text)))
            select new Once<ImageRow>(row, false);
    }

    /// <summary>What the name meant last.</summary>
    private static EitherAsync<DomainError, Seq<ImageRow>> LastNamed(Ports ports, string text, CancellationToken cancel) =>
        ImageReference.Parse(text).Match(
            Right: reference =>
                from past in ports.Store.Read(Streams.Tag(reference.Tagged.Canonical), cancel)
                from rows in past.LastOrNone().Bind(last => Named(last.Event)).Match(
                    Some: id => ports.Views.Past.Images(id, cancel), None: () => Give(Seq<ImageRow>()))
                select rows,
            Left: _ => Give(Seq<ImageRow>()));

    private static Option<string> Named(DockEvent happened) => happened switch
    {
        ImageTagged e => Some(e.Image),
        ImageUntagged e => Some(e.Image),
        _ => None,
    };

    private static EitherAsync<DomainError, Once<LayerRow>> GoneLayer(Ports ports, string text, CancellationToken cancel)
    {
        var hex = text.StartsWith(Digest.Prefix, StringComparison.Ordinal) ? text[Digest.Prefix.Length..] : text;
        return
            from byId in IsPrefix(hex) ? ports.Views.Past.Layers(hex, cancel) : Give(Seq<LayerRow>())
            from row in Only(
                "layer", text, byId.Filter(l => l.Container is null).Strict(), r => r.Id, () => new DomainError.NoSuchLayer(text))
            select new Once<LayerRow>(row, false);
    }

    private static bool IsPrefix(string text) => text.Length is > 0 and <= 64 && Digest.IsHex(text);

    private static EitherAsync<DomainError, TRow> Only<TRow>(
        string kind, string text, Seq<TRow> found, Func<TRow, string> id, Func<DomainError> none) =>
        found.Count switch
        {
            0 => Fail<TRow>(none()),
            1 => Give(found.Head),
            _ => Fail<TRow>(new DomainError.Ambiguous(kind, text, found.Map(r => id(r)[..12]).Strict())),
        };
}
