namespace EventDock.Adapters.Registry;

using System.Net;
using System.Net.Http;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// The tags of a repository, page by page (distribution-spec, "Listing Tags"). A page that leads back to an earlier one, or pages
/// without end, are refused; all of them have the time of one small thing.
/// </summary>
internal sealed class TagList(RegistryHttp http, TokenAuth auth)
{
    private const int MaxPageBytes = 4 * 1024 * 1024;
    private const int MostTags = 100_000;
    private const int MostPages = 1_000;

    private sealed record Page(string[] Tags, Uri? Next);

    public async Task<Either<DomainError, string[]>> ListAsync(Endpoint endpoint, ImageReference reference, CancellationToken cancel)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        all.CancelAfter(http.Small);
        try
        {
            return await PagesAsync(endpoint, reference, all.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new DomainError.RegistryUnreachable(
                new Uri(endpoint.Base).Authority, $"the tags of {reference.FamiliarRepository} did not come within {http.Small.TotalSeconds:0} s");
        }
    }

    private async Task<Either<DomainError, string[]>> PagesAsync(Endpoint endpoint, ImageReference reference, CancellationToken cancel)
    {
        var what = $"tags of {reference.FamiliarRepository}";
        var (found, seen) = (new List<string>(), new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal));
        var asked = new System.Collections.Generic.HashSet<Uri>();
        for (Uri? next = new($"{endpoint.Base}/v2/{reference.Path}/tags/list"); next is not null;)
        {
            if (!asked.Add(next))
            {
                return new DomainError.BadContent(what, "a page leads back to an earlier one");
            }

            var answer = await PageAsync(endpoint, reference, next, what, cancel);
            if (answer.Failed(out var error, out var page))
            {
                return error;
            }

            found.AddRange(page.Tags.Where(seen.Add));
            if (found.Count > MostTags || asked.Count == MostPages && page.Next is not null)
            {
                return new DomainError.BadContent(what, $"are more than {MostTags}, or on more than {MostPages} pages");
            }

            next = page.Next;
        }

        return found.ToArray();
    }

    private async Task<Either<DomainError, Page>> PageAsync(
        Endpoint endpoint, ImageReference reference, Uri uri, string what, CancellationToken cancel)
    {
        var answer = await auth.AskAsync(endpoint, reference, new(uri, what, ["application/json"], null), cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return await RegistryErrors.ReadAsync(
                    http, response, what, reference, cancel,
                    message => new DomainError.RepositoryUnknown(reference.FamiliarRepository, message));
            }

            var body = await http.ReadAsync(response, what, MaxPageBytes, cancel);
            return body.Bind(bytes => Read(bytes, reference, what)).Bind(tags => Following(response, uri, what).Map(next => new Page(tags, next.Uri)));
        }
    }

    private static Either<DomainError, string[]> Read(byte[] body, ImageReference reference, string what) =>
        StrictJson.Read<string[]>(what, body, MaxPageBytes, (shape, root) => shape.Texts(root, "tags").ToArray())
            .Bind<string[]>(tags => System.Array.Find(tags, t => !IsTag(reference, t)) is { } wrong
                ? new DomainError.BadContent(what, $"one of them is '{(wrong.Length > 128 ? wrong[..128] : wrong)}', which is no tag")
                : tags);

    private static bool IsTag(ImageReference reference, string text) =>
        ImageReference.Parse($"{reference.Repository}:{text}").Match(Right: r => r.Tag == text && r.Digest is null, Left: _ => false);

    private sealed record Link(Uri? Uri);

    /// <summary>RFC 8288, <c>&lt;URI&gt;; rel="next"</c>. Another host would be asked with this one's credentials.</summary>
    private static Either<DomainError, Link> Following(HttpResponseMessage response, Uri here, string what)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out var values)
            || values.ToString() is not { } text || text.IndexOf('<') is not (>= 0 and var open) || text.IndexOf('>', open) is not (> 0 and var close)
            || !text[close..].Contains("next", StringComparison.OrdinalIgnoreCase))
        {
            return new Link(null);
        }

        return Uri.TryCreate(here, text[(open + 1)..close], out var next) && next.Scheme == here.Scheme && next.Authority == here.Authority
            ? new Link(next)
            : new DomainError.BadContent(what, "the next page is on another host");
    }
}
