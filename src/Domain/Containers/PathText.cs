namespace EventDock.Domain.Containers;

/// <summary>Absolute paths as text.</summary>
public static class PathText
{
    /// <summary>Without empty parts, "." and "..": what Go's path.Clean makes of an absolute path.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>How deep it lies: what is mounted first.</summary>
    public static int Depth(string path) => Clean(path) is "/" ? 0 : Clean(path).Count(c => c == '/');
}
