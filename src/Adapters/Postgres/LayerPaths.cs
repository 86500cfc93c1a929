namespace EventDock.Adapters.Postgres;

using System.Text;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>The rows of <c>layer_paths</c> that an event makes: none but a LayerWritten makes any.</summary>
internal static class LayerPaths
{
    public static IEnumerable<(string Layer, long Version, string Kind, byte[] Path)> Of(DockEvent happened, long version) =>
        happened is LayerWritten e
            ? e.Changes.Select(c => (
                e.Id, version, c.Kind, c.Base64 ? Convert.FromBase64String(c.Path) : Encoding.UTF8.GetBytes(c.Path)))
            : [];
}
