namespace EventDock.Domain.Store;

using System.IO;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;
using EventDock.Domain.Oci;

/// <summary>What a repair does on disk, as functions. What is replaced goes to the trash only when the new is complete and verified.</summary>
/// <param name="Replace">
/// Reads an archive whose blob digest, size and diffID are known, and puts its blob and its files in the place of what is there.
/// </param>
/// <param name="Open">Opens a blob as it is.</param>
/// <param name="Write">Puts these bytes in the place of a blob of their digest.</param>
/// <param name="Relink">Makes a layer's short name anew.</param>
public sealed record StoreMender(
    Func<LayerImport, CancellationToken, EitherAsync<DomainError, StoredLayer>> Replace,
    Func<Digest, CancellationToken, EitherAsync<DomainError, Stream>> Open,
    Func<string, ReadOnlyMemory<byte>, CancellationToken, EitherAsync<DomainError, Unit>> Write,
    Func<string, CancellationToken, EitherAsync<DomainError, Unit>> Relink);
