namespace EventDock.Domain.Containers;

using System.IO;
using EventDock.Domain.Kernel;

/// <summary>One side of a copy.</summary>
/// <param name="Root">Absolute path of a mounted root, in which all links are resolved; null for the host itself.</param>
/// <param name="Path">From that root (<see cref="GoPath.Absolute"/>).</param>
/// <param name="Shown">How errors name the root: the container, or nothing.</param>
public sealed record CopyPlace(string? Root, byte[] Path, string Shown);

/// <summary>What stands at a path.</summary>
public enum FoundKind
{
    File,
    Directory,
    Link,
    Fifo,
    Device,
    Socket,
}

/// <param name="Kind">Of the last part itself, unless the path has it followed.</param>
/// <param name="Path">Where a link leads, all links followed, whether something is there or not; else the path itself.</param>
public sealed record FoundPath(FoundKind Kind, byte[] Path);

/// <summary>Whom copied files belong to.</summary>
/// <param name="Kept">Those who have them at their source.</param>
/// <param name="User">All of them this one; null for whoever copies.</param>
public sealed record CopyOwners(bool Kept, (uint Uid, uint Gid)? User)
{
    public static readonly CopyOwners AtSource = new(true, null);

    public static readonly CopyOwners Ours = new(false, null);
}

/// <summary>
/// Files of a container's root and of the host, read and written while a container may be changing its own: no path leads out of the
/// root, neither devices nor FIFOs are opened, holes stay holes.
/// </summary>
/// <param name="Look">None where nothing is there.</param>
/// <param name="Copy">What is at the one place, by the target's name, into the other's directory. A directory is never replaced by
/// something else, nor the other way round.</param>
/// <param name="Read">What is at the place, by the given name, as an archive.</param>
/// <param name="Unpack">An archive, packed or not, into the directory at the place.</param>
public sealed record ContainerFiles(
    Func<CopyPlace, CancellationToken, EitherAsync<DomainError, Option<FoundPath>>> Look,
    Func<CopyPlace, CopyPlace, byte[], CopyOwners, CancellationToken, EitherAsync<DomainError, Unit>> Copy,
    Func<CopyPlace, byte[], Stream, CancellationToken, EitherAsync<DomainError, Unit>> Read,
    Func<Stream, CopyPlace, CopyOwners, CancellationToken, EitherAsync<DomainError, Unit>> Unpack);
