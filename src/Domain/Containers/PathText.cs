namespace EventDock.Domain.Containers;

using System.Text;

/// <summary>Absolute paths as text.</summary>
public static class PathText
{
    /// <summary>Without empty parts, "." and "..": what Go's path.Clean makes of an absolute path.</summary>
    public static string Clean(string path) => Encoding.UTF8.GetString(GoPath.Clean(Encoding.UTF8.GetBytes(path)));

    /// <summary>How deep it lies: what is mounted first.</summary>
    public static int Depth(string path) => Clean(path) is "/" ? 0 : Clean(path).Count(c => c == '/');
}
