namespace EventDock.Adapters.Content;

using System.IO;
using System.Runtime.InteropServices;
using EventDock.Adapters.Posix;
using EventDock.Domain.Kernel;

/// <summary>
/// Inflates gzip (RFC 1952), several members in a row included (stargz writes them), by the system's zlib. .NET's GZipStream
/// neither tells a stream that was cut off from one that ended, nor garbage after the end from nothing; here both are
/// DomainError.BadContent, and every member's checksum is checked.
/// </summary>
internal sealed unsafe partial class Gunzip : IDisposable
{
    private const int Ok = 0;
    private const int StreamEnd = 1;
    private const int BufferError = -5;
    private const int GzipWindow = 15 + 16;
    private readonly string what;
    private readonly ZStream* stream;

    internal Gunzip(string what)
    {
        this.what = what;
        stream = (ZStream*)NativeMemory.AllocZeroed((nuint)sizeof(ZStream));
        try
        {
            fixed (byte* version = "1.2.11\0"u8)
            {
                Require(InflateInit(stream, GzipWindow, version, sizeof(ZStream)) == Ok, "cannot be inflated");
            }
        }
        catch (DllNotFoundException)
        {
            NativeMemory.Free(stream);
            throw new RefusedException(new DomainError.ProgramMissing("libz.so.1", "zlib1g"));
        }
    }

    /// <summary>Reads the whole source and gives what is in it to <paramref name="sink"/>, piece by piece.</summary>
    internal void Run(Stream source, Action<ReadOnlyMemory<byte>> sink)
    {
        var input = new byte[64 * 1024];
        var output = new byte[128 * 1024];
        var inside = false;
        fixed (byte* i = input)
        fixed (byte* o = output)
        {
            while (source.Read(input, 0, input.Length) is var n and > 0)
            {
                stream->NextIn = i;
                stream->AvailableIn = (uint)n;
                var more = true;
                while (stream->AvailableIn > 0 || more)
                {
                    if (!inside)
                    {
                        if (stream->AvailableIn == 0)
                        {
                            break;
                        }

                        inside = true;
                    }

                    stream->NextOut = o;
                    stream->AvailableOut = (uint)output.Length;
                    var result = Inflate(stream, 0);
                    Require(result is Ok or StreamEnd or BufferError, "its gzip stream is damaged");
                    var written = output.Length - (int)stream->AvailableOut;
                    if (written > 0)
                    {
                        sink(output.AsMemory(0, written));
                    }

                    // A full output buffer may have more behind it though the input is used up.
                    more = stream->AvailableOut == 0;
                    if (result == StreamEnd)
                    {
                        inside = false;
                        more = false;
                        Require(InflateReset(stream) == Ok, "cannot be inflated");
                        Require(
                            stream->AvailableIn == 0 || *stream->NextIn == 0x1f, "there is something after its gzip stream's end");
                    }
                }
            }
        }

        Require(!inside, "its gzip stream is cut off");
    }

    public void Dispose()
    {
        InflateEnd(stream);
        NativeMemory.Free(stream);
    }

    private void Require(bool condition, string reason)
    {
        if (!condition)
        {
            throw new RefusedException(new DomainError.BadContent(what, reason));
        }
    }

    [LibraryImport("libz.so.1", EntryPoint = "inflateInit2_")]
    private static partial int InflateInit(ZStream* stream, int windowBits, byte* version, int size);

    [LibraryImport("libz.so.1", EntryPoint = "inflate")]
    private static partial int Inflate(ZStream* stream, int flush);

    [LibraryImport("libz.so.1", EntryPoint = "inflateReset")]
    private static partial int InflateReset(ZStream* stream);

    [LibraryImport("libz.so.1", EntryPoint = "inflateEnd")]
    private static partial int InflateEnd(ZStream* stream);

    /// <summary>z_stream (zlib.h) on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ZStream
    {
        internal byte* NextIn;
        internal uint AvailableIn;
        internal ulong TotalIn;
        internal byte* NextOut;
        internal uint AvailableOut;
        internal ulong TotalOut;
        internal byte* Message;
        internal void* State;
        internal void* Allocate;
        internal void* Release;
        internal void* Opaque;
        internal int DataType;
        internal ulong Checksum;
        internal ulong Reserved;
    }
}
