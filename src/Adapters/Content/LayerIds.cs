namespace EventDock.Adapters.Content;

using EventDock.Adapters.Posix;
using EventDock.Domain.Oci;

/// <summary>A layer's id is the hex of its chain ID.</summary>
internal static class LayerIds
{
    internal static string Of(string? parent, Digest diffId) =>
        parent is null
            ? diffId.Hex
            : Digest.FromHex(parent).Match(
                Right: chain => ChainId.Next(chain, diffId).Hex,
                Left: error => throw new RefusedException(error));

    internal static bool IsId(string id) => id.Length == 64 && Digest.IsHex(id);
}
