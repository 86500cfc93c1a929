namespace EventDock.Domain.Containers;

using System.Text;
using EventDock.Domain.Kernel;

/// <summary>One argument of cp.</summary>
/// <param name="Container">Null for a path of the host's.</param>
public sealed record CopyArgument(string? Container, byte[] Path)
{
    /// <summary>
    /// A colon may stand in a path of the host's, too: such a one is to begin with a slash or a dot (docker's splitCpArg).
    /// </summary>
    public static CopyArgument Parse(byte[] text) =>
        text is [(byte)'/', ..] || System.Array.IndexOf(text, (byte)':') is not (>= 0 and var colon) || text[..colon] is [(byte)'.', ..]
            ? new CopyArgument(null, text)
            : new CopyArgument(Encoding.UTF8.GetString(text, 0, colon), text[(colon + 1)..]);

    /// <summary>Standard input or output.</summary>
    public bool IsStream => Container is null && Path is [(byte)'-'];
}

/// <summary>What is copied.</summary>
/// <param name="Name">By which it goes into an archive: <c>.</c> for the content of a directory, <c>/</c> for all of a root.</param>
public sealed record CopySource(byte[] Name, bool IsDirectory);

/// <summary>Where it is to go, links followed.</summary>
/// <param name="Path">From the root, as <see cref="GoPath.Absolute"/> has it.</param>
public sealed record CopyDestination(byte[] Path, bool Exists, bool IsDirectory);

/// <summary>Into which directory an archive is unpacked, and by which name what is copied comes there.</summary>
public sealed record CopyTarget(byte[] Directory, byte[] Name);

/// <summary>What is wrong with what cp was asked to do.</summary>
public enum CopyFault
{
    EmptySource,
    EmptyDestination,
    NoContainer,
    TwoContainers,

    /// <summary>A directory onto a file.</summary>
    DirectoryOntoFile,

    /// <summary>A file to a directory that is not there.</summary>
    NoDirectory,
}

/// <summary>docker's rules for what comes where (PrepareArchiveCopy in pkg/archive/copy.go; <c>docker cp --help</c> has them in words).</summary>
public static class CopyRules
{
    public static Either<DomainError, CopyTarget> Target(CopySource source, CopyDestination destination)
    {
        var (directory, name) = GoPath.SplitEntry(destination.Path);
        return (destination.Exists, destination.IsDirectory, source.IsDirectory) switch
        {
            (true, true, _) => new CopyTarget(destination.Path, source.Name),
            (true, false, true) => new DomainError.CannotCopy(CopyFault.DirectoryOntoFile),
            (false, _, false) when GoPath.AssertsDirectory(destination.Path) => new DomainError.CannotCopy(CopyFault.NoDirectory),
            _ => new CopyTarget(directory, name),
        };
    }

    /// <summary>The two arguments; exactly one of them names a container.</summary>
    public static Either<DomainError, (CopyArgument From, CopyArgument To)> Direction(byte[] source, byte[] destination)
    {
        var (from, to) = (CopyArgument.Parse(source), CopyArgument.Parse(destination));
        return source.Length == 0 ? new DomainError.CannotCopy(CopyFault.EmptySource)
            : destination.Length == 0 ? new DomainError.CannotCopy(CopyFault.EmptyDestination)
            : from.Container is not null && to.Container is not null ? new DomainError.CannotCopy(CopyFault.TwoContainers)
            : from.Container is null && to.Container is null ? new DomainError.CannotCopy(CopyFault.NoContainer)
            : (from, to);
    }
}
