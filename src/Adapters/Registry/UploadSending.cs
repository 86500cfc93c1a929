namespace EventDock.Adapters.Registry;

using System.IO;
using EventDock.Domain.Images;

/// <param name="At">Where the next piece goes.</param>
internal sealed record UploadSession(Uri At);

/// <summary>One blob on its way, and how far it has come.</summary>
internal sealed class UploadSending(PushTarget target, PushBlob blob, Stream bytes)
{
    public PushTarget Target => target;

    public PushBlob Blob => blob;

    public Stream Bytes => bytes;

    /// <summary>How errors name it.</summary>
    public string What { get; } = $"blob {blob.Blob.Digest.Value}";

    /// <summary>Null before the registry has given one, and after it has forgotten it.</summary>
    public UploadSession? Session { get; set; }

    /// <summary>What the registry has.</summary>
    public long Offset { get; set; }

    /// <summary>Bytes that have gone out, those that went twice counted twice.</summary>
    public long Sent { get; set; }
}
