namespace EventDock.Domain.Containers;

using System.Globalization;
using EventDock.Domain.Kernel;

/// <summary><c>--tmpfs PATH[:OPTIONS]</c>, and what becomes of the options: docker's own, with those given over them.</summary>
public static class TmpfsText
{
    private static readonly Seq<string> Defaults = Seq("noexec", "nosuid", "nodev", "rprivate");

    private static readonly string[] Values = ["size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"];

    /// <summary>Words that speak of the same thing: the last one given of each row counts.</summary>
    private static readonly string[][] Words =
    [
        ["ro", "rw"], ["suid", "nosuid"], ["dev", "nodev"], ["exec", "noexec"], ["sync", "async"], ["dirsync"], ["mand", "nomand"],
        ["atime", "noatime"], ["diratime", "nodiratime"], ["relatime", "norelatime"], ["strictatime", "nostrictatime"],
        ["private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable"],
    ];

    public static Either<DomainError, ContainerMount> Parse(string text)
    {
        var colon = text.IndexOf(':');
        var options = colon < 0 ? "" : text[(colon + 1)..];
        return MountTarget.Check(colon < 0 ? text : text[..colon]).Bind(target => Merged(options).Map(merged => new ContainerMount(
            ContainerMount.OfTmpfs, ContainerMount.Tmpfs, "", target, options, merged.Exists(o => o == "ro"), "", false)));
    }

    /// <summary>The whole list that the mount gets.</summary>
    public static Either<DomainError, Seq<string>> Merged(string options)
    {
        var seen = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        var kept = new List<string>();
        var all = options.Length == 0 ? Defaults : Defaults + options.Split(',').ToSeq();
        foreach (var option in all.Rev())
        {
            if (option == "defaults")
            {
                continue;
            }

            if (Kind(option) is not { } kind)
            {
                return new DomainError.Invalid("tmpfs option", option, "there is none of that name");
            }

            if (seen.Add(kind))
            {
                kept.Add(option);
            }
        }

        return kept.ToSeq().Strict().Rev();
    }

    /// <summary>Options that say what --mount type=tmpfs has said.</summary>
    public static string Of(bool readOnly, long mode, long size) => string.Join(',', new[]
    {
        readOnly ? "ro" : "",
        mode != 0 ? "mode=" + Convert.ToString(mode, 8) : "",
        size != 0 ? string.Create(CultureInfo.InvariantCulture, $"size={size}") : "",
    }.Where(o => o.Length > 0));

    private static string? Kind(string option) =>
        option.IndexOf('=') is var equals and > 0
            ? Values.Contains(option[..equals]) ? option[..equals] : null
            : Words.FirstOrDefault(row => row.Contains(option))?[0];
}
