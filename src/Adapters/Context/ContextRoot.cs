namespace EventDock.Adapters.Context;

using System.Buffers;
using System.Text;
using System.Text.Unicode;
using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;
using Microsoft.Win32.SafeHandles;

/// <summary>Something of a context, found but not opened.</summary>
/// <param name="Path">Where it really stands, relative to the context; links on the way are resolved.</param>
internal sealed record Found(SafeFileHandle Handle, EntryStat Stat, byte[] Path) : IDisposable
{
    public void Dispose() => Handle.Dispose();
}

/// <summary>An open context directory and its .dockerignore.</summary>
internal sealed class ContextRoot : IDisposable
{
    private readonly SafeFileHandle root;
    private readonly byte[] where;

    private ContextRoot(string name, SafeFileHandle root, byte[] where, DockerIgnore ignore) =>
        (Name, this.root, this.where, Ignore) = (name, root, where, ignore);

    /// <summary>As it was given.</summary>
    public string Name { get; }

    public DockerIgnore Ignore { get; }

    public static Either<DomainError, ContextRoot> Open(string directory, Seq<string> ignoreLines) =>
        DockerIgnore.Parse(ignoreLines).Bind<ContextRoot>(ignore =>
        {
            var root = ContextCalls.OpenRoot(directory, out var error);
            var where = root is null ? null : ContextCalls.Where(root, out error);
            if (root is null || where is null)
            {
                root?.Dispose();
                return new DomainError.FileFailed(directory, ContextCalls.Text(error));
            }

            return new ContextRoot(directory, root, where, ignore);
        });

    /// <summary>
    /// What a source leads to. Links are followed as if the context were the whole file system, as docker does for a source
    /// itself; what is ignored is not there. None where there is nothing.
    /// </summary>
    public Either<DomainError, Option<Found>> Find(string source)
    {
        var handle = ContextCalls.Resolve(root, source, out var error);
        if (handle is null)
        {
            return error is ContextCalls.NoEntry or ContextCalls.NotDirectory or ContextCalls.Loop
                ? Option<Found>.None
                : Failed(Encoding.UTF8.GetBytes(source), error);
        }

        var stat = ContextCalls.Stat(handle, out error);
        var real = stat is null ? null : ContextCalls.Where(handle, out error);
        if (stat is null || real is null)
        {
            handle.Dispose();
            return Failed(Encoding.UTF8.GetBytes(source), error);
        }

        var prefix = where is [(byte)'/'] ? 0 : where.Length;
        var found = new Found(handle, stat.Value, real.Length <= prefix + 1 ? "."u8.ToArray() : real[(prefix + 1)..]);
        var present = IsPresent(found).Map(there => there && !IsHidden(source, found) ? Some(found) : None);
        if (present.Match(Right: p => p.IsNone, Left: _ => true))
        {
            handle.Dispose();
        }

        return present;
    }

    /// <summary>The context directory itself, for reading.</summary>
    public Either<DomainError, SafeFileHandle> OpenTop()
    {
        var top = ContextCalls.Reopen(root, directory: true, out var error);
        return top is null ? Failed("."u8, error) : top;
    }

    public bool IsIgnored(ReadOnlySpan<byte> path) => !Ignore.IsEmpty && Ignore.Ignores(Lossy(path));

    /// <summary>An ignored directory that is to be looked into all the same.</summary>
    public bool Reenters(ReadOnlySpan<byte> path) => Ignore.Reenters(Lossy(path));

    /// <summary>Not ignored, or a directory that comes back since something below it is not.</summary>
    public Either<DomainError, bool> IsPresent(Found found)
    {
        if (!IsIgnored(found.Path))
        {
            return true;
        }

        if (found.Stat.Type != EntryStat.Directory || !Reenters(found.Path))
        {
            return false;
        }

        using var directory = ContextCalls.Reopen(found.Handle, directory: true, out var error);
        return directory is null ? Failed(found.Path, error) : HoldsAny(directory, found.Path);
    }

    public DomainError Failed(ReadOnlySpan<byte> path, int error) =>
        new DomainError.FileFailed($"{Name}/{Show(path)}", ContextCalls.Text(error));

    public static byte[] Join(byte[] directory, byte[] name) =>
        directory is [(byte)'.'] ? name : [.. directory, (byte)'/', .. name];

    /// <summary>For matching: what is not UTF-8 becomes U+FFFD.</summary>
    public static string Lossy(ReadOnlySpan<byte> path) => Encoding.UTF8.GetString(path);

    /// <summary>For people: what is not UTF-8 becomes \xNN.</summary>
    public static string Show(ReadOnlySpan<byte> path)
    {
        if (Utf8.IsValid(path))
        {
            return Encoding.UTF8.GetString(path);
        }

        var text = new StringBuilder();
        while (!path.IsEmpty)
        {
            var good = Rune.DecodeFromUtf8(path, out var rune, out var used) == OperationStatus.Done;
            if (good)
            {
                text.Append(rune.ToString());
            }
            else
            {
                text.Append("\\x").Append(Convert.ToHexStringLower(path[..used]).Chunk(2).Select(c => new string(c)).Aggregate((a, b) => $"{a}\\x{b}"));
            }

            path = path[used..];
        }

        return text.ToString();
    }

    public void Dispose() => root.Dispose();

    /// <summary>A rule may name the link and not what it leads to.</summary>
    private bool IsHidden(string source, Found found) =>
        Ignore.Ignores(source) && !(found.Stat.Type == EntryStat.Directory && Ignore.Reenters(source));

    private Either<DomainError, bool> HoldsAny(SafeFileHandle directory, byte[] path)
    {
        var names = ContextCalls.Names(directory, out var error);
        if (names is null)
        {
            return Failed(path, error);
        }

        foreach (var name in names)
        {
            var below = Join(path, name);
            if (below.Length > ContextCalls.MaxPath)
            {
                return Failed(path, ContextCalls.NameTooLong);
            }

            if (!IsIgnored(below))
            {
                return true;
            }

            if (!Reenters(below))
            {
                continue;
            }

            using var inner = ContextCalls.OpenDirectory(directory, name, out error);
            var any = inner is not null ? HoldsAny(inner, below)
                : error is ContextCalls.NotDirectory or ContextCalls.Loop ? false
                : Failed(below, error);
            if (any.Match(Right: b => b, Left: _ => true))
            {
                return any;
            }
        }

        return false;
    }
}
