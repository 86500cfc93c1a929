namespace EventDock.Adapters.Content;

using System.IO;
using System.Runtime.InteropServices;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>
/// Expands zstd (RFC 8878), several frames in a row and skippable ones included, by the system's libzstd. A stream that is cut off,
/// damaged, or followed by something else is DomainError.BadContent, and so is a frame that wants a larger window than we give.
/// </summary>
internal sealed unsafe partial class Unzstd : IDisposable
{
    private const int WindowLogMax = 100;
    private const int WindowTooLarge = 16;

    /// <summary>128 MiB, the most that the zstd program itself takes without being told to.</summary>
    private const int MostWindow = 27;

    private readonly string what;
    private readonly void* context;

    internal Unzstd(string what)
    {
        this.what = what;
        try
        {
            context = Make();
        }
        catch (DllNotFoundException)
        {
            throw new RefusedException(new DomainError.ProgramMissing("libzstd.so.1", "libzstd1"));
        }

        Require(context is not null && IsError(SetParameter(context, WindowLogMax, MostWindow)) == 0, "cannot be expanded");
    }

    /// <summary>Reads the whole source and gives what is in it to <paramref name="sink"/>, piece by piece.</summary>
    internal void Run(Stream source, Action<ReadOnlyMemory<byte>> sink)
    {
        var input = new byte[64 * 1024];
        var output = new byte[128 * 1024];
        bool inside = false, any = false;
        fixed (byte* i = input)
        fixed (byte* o = output)
        {
            while (source.Read(input, 0, input.Length) is var n and > 0)
            {
                var from = new InBuffer { Source = i, Size = (nuint)n };
                bool more;
                do
                {
                    var to = new OutBuffer { Target = o, Size = (nuint)output.Length };
                    var left = Expand(context, &to, &from);
                    if (IsError(left) != 0)
                    {
                        throw Refused(left, !inside && any);
                    }

                    // Nothing is left of a frame that is complete and has been given out entirely.
                    inside = left != 0;
                    any = true;
                    if (to.Position > 0)
                    {
                        sink(output.AsMemory(0, (int)to.Position));
                    }

                    // A full output buffer may have more behind it though the input is used up.
                    more = from.Position < from.Size || (inside && to.Position == to.Size);
                }
                while (more);
            }
        }

        Require(!inside, "its zstd stream is cut off");
    }

    public void Dispose() => Free(context);

    private RefusedException Refused(nuint result, bool between) =>
        Code(result) == WindowTooLarge
            ? new(new DomainError.NotSupported($"zstd with a window beyond {1 << (MostWindow - 20)} MiB ({what})"))
            : new(new DomainError.BadContent(
                what, between ? "there is something after its zstd stream's end" : "its zstd stream is damaged"));

    private void Require(bool condition, string reason)
    {
        if (!condition)
        {
            throw new RefusedException(new DomainError.BadContent(what, reason));
        }
    }

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_createDCtx")]
    private static partial void* Make();

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint Free(void* context);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_DCtx_setParameter")]
    private static partial nuint SetParameter(void* context, int parameter, int value);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint Expand(void* context, OutBuffer* to, InBuffer* from);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint result);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_getErrorCode")]
    private static partial int Code(nuint result);

    /// <summary>ZSTD_inBuffer (zstd.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct InBuffer
    {
        internal byte* Source;
        internal nuint Size;
        internal nuint Position;
    }

    /// <summary>ZSTD_outBuffer (zstd.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct OutBuffer
    {
        internal byte* Target;
        internal nuint Size;
        internal nuint Position;
    }
}
