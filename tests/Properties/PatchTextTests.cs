namespace EventDock.Tests.Properties;

using EventDock.Cli.Output;
using EventDock.Domain.Layers;

/// <summary>Changes as people and patch see them: hostile names and contents among them.</summary>
public sealed class PatchTextTests
{
    private static LayerFile File(byte[] path, uint mode = 0x1a4, FileType type = FileType.File, long size = 2) =>
        new(path, type, mode, 0, 0, size, null, (0, 0), DateTimeOffset.UnixEpoch, false);

    private static string Patch(FileChange change, bool terminal = false) => new PatchText(terminal).Of(change);

    [Fact]
    public void A_changed_file_is_a_patch_in_git_s_form() => Assert.Equal(
        "diff --git a/etc/x b/etc/x\nold mode 100644\nnew mode 100755\n--- a/etc/x\n+++ b/etc/x\n@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n",
        Patch(new FileChange(File("etc/x"u8.ToArray()), File("etc/x"u8.ToArray(), 0x1ed), new TextChange("a\nb", "c\nb", null))));

    [Fact]
    public void An_added_file_comes_from_nowhere_and_a_removed_one_goes_there()
    {
        Assert.Equal(
            "diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n",
            Patch(new FileChange(null, File("x"u8.ToArray()), new TextChange("", "a\n", null))));
        Assert.Equal(
            "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
            Patch(new FileChange(File("x"u8.ToArray()), null, new TextChange("a\n", "", null))));
    }

    [Fact]
    public void What_git_has_no_lines_for_is_said_before_them_whether_the_content_changed_or_not()
    {
        var (before, after) = (File("bin/tool"u8.ToArray(), 0x1ed), File("bin/tool"u8.ToArray(), 0xded) with { Uid = 1000, Gid = 1000 });
        Assert.Equal(
            "# C /bin/tool (0:0 0755 to 1000:1000 6755)\ndiff --git a/bin/tool b/bin/tool\n--- a/bin/tool\n+++ b/bin/tool\n@@ -1 +1,2 @@\n a\n+b\n",
            Patch(new FileChange(before, after, new TextChange("a\n", "a\nb\n", null))));
        Assert.Equal(
            "# C /bin/tool (0:0 0755 to 1000:1000 6755, or attributes)\ndiff --git a/bin/tool b/bin/tool\n",
            Patch(new FileChange(before, after, null)));
        Assert.StartsWith(
            "# C /bin/tool (0:0 0755 to 1000:1000 6755)\n", Patch(new FileChange(before, after, new TextChange("", "", "binary"))), StringComparison.Ordinal);
        Assert.Equal(
            "# C /bin/tool (0:0 0755 to 0:1 0644)\ndiff --git a/bin/tool b/bin/tool\nold mode 100755\nnew mode 100644\n",
            Patch(new FileChange(before, before with { Mode = 0x1a4, Gid = 1 }, null)));
        Assert.StartsWith(
            "# A /bin/tool (1000:1000 6755)\ndiff --git ", Patch(new FileChange(null, after, new TextChange("", "a\n", null))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_with_a_blank_ends_with_a_tab_where_patch_would_look_for_a_date()
    {
        Assert.Equal(
            "diff --git a/etc/a b b/etc/a b\n--- a/etc/a b\t\n+++ b/etc/a b\t\n@@ -1 +1 @@\n-a\n+b\n",
            Patch(new FileChange(File("etc/a b"u8.ToArray()), File("etc/a b"u8.ToArray()), new TextChange("a\n", "b\n", null))));
        Assert.Contains(
            "\n--- /dev/null\n+++ \"b/a \\\"\"\t\n", Patch(new FileChange(null, File("a \""u8.ToArray()), new TextChange("", "b\n", null))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_text_is_named_only()
    {
        Assert.Contains("Binary files a/x and b/x differ\n", Patch(new FileChange(
            File("x"u8.ToArray()), File("x"u8.ToArray()), new TextChange("", "", "binary"))), StringComparison.Ordinal);
        Assert.Equal("# A /dev/null (crw-r--r--)\n", Patch(new FileChange(null, File("dev/null"u8.ToArray(), type: FileType.CharDevice), null)));
    }

    [Fact]
    public void Names_are_quoted_as_git_quotes_them_and_none_can_break_a_line() => Assert.StartsWith(
        "diff --git \"a/a\\012+++ b\\377\\033\\\"\" \"b/a\\012+++ b\\377\\033\\\"\"\n",
        Patch(new FileChange(null, File([.. "a\n+++ b"u8, 0xff, 0x1b, (byte)'"']), new TextChange("", "x\n", null))), StringComparison.Ordinal);

    [Fact]
    public void On_a_terminal_contents_are_escaped_and_in_a_pipe_they_are_what_they_are()
    {
        var change = new FileChange(null, File("x"u8.ToArray()), new TextChange("", "\u001b[2J\tred\r\n", null));
        Assert.Contains("+\\x1b[2J\tred\\r\n", Patch(change, terminal: true), StringComparison.Ordinal);
        Assert.Contains("+\u001b[2J\tred\r\n", Patch(change), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FileType.Directory, 0x3ff, "drwxrwxrwt")]
    [InlineData(FileType.File, 0x9ed, "-rwsr-xr-x")]
    [InlineData(FileType.File, 0xda4, "-rwSr-Sr--")]
    [InlineData(FileType.Symlink, 0x1ff, "lrwxrwxrwx")]
    [InlineData(FileType.Fifo, 0x180, "prw-------")]
    public void Modes_are_shown_as_ls_shows_them(FileType type, uint mode, string shown) =>
        Assert.Equal(shown, FileFields.Mode(File("x"u8.ToArray(), mode, type)));
}
