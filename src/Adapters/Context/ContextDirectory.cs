namespace EventDock.Adapters.Context;

using System.Buffers.Binary;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using EventDock.Domain.Builds;
using EventDock.Domain.Kernel;
using EventDock.Domain.Oci;
using Microsoft.Win32.SafeHandles;

/// <summary>A build context that is a directory: which files a COPY means, and what they are.</summary>
public static class ContextDirectory
{
    private const string What = "COPY source";
    private const string NotFound = "file not found in build context or excluded by .dockerignore";

    /// <summary>
    /// COPY's sources as paths relative to the context, sorted by their bytes, each once; <c>.</c> is the context itself. A
    /// source that leaves the context, is not there, or matches nothing is Invalid, by its text. A name that is not UTF-8 can
    /// be part of a copied directory but not a path here: a pattern that matches one is refused, the name shown escaped.
    /// </summary>
    /// <param name="ignoreLines">The lines of .dockerignore as they stand.</param>
    public static EitherAsync<DomainError, Seq<string>> Match(
        string contextDir, Seq<string> patterns, Seq<string> ignoreLines, CancellationToken cancel) =>
        OnThread(() => ContextRoot.Open(contextDir, ignoreLines).Bind(root =>
        {
            using (root)
            {
                return patterns.All(p => MatchOne(root, p, cancel)).Map(all => Sorted(all.Bind(paths => paths)));
            }
        }));

    /// <summary>
    /// SHA-256 over each path and, of directories, all below it in the order of their bytes: name, type, permissions, link
    /// target, length, content. Neither times nor owners, as in docker's cache. A source that is a link counts as what it
    /// leads to inside the context; links below are themselves. Names are bytes. A device, pipe or socket is BadContent, unopened.
    /// </summary>
    /// <param name="ignored">The lines of .dockerignore as they stand.</param>
    public static EitherAsync<DomainError, Digest> Hash(
        string contextDir, Seq<string> paths, Seq<string> ignored, CancellationToken cancel) =>
        OnThread(() => ContextRoot.Open(contextDir, ignored).Bind(root =>
        {
            using (root)
            using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
            {
                foreach (var path in Sorted(paths))
                {
                    if (HashSource(root, path, hash, cancel) is { } error)
                    {
                        return Left<DomainError, Digest>(error);
                    }
                }

                return Digest.FromHash(hash.GetHashAndReset());
            }
        }));

    private static EitherAsync<DomainError, T> OnThread<T>(Func<Either<DomainError, T>> work) => Task.Run(work).ToAsync();

    private static Seq<string> Sorted(Seq<string> paths) =>
        paths.Distinct().Select(p => (Path: p, Bytes: Encoding.UTF8.GetBytes(p)))
            .Order(Comparer<(string Path, byte[] Bytes)>.Create((a, b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes)))
            .Select(p => p.Path).ToArray().ToSeq();

    private static Either<DomainError, Seq<string>> MatchOne(ContextRoot root, string pattern, CancellationToken cancel)
    {
        var path = GoMatch.Clean(pattern.TrimStart('/'));
        if (path == ".." || path.StartsWith("../", StringComparison.Ordinal))
        {
            return new DomainError.Invalid(What, pattern, "forbidden path outside the build context");
        }

        if (path.Contains('\0'))
        {
            return new DomainError.Invalid(What, path, "holds a NUL");
        }

        if (path == ".")
        {
            return Seq1(path);
        }

        if (!GoMatch.IsPattern(path))
        {
            return Checked(root, path).Map(p => Seq1(p));
        }

        return GoMatch.Parse(path).Bind(glob => root.OpenTop().Bind(top =>
        {
            using (top)
            {
                var matches = new List<byte[]>();
                return Walk(root, top, "."u8.ToArray(), glob, Depth(glob), matches, cancel) is { } error ? error
                    : matches.Count == 0 ? new DomainError.Invalid(What, pattern, "no source files were specified")
                    : matches.ToSeq().All(name => Named(root, pattern, name));
            }
        }));
    }

    private static Either<DomainError, string> Named(ContextRoot root, string pattern, byte[] name) =>
        Utf8.IsValid(name)
            ? Checked(root, Encoding.UTF8.GetString(name))
            : new DomainError.Invalid(What, pattern, $"matches a name that is not UTF-8: {ContextRoot.Show(name)}");

    /// <summary>The path again, where it leads to something.</summary>
    private static Either<DomainError, string> Checked(ContextRoot root, string path) =>
        root.Find(path).Bind<string>(found =>
        {
            found.Iter(f => f.Dispose());
            return found.IsSome ? path : new DomainError.Invalid(What, path, NotFound);
        });

    /// <summary>No match has more parts than the pattern, unless a class takes slashes.</summary>
    private static int Depth(Glob glob) =>
        glob.Tokens.Exists(t => t is GlobToken.Class c && c.Has('/'))
            ? int.MaxValue
            : glob.Tokens.Count(t => t is GlobToken.Literal { Rune: '/' });

    private static DomainError? Walk(
        ContextRoot root, SafeFileHandle directory, byte[] path, Glob glob, int depth, List<byte[]> matches, CancellationToken cancel)
    {
        var names = ContextCalls.Names(directory, out var error);
        if (names is null)
        {
            return root.Failed(path, error);
        }

        foreach (var name in names)
        {
            if (cancel.IsCancellationRequested)
            {
                return new DomainError.Interrupted();
            }

            var below = ContextRoot.Join(path, name);
            if (below.Length > ContextCalls.MaxPath)
            {
                return root.Failed(path, ContextCalls.NameTooLong);
            }

            var ignored = root.IsIgnored(below);
            if (ignored && !root.Reenters(below))
            {
                continue;
            }

            var count = matches.Count;
            if (!ignored && glob.Matches(ContextRoot.Lossy(below)))
            {
                matches.Add(below);
            }

            using var inner = depth > 0 || ignored ? ContextCalls.OpenDirectory(directory, name, out error) : null;
            if (inner is not null && depth > 0 && Walk(root, inner, below, glob, depth - 1, matches, cancel) is { } fault)
            {
                return fault;
            }

            // An ignored directory that comes back for what is in it counts for the pattern too, if anything in it is there.
            if (ignored && inner is not null && glob.Matches(ContextRoot.Lossy(below))
                && root.Find(ContextRoot.Lossy(below)).Match(Right: f => f.IsSome, Left: _ => false))
            {
                matches.Insert(count, below);
            }
        }

        return null;
    }

    private static DomainError? HashSource(ContextRoot root, string path, IncrementalHash hash, CancellationToken cancel) =>
        root.Find(path).MatchUnsafe<DomainError?>(
            Left: error => error,
            Right: found => found.MatchUnsafe<DomainError?>(
                None: () => new DomainError.Invalid(What, path, NotFound),
                Some: entry =>
                {
                    using (entry)
                    {
                        return HashEntry(root, entry, Encoding.UTF8.GetBytes(path), hash, cancel);
                    }
                }));

    /// <param name="name">As the source names it; the entry's own path is what .dockerignore is asked about.</param>
    private static DomainError? HashEntry(ContextRoot root, Found entry, byte[] name, IncrementalHash hash, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
        {
            return new DomainError.Interrupted();
        }

        var type = entry.Stat.Type;
        if (type is not (EntryStat.Regular or EntryStat.Directory or EntryStat.Link))
        {
            return new DomainError.BadContent($"{root.Name}/{ContextRoot.Show(entry.Path)}", $"is a {Kind(type)}, which no image can be built of");
        }

        if (!root.IsIgnored(entry.Path))
        {
            Append(hash, name);
            Append(hash, type == EntryStat.Link ? EntryStat.Link : entry.Stat.Mode);
        }

        return type switch
        {
            EntryStat.Regular => HashFile(root, entry, hash, cancel),
            EntryStat.Link => HashLink(root, entry, hash),
            _ => HashDirectory(root, entry, name, hash, cancel),
        };
    }

    private static DomainError? HashLink(ContextRoot root, Found entry, IncrementalHash hash)
    {
        var target = ContextCalls.Target(entry.Handle, out var error);
        if (target is null)
        {
            return root.Failed(entry.Path, error);
        }

        Append(hash, target);
        return null;
    }

    private static DomainError? HashFile(ContextRoot root, Found entry, IncrementalHash hash, CancellationToken cancel)
    {
        using var file = ContextCalls.Reopen(entry.Handle, directory: false, out var error);
        if (file is null)
        {
            return root.Failed(entry.Path, error);
        }

        Append(hash, entry.Stat.Size);
        var buffer = new byte[64 * 1024];
        long position = 0;
        try
        {
            int count;
            while (position <= entry.Stat.Size && (count = RandomAccess.Read(file, buffer, position)) > 0)
            {
                if (cancel.IsCancellationRequested)
                {
                    return new DomainError.Interrupted();
                }

                hash.AppendData(buffer, 0, count);
                position += count;
            }
        }
        catch (IOException e)
        {
            return new DomainError.FileFailed($"{root.Name}/{ContextRoot.Show(entry.Path)}", e.Message);
        }

        return position == entry.Stat.Size
            ? null
            : new DomainError.FileFailed($"{root.Name}/{ContextRoot.Show(entry.Path)}", "changed while it was read");
    }

    private static DomainError? HashDirectory(ContextRoot root, Found entry, byte[] name, IncrementalHash hash, CancellationToken cancel)
    {
        using var directory = ContextCalls.Reopen(entry.Handle, directory: true, out var error);
        var names = directory is null ? null : ContextCalls.Names(directory, out error);
        if (directory is null || names is null)
        {
            return root.Failed(entry.Path, error);
        }

        foreach (var child in names)
        {
            var path = ContextRoot.Join(entry.Path, child);
            if (path.Length > ContextCalls.MaxPath)
            {
                return root.Failed(entry.Path, ContextCalls.NameTooLong);
            }

            var ignored = root.IsIgnored(path);
            if (ignored && !root.Reenters(path))
            {
                continue;
            }

            using var handle = ContextCalls.Look(directory, child, out error);
            var stat = handle is null ? null : ContextCalls.Stat(handle, out error);
            if (handle is null || stat is null)
            {
                return root.Failed(path, error);
            }

            if ((!ignored || stat.Value.Type == EntryStat.Directory)
                && HashEntry(root, new Found(handle, stat.Value, path), ContextRoot.Join(name, child), hash, cancel) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static string Kind(int type) =>
        type switch
        {
            EntryStat.Fifo => "named pipe",
            EntryStat.CharDevice or EntryStat.BlockDevice => "device",
            _ => "socket",
        };

    /// <summary>With its length before it, so that no two lists of entries make the same bytes.</summary>
    private static void Append(IncrementalHash hash, byte[] text)
    {
        Append(hash, text.Length);
        hash.AppendData(text);
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
