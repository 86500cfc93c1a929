namespace EventDock.Domain.Containers;

using System.Globalization;
using System.Text;
using EventDock.Domain.Kernel;

/// <summary>As whom a process runs.</summary>
/// <param name="AdditionalGids">The primary group first, as docker has it.</param>
/// <param name="Home">Of /etc/passwd; "/" where it says nothing.</param>
public sealed record ResolvedUser(uint Uid, uint Gid, Seq<uint> AdditionalGids, string Home)
{
    public static readonly ResolvedUser Root = new(0, 0, Seq1(0u), "/");
}

/// <summary>
/// <c>USER[:GROUP]</c>, each a name or a number, against a root file system's own /etc/passwd and /etc/group, with docker's
/// rules: an unknown number is taken as it is, an unknown name is refused, supplementary groups count only where no group is
/// given. Unlike docker's, a line without a uid or gid belongs to nobody, instead of to root.
/// </summary>
public static class PasswdFile
{
    private const long Highest = int.MaxValue;
    private const int MostFields = 8;

    /// <summary>The kernel takes no more (NGROUPS_MAX).</summary>
    private const int MostGroups = 65_536;

    /// <param name="user">As given; empty is root.</param>
    /// <param name="passwd">The file's bytes; empty where there is none.</param>
    /// <param name="group">Likewise.</param>
    /// <returns>Or NoSuchUser, NoSuchGroup, or Invalid for a number beyond 2147483647.</returns>
    public static Either<DomainError, ResolvedUser> Resolve(string user, ReadOnlySpan<byte> passwd, ReadOnlySpan<byte> group)
    {
        var parts = user.Split(':');
        var (name, groupName) = (parts[0], parts.Length > 1 ? parts[1] : "");
        var uid = name.Length == 0 ? 0 : Number(name);
        var groups = Encoding.UTF8.GetString(group);

        return (First(Encoding.UTF8.GetString(passwd), Wanted), uid) switch
        {
            ({ } found, _) => WithGroups(found, groupName, groups, user),
            (_, null) => new DomainError.NoSuchUser(name),
            (_, < 0 or > Highest) => OutOfRange(user),
            (_, { } number) => WithGroups(new Entry("", number, 0, ""), groupName, groups, user),
        };

        Entry? Wanted(string[] fields) =>
            fields.Length > 3 && Number(fields[2]) is { } own && Number(fields[3]) is { } gid
                && (uid is { } number ? own == number : fields[0] == name)
                ? new Entry(fields[0], own, gid, fields.Length > 5 ? fields[5] : "")
                : null;
    }

    /// <summary>The user with --group-add's groups: by name, or by a number, which needs no entry.</summary>
    public static Either<DomainError, ResolvedUser> With(ResolvedUser user, Seq<string> added, ReadOnlySpan<byte> group)
    {
        if (added.IsEmpty)
        {
            return user;
        }

        var groups = Encoding.UTF8.GetString(group);
        return added.All(name => One(groups, name))
            .Map(gids => user with { AdditionalGids = (user.AdditionalGids + gids).Distinct().ToSeq().Strict() });
    }

    private static Either<DomainError, uint> One(string groups, string name) =>
        First(groups, fields => Read(fields) is { } group && (fields[0] == name || Number(name) == group.Gid) ? group : null) is { } found
            && found.Gid is >= 0 and <= Highest ? (uint)found.Gid
        : Number(name) is not { } gid ? new DomainError.NoSuchGroup(name)
        : gid is >= 0 and <= Highest ? (uint)gid
        : OutOfRange(name);

    private static Either<DomainError, ResolvedUser> WithGroups(Entry entry, string groupName, string groups, string user)
    {
        var home = entry.Home.Length == 0 ? "/" : entry.Home;
        var wanted = Number(groupName);
        if (groupName.Length == 0)
        {
            var member = Matching(groups, entry.Name.Length == 0 ? 0 : MostGroups, Holds);
            return User(entry.Uid, entry.Gid, member.ToSeq().Map(g => g.Gid).Strict());
        }

        return (First(groups, Named), wanted) switch
        {
            ({ } found, _) => User(entry.Uid, found.Gid, Seq<long>()),
            (_, { } gid) => User(entry.Uid, gid, Seq<long>()),
            _ => new DomainError.NoSuchGroup(groupName),
        };

        Group? Holds(string[] fields) =>
            fields.Length > 3 && fields[3].Split(',').Contains(entry.Name) ? Read(fields) : null;

        Group? Named(string[] fields) =>
            Read(fields) is { } group && (wanted is { } gid ? group.Gid == gid : fields[0] == groupName) ? group : null;

        Either<DomainError, ResolvedUser> User(long uid, long gid, Seq<long> further) =>
            uid is < 0 or > Highest || gid is < 0 or > Highest || further.Exists(g => g is < 0 or > Highest)
                ? OutOfRange(user)
                : new ResolvedUser((uint)uid, (uint)gid, gid.Cons(further).Map(g => (uint)g), home);
    }

    private static DomainError OutOfRange(string user) =>
        new DomainError.Invalid("user", user, "uids and gids must be in range 0-2147483647");

    private static Group? Read(string[] fields) =>
        fields.Length > 2 && Number(fields[2]) is { } gid ? new Group(gid) : null;

    private static T? First<T>(string file, Func<string[], T?> match) where T : class =>
        Matching(file, 1, match) is [var first, ..] ? first : null;

    /// <summary>Line by line: an image's file may have millions, and few are looked for.</summary>
    private static List<T> Matching<T>(string file, int most, Func<string[], T?> match) where T : class
    {
        var found = new List<T>();
        for (var at = 0; at < file.Length && found.Count < most;)
        {
            var end = file.IndexOf('\n', at) is var feed and >= 0 ? feed : file.Length;
            var line = file[at..end].Trim();
            at = end + 1;

            // What comes after the eighth field is nobody's business, however many there are.
            if (line.Length > 0 && line[0] != '#' && match(line.Split(':', MostFields)) is { } one)
            {
                found.Add(one);
            }
        }

        return found;
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record Entry(string Name, long Uid, long Gid, string Home);

    private sealed record Group(long Gid);
}
