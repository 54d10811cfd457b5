using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.SharedMemory;

/// <summary>Memory that two processes map. Its pages exist from their first use on, and it is gone when both have unmapped it.</summary>
/// <remarks>
/// A counted handle: the mapping goes, once, when it is disposed and nobody is inside it any more, or when it is collected. It is never
/// found by a name or a path: the descriptor is passed over a connection whose peer is known.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class SharedSegment : SafeHandle
{
    /// <summary>Refers to no memory yet.</summary>
    public SharedSegment()
        : base(invalidHandleValue: LinuxMemory.Failed, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == LinuxMemory.Failed;

    public long Length { get; private init; }

    /// <summary>Where memory is committed strictly, all of a segment is set aside when it is made, and only whoever asks for shared memory gets one.</summary>
    /// <exception cref="IOException">It is so here.</exception>
    public static void CheckUnasked()
    {
        if (s_isCommittedStrictly.Value)
            throw new IOException("The system sets all memory of a segment aside at once (vm.overcommit_memory is 2), which is done only where shared memory is asked for.");
    }

    /// <summary>Its first byte; to be used between entering and leaving only.</summary>
    public unsafe byte* Start => (byte*)handle;

    /// <summary>Makes memory of a fixed length, and the descriptor by which another process maps it.</summary>
    /// <param name="length">In bytes.</param>
    /// <param name="descriptor">The caller passes it on, and closes it.</param>
    /// <exception cref="IOException">The system has none, or does not allow it.</exception>
    public static SharedSegment Create(long length, out SafeFileHandle descriptor)
    {
        // The system would not refuse a length over this limit but end the process by a signal.
        if (LinuxMemory.GetLimit(LinuxMemory.FileSizeLimit, out LinuxMemory.Limit limit) == 0 && limit.Current < (ulong)length)
            throw new IOException($"The limit of file sizes, {limit.Current:N0} bytes, does not allow a segment of {length:N0} bytes.");
        int made = LinuxMemory.Create("crosschannels", LinuxMemory.CloseOnExec | LinuxMemory.AllowSealing);
        if (made < 0)
            throw Error("memfd_create");
        descriptor = new SafeFileHandle(made, ownsHandle: true);
        try
        {
            if (LinuxMemory.SetLength(descriptor, length) != 0)
                throw Error("ftruncate");
            // Where memory is committed strictly, a page that cannot be had would end the process: all are asked for now.
            if (s_isCommittedStrictly.Value && LinuxMemory.Allocate(descriptor, 0, length) is int error and not 0)
                throw new IOException($"The system has no room for a segment of {length:N0} bytes: error {error}.");
            // From here on nobody can take pages away by another length.
            if (LinuxMemory.Control(descriptor, LinuxMemory.AddSeals, Seals) != 0)
                throw Error("fcntl(F_ADD_SEALS)");
            return Map(descriptor, length);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Maps the memory that another process made.</summary>
    /// <param name="descriptor">As it came from there; the caller closes it.</param>
    /// <exception cref="IOException">The system has no room for it.</exception>
    /// <exception cref="InvalidDataException">Its length could still be changed, so that it is not safe to be read.</exception>
    public static SharedSegment Open(SafeFileHandle descriptor)
    {
        int seals = LinuxMemory.Control(descriptor, LinuxMemory.GetSeals, 0);
        if (seals < 0 || (seals & Seals) != Seals)
            throw new InvalidDataException("The segment is not sealed against another length.");
        long length = LinuxMemory.Seek(descriptor, 0, 2);
        return length < LaneLayout.HeaderBytes
            ? throw new InvalidDataException($"The segment has {length:N0} bytes, and a lane's header {LaneLayout.HeaderBytes:N0}.")
            : Map(descriptor, length);
    }

    protected override bool ReleaseHandle() => LinuxMemory.Unmap(handle, (nuint)Length) == 0;

    private const int Seals = LinuxMemory.SealShrink | LinuxMemory.SealGrow | LinuxMemory.SealSeal;

    // A setting of the system, which is looked at once.
    private static readonly Lazy<bool> s_isCommittedStrictly = new(IsCommittedStrictly);

    private static SharedSegment Map(SafeFileHandle descriptor, long length)
    {
        var segment = new SharedSegment { Length = length };
        nint address = LinuxMemory.Map(0, (nuint)length, LinuxMemory.ReadWrite, LinuxMemory.MapShared | LinuxMemory.NoReserve, descriptor, 0);
        if (address == LinuxMemory.Failed)
        {
            IOException error = Error("mmap");
            segment.Dispose();
            throw error;
        }
        segment.SetHandle(address);
        return segment;
    }

    private static bool IsCommittedStrictly()
    {
        try
        {
            return File.ReadAllText("/proc/sys/vm/overcommit_memory").AsSpan().Trim() is "2";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IOException Error(string call)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(error)}", new Win32Exception(error));
    }
}
