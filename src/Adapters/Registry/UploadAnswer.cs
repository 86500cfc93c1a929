namespace EventDock.Adapters.Registry;

using System.Globalization;
using System.Net.Http;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;

/// <summary>What a registry says of an upload (distribution-spec, "Pushing a blob in chunks").</summary>
internal static class UploadAnswer
{
    /// <summary>
    /// The bytes that the registry has: one more than the last of its Range, <c>0-N</c>. Null where it does not say, or says 0-0, which
    /// is none to some registries and one to others.
    /// </summary>
    public static long? Reached(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Range", out var values)
        && values.ToString() is var text && text.StartsWith("0-", StringComparison.Ordinal)
        && long.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last is > 0 and < long.MaxValue
            ? last + 1
            : null;

    /// <summary>Where the next piece goes.</summary>
    public static Either<DomainError, Uri> Next(PushTarget target, HttpResponseMessage response)
    {
        var here = response.RequestMessage!.RequestUri!;
        var next = response.Headers.Location is not { } location ? null : location.IsAbsoluteUri ? location : new Uri(here, location);
        var fault = next is null ? "says not where to send it"
            : next.Scheme is not ("http" or "https") ? $"wants it sent to {next.Scheme}:"
            : here.Scheme == "https" && next.Scheme == "http" ? "wants it sent from https to http"
            : null;
        return fault is null
            ? next!
            : new DomainError.RegistryRefused(
                here.Authority, $"upload to {target.Repository.FamiliarRepository}", (int)response.StatusCode, fault);
    }
}
