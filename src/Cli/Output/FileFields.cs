namespace EventDock.Cli.Output;

using System.Globalization;
using EventDock.Domain.Kernel;
using EventDock.Domain.Layers;

/// <summary>A file of a layer, and a change between two images, as templates and machines see them.</summary>
public static class FileFields
{
    public static readonly IReadOnlyList<(string Field, string Header)> OfFile =
    [
        ("Type", "TYPE"), ("Mode", "MODE"), ("Octal", "OCTAL"), ("Owner", "OWNER"), ("Size", "SIZE"), ("Bytes", "BYTES"), ("Path", "PATH"),
        ("PathBase64", "PATH BASE64"), ("Name", "PATH"), ("Target", "TARGET"), ("Device", "DEVICE"), ("Modified", "MODIFIED"), ("Opaque", "OPAQUE"),
    ];

    public static readonly IReadOnlyList<(string Field, string Header)> OfChange =
    [
        ("Kind", "KIND"), ("Type", "TYPE"), ("Path", "PATH"), ("PathBase64", "PATH BASE64"), ("Size", "SIZE"), ("Growth", "GROWTH"),
        ("Before", "BEFORE"), ("After", "AFTER"), ("ModeBefore", "MODE BEFORE"), ("ModeAfter", "MODE AFTER"),
    ];

    public static TemplateValue.Row Row(LayerFile file)
    {
        var removal = file.Type == FileType.Removal;
        return new TemplateValue.Row("*formatter.fileContext",
        [
            Text("Type", Word(file.Type)),
            Text("Mode", removal ? "removed" : Mode(file)),
            Text("Octal", removal ? "" : Octal(file.Mode)),
            Text("Owner", removal ? "" : string.Create(CultureInfo.InvariantCulture, $"{file.Uid}:{file.Gid}")),
            Text("Size", removal ? "" : Human.Size(file.Size)),
            Number("Bytes", file.Size),
            .. Path(file.Path),
            Text("Name", PathText.Show(file.Path)
                + (file.Target is { } target ? $" -> {TerminalText.Escape(Adapters.Posix.Bytes.Show(target))}" : "")
                + (file.Opaque ? " (hides what is below)" : "")),
            Text("Target", file.Target is { } to ? Adapters.Posix.Bytes.Show(to) : ""),
            Text("Device", removal || !IsDevice(file) ? "" : string.Create(CultureInfo.InvariantCulture, $"{file.Device.Major}:{file.Device.Minor}")),
            Text("Modified", Rfc3339.Micros(file.Modified)),
            new("Opaque", new TemplateValue.Bool(file.Opaque)),
        ]);
    }

    public static TemplateValue.Row Row(FileChange change) => new("*formatter.changeContext",
    [
        Text("Kind", change.Kind),
        Text("Type", Word((change.After ?? change.Before!).Type)),
        .. Path(change.Path),
        Text("Size", change.After is { } now ? Human.Size(now.Size) : ""),
        Text("Growth", PathText.Signed(change.Growth)),
        new("Before", change.Before is { } was ? new TemplateValue.Number(was.Size) : TemplateValue.None),
        new("After", change.After is { } still ? new TemplateValue.Number(still.Size) : TemplateValue.None),
        Text("ModeBefore", change.Before is { } b ? Mode(b) : ""),
        Text("ModeAfter", change.After is { } a ? Mode(a) : ""),
    ]);

    /// <summary>As ls -l has it.</summary>
    public static string Mode(LayerFile file)
    {
        var letter = file.Type switch
        {
            FileType.Directory => 'd',
            FileType.Symlink => 'l',
            FileType.CharDevice => 'c',
            FileType.BlockDevice => 'b',
            FileType.Fifo => 'p',
            FileType.Socket => 's',
            _ => '-',
        };
        return letter + Three(file.Mode >> 6, (file.Mode & 0x800) != 0, 's') + Three(file.Mode >> 3, (file.Mode & 0x400) != 0, 's')
            + Three(file.Mode, (file.Mode & 0x200) != 0, 't');
    }

    public static string Octal(uint mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    private static string Three(uint bits, bool special, char mark) => new(
    [
        (bits & 4) != 0 ? 'r' : '-',
        (bits & 2) != 0 ? 'w' : '-',
        (special, (bits & 1) != 0) switch
        {
            (true, true) => mark,
            (true, false) => char.ToUpperInvariant(mark),
            (false, true) => 'x',
            _ => '-',
        },
    ]);

    private static bool IsDevice(LayerFile file) => file.Type is FileType.CharDevice or FileType.BlockDevice;

    internal static string Word(FileType type) => type switch
    {
        FileType.File => "file",
        FileType.Directory => "directory",
        FileType.Symlink => "symlink",
        FileType.CharDevice => "chardevice",
        FileType.BlockDevice => "blockdevice",
        FileType.Fifo => "fifo",
        FileType.Socket => "socket",
        _ => "removed",
    };

    /// <summary>A path that is no UTF-8 is shown, and given as it is beside.</summary>
    private static KeyValuePair<string, TemplateValue>[] Path(byte[] path) =>
    [
        Text("Path", PathText.Exact(path) ?? PathText.Show(path)),
        Text("PathBase64", PathText.Exact(path) is null ? Convert.ToBase64String([(byte)'/', .. path]) : ""),
    ];

    private static KeyValuePair<string, TemplateValue> Text(string name, string value) => new(name, TemplateValue.Of(value));

    private static KeyValuePair<string, TemplateValue> Number(string name, long value) => new(name, new TemplateValue.Number(value));
}
