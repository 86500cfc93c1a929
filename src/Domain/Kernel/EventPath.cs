namespace EventDock.Domain.Kernel;

using System.Text.Unicode;

/// <summary>How a path, which is bytes, stands in an event: as text where it is UTF-8, else in base64 with a flag.</summary>
public static class EventPath
{
    public static (string Path, bool Base64) Of(byte[] path) =>
        Utf8.IsValid(path) ? (System.Text.Encoding.UTF8.GetString(path), false) : (Convert.ToBase64String(path), true);
}
