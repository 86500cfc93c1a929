namespace EventDock.Domain.Containers;

using System.Globalization;
using EventDock.Domain.Kernel;

/// <summary><c>--mount type=bind|tmpfs,source=…,target=…</c>, by docker's rules. Volumes are refused until there are some.</summary>
public static class MountText
{
    private const string Flag = "--mount", Volume = "volume";

    public static Either<DomainError, ContainerMount> Parse(string text)
    {
        if (Csv(text) is not { } fields)
        {
            return Bad(text, "bare \" in a field that is not quoted");
        }

        var (type, source, target, propagation) = (Volume, "", "", "");
        var (readOnly, nonRecursive) = (false, false);
        var families = new SortedSet<string>(StringComparer.Ordinal);
        long size = 0, mode = 0;
        foreach (var field in fields)
        {
            var equals = field.IndexOf('=');
            var key = (equals < 0 ? field : field[..equals]).ToLowerInvariant();
            var bare = key is "readonly" or "ro" or "volume-nocopy" or "bind-nonrecursive";
            if (equals < 0 && !bare)
            {
                return Bad(text, $"invalid field '{field}' must be a key=value pair");
            }

            var value = equals < 0 ? "true" : field[(equals + 1)..];
            if (key.IndexOf('-') is var dash and > 0)
            {
                families.Add(key[..dash]);
            }

            switch (key)
            {
                case "type":
                    type = value.ToLowerInvariant();
                    break;
                case "source" or "src":
                    source = value;
                    break;
                case "target" or "dst" or "destination":
                    target = value;
                    break;
                case "readonly" or "ro" when GoBool.Read(value) is { } on:
                    readOnly = on;
                    break;
                case "bind-nonrecursive" when GoBool.Read(value) is { } on:
                    nonRecursive = on;
                    break;
                case "volume-nocopy" when GoBool.Read(value) is not null:
                case "volume-label" or "volume-driver" or "volume-opt":
                    break;

                // As in -v: of other systems.
                case "consistency" when value.ToLowerInvariant() is "default" or "consistent" or "cached" or "delegated":
                    break;
                case "bind-propagation":
                    propagation = value.ToLowerInvariant();
                    break;
                case "tmpfs-size" when Sizes.Read(value).ToNullable() is { } bytes:
                    size = bytes;
                    break;
                case "tmpfs-mode" when Octal(value) is { } bits:
                    mode = bits;
                    break;
                case "readonly" or "ro" or "bind-nonrecursive" or "volume-nocopy" or "tmpfs-size" or "tmpfs-mode" or "consistency":
                    return Bad(text, $"invalid value for {key}: {value}");
                default:
                    return Bad(text, $"unexpected key '{key}' in '{field}'");
            }
        }

        return type.Length == 0 ? Bad(text, "type is required")
            : target.Length == 0 ? Bad(text, "target is required")
            : families.FirstOrDefault(f => f != type && f is "bind" or "tmpfs" or Volume && f != type) is { } foreign
                ? Bad(text, $"cannot mix '{foreign}-*' options with mount type '{type}'")
            : type switch
            {
                ContainerMount.Bind => Bind(text, source, target, propagation, readOnly, nonRecursive),
                ContainerMount.Tmpfs => source.Length > 0
                    ? Wrong(text, "a tmpfs has no source")
                    : MountTarget.Check(target).Map(inside => new ContainerMount(
                        ContainerMount.OfMount, ContainerMount.Tmpfs, "", inside, TmpfsText.Of(readOnly, mode, size), readOnly, "", false)),
                Volume => new DomainError.NotSupported($"the volume of --mount {text}"),
                _ => Wrong(text, $"mount type unknown: {type}"),
            };
    }

    private static Either<DomainError, ContainerMount> Bind(
        string text, string source, string target, string propagation, bool readOnly, bool nonRecursive) =>
        source.Length == 0 ? Wrong(text, "a bind mount needs a source")
        : source[0] != '/' ? Wrong(text, "the source of a bind mount must be an absolute path")
        : propagation.Length > 0 && !MountMode.IsPropagation(propagation) ? Wrong(text, $"invalid propagation mode: {propagation}")
        : MountTarget.Check(target).Map(inside => new ContainerMount(
            ContainerMount.OfMount, ContainerMount.Bind, PathText.Clean(source), inside, "", readOnly,
            propagation.Length == 0 ? ContainerMount.Private : propagation, nonRecursive));

    private static DomainError Bad(string text, string reason) => new DomainError.BadFlag(Flag, text, reason);

    private static DomainError Wrong(string text, string reason) => new DomainError.Invalid("mount", text, reason);

    private static long? Octal(string text)
    {
        long value = 0;
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7' || value > uint.MaxValue / 8)
            {
                return null;
            }

            value = (value * 8) + (digit - '0');
        }

        return text.Length == 0 ? null : value;
    }

    /// <summary>The fields of one line of CSV (RFC 4180); null where a quote stands inside a bare field or is never closed.</summary>
    private static List<string>? Csv(string text)
    {
        var fields = new List<string>();
        for (var at = 0; at <= text.Length;)
        {
            if (at < text.Length && text[at] == '"')
            {
                var field = new System.Text.StringBuilder();
                for (at++; at < text.Length && (text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"')); at++)
                {
                    at += text[at] == '"' ? 1 : 0;
                    field.Append(text[at]);
                }

                if (at >= text.Length || (at + 1 < text.Length && text[at + 1] != ','))
                {
                    return null;
                }

                fields.Add(field.ToString());
                at += 2;
                continue;
            }

            var end = text.IndexOf(',', at) is var comma and >= 0 ? comma : text.Length;
            if (text.IndexOf('"', at, end - at) >= 0)
            {
                return null;
            }

            fields.Add(text[at..end]);
            at = end + 1;
        }

        return fields;
    }
}
