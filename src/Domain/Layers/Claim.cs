namespace EventDock.Domain.Layers;

using EventDock.Domain.Kernel;

/// <summary>What stands under a final name in the store.</summary>
public enum ClaimKind
{
    Blob,
    Layer,
    Container,
}

/// <summary>
/// A final name whose fate a command is about to decide: it puts something there before its event, or takes it away after its event.
/// Should the command be killed in between, the ledger says what holds.
/// </summary>
/// <param name="Name">Hex of a digest, a layer's id, a container's id.</param>
public sealed record Claim(ClaimKind Kind, string Name)
{
    /// <summary>Relative to the root.</summary>
    public string Place => Kind switch
    {
        ClaimKind.Blob => $"blobs/sha256/{Name}",
        ClaimKind.Layer => $"layers/{Name}",
        _ => $"containers/{Name}",
    };

    /// <summary>As it is noted: the kind, a space, the name.</summary>
    public string Line => $"{Word(Kind)} {Name}";

    /// <summary>None for a line that was cut off, or one of a later version.</summary>
    public static Option<Claim> Parse(string line) =>
        line.Split(' ') is [var word, { Length: 64 } name] && name.All(char.IsAsciiHexDigitLower)
            ? word switch
            {
                "blob" => Some(new Claim(ClaimKind.Blob, name)),
                "layer" => Some(new Claim(ClaimKind.Layer, name)),
                "container" => Some(new Claim(ClaimKind.Container, name)),
                _ => None,
            }
            : None;

    private static string Word(ClaimKind kind) => kind switch
    {
        ClaimKind.Blob => "blob",
        ClaimKind.Layer => "layer",
        _ => "container",
    };
}

/// <summary>Claims of commands that are dead, kept from other commands until it is disposed of.</summary>
/// <param name="Clear">They are settled: takes the notes away.</param>
public sealed record LeftClaims(Seq<Claim> Claims, Action Clear, Action Release) : IDisposable
{
    public void Dispose() => Release();
}

/// <summary>Claims under a root.</summary>
/// <param name="Note">Notes them as this command's, before the act.</param>
/// <param name="Own">What this command has noted.</param>
/// <param name="Left">What dead commands have left: nearly always nothing.</param>
/// <param name="Withdraw">
/// Takes a blob or a layer into the trash, unless a command at work has claimed it, too. One that the ledger knows as removed is kept there as long as
/// what is removed is; what was never recorded goes.
/// </param>
/// <param name="Release">This command's are settled: all is as the ledger has it.</param>
public sealed record ClaimStore(
    Func<Seq<Claim>, CancellationToken, EitherAsync<DomainError, Unit>> Note,
    Func<Seq<Claim>> Own,
    Func<CancellationToken, EitherAsync<DomainError, Option<LeftClaims>>> Left,
    Func<Claim, bool, CancellationToken, EitherAsync<DomainError, Unit>> Withdraw,
    Func<Either<DomainError, Unit>> Release);
