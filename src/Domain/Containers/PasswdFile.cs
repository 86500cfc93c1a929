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

    /// <param name="user">As given; empty is root.</param>
    /// <param name="passwd">The file's bytes; empty where there is none.</param>
    /// <param name="group">Likewise.</param>
    /// <returns>Or NoSuchUser, NoSuchGroup, or Invalid for a number beyond 2147483647.</returns>
    public static Either<DomainError, ResolvedUser> Resolve(string user, ReadOnlySpan<byte> passwd, ReadOnlySpan<byte> group)
    {
        var parts = user.Split(':');
        var (name, groupName) = (parts[0], parts.Length > 1 ? parts[1] : "");
        var uid = name.Length == 0 ? 0 : Number(name);
        var groups = Groups(group);
        var entry = Entries(passwd).Find(e => uid is { } wanted ? e.Uid == wanted : e.Name == name);

        return entry.Match(
            Some: e => WithGroups(e, groupName, groups, user),
            None: () => uid switch
            {
                null => new DomainError.NoSuchUser(name),
                < 0 or > Highest => OutOfRange(user),
                { } number => WithGroups(new Entry("", number, 0, ""), groupName, groups, user),
            });
    }

    private static Either<DomainError, ResolvedUser> WithGroups(Entry entry, string groupName, Seq<Group> groups, string user)
    {
        var home = entry.Home.Length == 0 ? "/" : entry.Home;
        if (groupName.Length == 0)
        {
            var member = entry.Name.Length == 0 ? Seq<Group>() : groups.Filter(g => g.Members.Contains(entry.Name));
            return User(entry.Uid, entry.Gid, member.Map(g => g.Gid));
        }

        var wanted = Number(groupName);
        return groups.Find(g => wanted is { } gid ? g.Gid == gid : g.Name == groupName).Match(
            Some: g => User(entry.Uid, g.Gid, Seq<long>()),
            None: () => wanted is { } gid ? User(entry.Uid, gid, Seq<long>()) : new DomainError.NoSuchGroup(groupName));

        Either<DomainError, ResolvedUser> User(long uid, long gid, Seq<long> further) =>
            uid is < 0 or > Highest || gid is < 0 or > Highest || further.Exists(g => g is < 0 or > Highest)
                ? OutOfRange(user)
                : new ResolvedUser((uint)uid, (uint)gid, gid.Cons(further).Map(g => (uint)g), home);
    }

    private static DomainError OutOfRange(string user) =>
        new DomainError.Invalid("user", user, "uids and gids must be in range 0-2147483647");

    private static Seq<Entry> Entries(ReadOnlySpan<byte> file) => Lines(file).Choose(fields =>
        fields.Length > 3 && Number(fields[2]) is { } uid && Number(fields[3]) is { } gid
            ? Some(new Entry(fields[0], uid, gid, fields.Length > 5 ? fields[5] : ""))
            : None).ToSeq();

    private static Seq<Group> Groups(ReadOnlySpan<byte> file) => Lines(file).Choose(fields =>
        fields.Length > 2 && Number(fields[2]) is { } gid
            ? Some(new Group(fields[0], gid, fields.Length > 3 ? fields[3].Split(',') : []))
            : None).ToSeq();

    private static IEnumerable<string[]> Lines(ReadOnlySpan<byte> file) =>
        Encoding.UTF8.GetString(file).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(':'));

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record Entry(string Name, long Uid, long Gid, string Home);

    private sealed record Group(string Name, long Gid, string[] Members);
}
