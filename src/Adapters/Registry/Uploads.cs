namespace EventDock.Adapters.Registry;

using System.IO;
using System.Net;
using System.Net.Http;
using EventDock.Domain.Images;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;

/// <summary>
/// Blobs on their way into a repository (distribution-spec, "Pushing blobs"): looked for, mounted from another repository, or
/// sent in pieces. What is cut off goes on where the registry says that it has come to, or from the start where it has forgotten.
/// </summary>
internal sealed class Uploads(RegistryHttp http, TokenAuth auth)
{
    private const int Tries = 6;

    /// <summary>A registry that loses a piece loses no more than this; nothing of it is held in memory.</summary>
    private const long Piece = 64 * 1024 * 1024;

    public async Task<Either<DomainError, PushedBlob>> PushAsync(PushTarget target, PushBlob blob, CancellationToken cancel)
    {
        var there = await IsThereAsync(target, blob.Blob, cancel);
        if (there.Failed(out var error, out var found))
        {
            return error;
        }

        if (found.Is)
        {
            return new PushedBlob.Existing();
        }

        var mounted = await MountAsync(target, blob, cancel);
        if (mounted.Failed(out var refused, out var tried))
        {
            return refused;
        }

        if (tried.From is { } from)
        {
            return new PushedBlob.Mounted(from);
        }

        var opened = await blob.Open(cancel).ToEither();
        if (opened.Failed(out var unread, out var bytes))
        {
            return unread;
        }

        await using (bytes)
        {
            return await SendAsync(new UploadSending(target, blob, bytes) { Session = tried.Session }, cancel);
        }
    }

    private sealed record There(bool Is);

    private async Task<Either<DomainError, There>> IsThereAsync(PushTarget target, Descriptor blob, CancellationToken cancel)
    {
        var uri = new Uri($"{target.Endpoint}/v2/{target.Repository.Path}/blobs/{blob.Digest.Value}");
        var answer = await AskAsync(target, new(uri, $"blob {blob.Digest.Value}", [], null) { Method = HttpMethod.Head }, cancel);
        return answer.Map(response =>
        {
            using (response)
            {
                return new There(response.StatusCode == HttpStatusCode.OK);
            }
        });
    }

    /// <param name="From">The repository that it was mounted from; null where it was not.</param>
    /// <param name="Session">Where the registry wants it sent instead.</param>
    private sealed record Mount(string? From, UploadSession? Session);

    /// <summary>
    /// One repository is asked for: a registry that cannot mount begins an upload instead (distribution-spec, "Mounting a blob from
    /// another repository"). That it refuses says only that this repository is none to mount from.
    /// </summary>
    private async Task<Either<DomainError, Mount>> MountAsync(PushTarget target, PushBlob blob, CancellationToken cancel)
    {
        if (blob.Elsewhere.IsEmpty)
        {
            return new Mount(null, null);
        }

        var from = blob.Elsewhere[0];
        var query = $"?mount={Uri.EscapeDataString(blob.Blob.Digest.Value)}&from={Uri.EscapeDataString(from)}";
        var answer = await AskAsync(target, Begin(target, blob.Blob, query), cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error is DomainError.RegistryUnreachable or DomainError.Interrupted ? error : new Mount(null, null);
        }

        using (response)
        {
            return response.StatusCode switch
            {
                HttpStatusCode.Created => new Mount(from, null),
                HttpStatusCode.Accepted => UploadAnswer.Next(target, response).Map(at => new Mount(null, new UploadSession(at))),
                _ => new Mount(null, null),
            };
        }
    }

    private async Task<Either<DomainError, PushedBlob>> SendAsync(UploadSending sending, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var done = await OnceAsync(sending, attempt > 1, cancel);
            if (!done.Failed(out var error, out _))
            {
                return new PushedBlob.Sent(sending.Sent);
            }

            if (attempt == Tries || !IsWorthAnother(error))
            {
                return error;
            }

            await Task.Delay(http.Backoff(attempt - 1), cancel);
        }
    }

    /// <summary>The network's fault, the registry's, or an upload that it has forgotten. What it will never take is not sent twice.</summary>
    private static bool IsWorthAnother(DomainError error) =>
        error is DomainError.RegistryUnreachable
            or DomainError.RegistryRefused { Status: >= 500 or 404 or 408 or 416 or 429 };

    private async Task<Either<DomainError, UploadSession>> OnceAsync(UploadSending sending, bool again, CancellationToken cancel)
    {
        if (again && sending.Session is { } left && await ResumeAsync(sending, left, cancel) is { } lost)
        {
            return lost;
        }

        if (sending.Session is null)
        {
            var begun = await BegunAsync(sending, cancel);
            if (begun.Failed(out var refused, out var session))
            {
                return refused;
            }

            (sending.Session, sending.Offset) = (session, 0);
        }

        while (sending.Offset < sending.Blob.Blob.Size)
        {
            var piece = await PieceAsync(sending, sending.Session, cancel);
            if (piece.Failed(out var error, out var next))
            {
                return error;
            }

            sending.Session = next;
        }

        return await EndAsync(sending, sending.Session, cancel);
    }

    /// <summary>
    /// Asks how far an upload has come (distribution-spec, "Pushing a blob in chunks"). Whoever does not know it any more, or does not
    /// say, gets it from the start. Null where that is known now.
    /// </summary>
    private async Task<DomainError?> ResumeAsync(UploadSending sending, UploadSession session, CancellationToken cancel)
    {
        var answer = await AskAsync(sending.Target, new(session.At, sending.What, [], null), cancel);
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            var at = response.StatusCode == HttpStatusCode.NoContent ? UploadAnswer.Reached(response) : null;
            (sending.Session, sending.Offset) = at is { } reached && reached <= sending.Blob.Blob.Size
                ? (UploadAnswer.Next(sending.Target, response).Match(Right: u => new UploadSession(u), Left: _ => session), reached)
                : ((UploadSession?)null, 0L);
            return null;
        }
    }

    private async Task<Either<DomainError, UploadSession>> BegunAsync(UploadSending sending, CancellationToken cancel)
    {
        var answer = await AskAsync(sending.Target, Begin(sending.Target, sending.Blob.Blob, ""), cancel);
        return await ExpectedAsync(answer, sending, HttpStatusCode.Accepted, cancel);
    }

    private async Task<Either<DomainError, UploadSession>> PieceAsync(UploadSending sending, UploadSession session, CancellationToken cancel)
    {
        var (from, size) = (sending.Offset, sending.Blob.Blob.Size);
        var length = Math.Min(Piece, size - from);
        PieceContent? last = null;
        var request = new RegistryRequest(session.At, sending.What, [], null)
        {
            Method = HttpMethod.Patch,
            Once = true,
            Body = moving => last = Piecewise(sending, from, length, moving),
        };
        var answer = await AskAsync(sending.Target, request, cancel);
        if (last?.Unread is { } unread)
        {
            answer.IfRight(r => r.Dispose());
            return new DomainError.FileFailed(sending.What, unread.Message);
        }

        long? reached = null;
        var taken = await ExpectedAsync(answer, sending, HttpStatusCode.Accepted, cancel, response => reached = UploadAnswer.Reached(response));
        if (taken.IsRight && reached is { } has && has != from + length)
        {
            return new DomainError.RegistryUnreachable(session.At.Authority, $"{sending.What}: it has taken {has} of {from + length} bytes");
        }

        sending.Offset = from + length;
        return taken;
    }

    private static PieceContent Piecewise(UploadSending sending, long from, long length, Action moving)
    {
        var at = from;
        var content = new PieceContent(sending.Bytes, from, length, count =>
        {
            moving();
            sending.Sent += count;
            sending.Blob.Progress(at += count);
        });
        content.Headers.ContentType = new("application/octet-stream");

        // The specification's form, which is not RFC 9110's: no unit, no total.
        content.Headers.TryAddWithoutValidation("Content-Range", $"{from}-{from + length - 1}");
        return content;
    }

    /// <summary>The registry compares the digest now. An answer that is lost may have been its yes.</summary>
    private async Task<Either<DomainError, UploadSession>> EndAsync(UploadSending sending, UploadSession session, CancellationToken cancel)
    {
        var digest = $"digest={Uri.EscapeDataString(sending.Blob.Blob.Digest.Value)}";
        var uri = new UriBuilder(session.At) { Query = session.At.Query.Length > 1 ? $"{session.At.Query[1..]}&{digest}" : digest }.Uri;
        var request = new RegistryRequest(uri, sending.What, [], null)
        {
            Method = HttpMethod.Put,
            Body = _ => new ByteArrayContent([]),
            Once = true,
            Slow = true,
        };
        var ended = await ExpectedAsync(await AskAsync(sending.Target, request, cancel), sending, HttpStatusCode.Created, cancel);
        if (!ended.Failed(out var error, out _) || !IsWorthAnother(error))
        {
            return ended;
        }

        var there = await IsThereAsync(sending.Target, sending.Blob.Blob, cancel);
        return there.Match(Right: t => t.Is, Left: _ => false) ? session : ended;
    }

    private static RegistryRequest Begin(PushTarget target, Descriptor blob, string query) =>
        new(new Uri($"{target.Endpoint}/v2/{target.Repository.Path}/blobs/uploads/{query}"), $"upload of blob {blob.Digest.Value}", [], null)
        {
            Method = HttpMethod.Post,
            Body = _ => new ByteArrayContent([]),
        };

    private async Task<Either<DomainError, UploadSession>> ExpectedAsync(
        Either<DomainError, HttpResponseMessage> answer, UploadSending sending, HttpStatusCode wanted, CancellationToken cancel,
        Action<HttpResponseMessage>? then = null)
    {
        if (answer.Failed(out var error, out var response))
        {
            return error;
        }

        using (response)
        {
            if (response.StatusCode != wanted)
            {
                return await RegistryErrors.ReadAsync(http, response, sending.What, sending.Target.Repository, cancel);
            }

            then?.Invoke(response);
            return wanted == HttpStatusCode.Created
                ? new UploadSession(response.RequestMessage!.RequestUri!)
                : UploadAnswer.Next(sending.Target, response).Map(at => new UploadSession(at));
        }
    }

    /// <summary>A registry may have an upload sent to somebody else's storage, which has no business with the credentials.</summary>
    private Task<Either<DomainError, HttpResponseMessage>> AskAsync(PushTarget target, RegistryRequest request, CancellationToken cancel)
    {
        var home = new Uri(target.Endpoint);
        return request.Uri.Scheme == home.Scheme && request.Uri.Authority == home.Authority
            ? auth.AskAsync(new Endpoint(target.Endpoint, Mirror: false), target.Repository, request, cancel)
            : http.AskAsync(request, cancel);
    }
}
