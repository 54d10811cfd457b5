using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using CrossChannels.SharedMemory;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Both ends of one lane, each with a mapping of its own, as two processes have them.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class LanePair : IDisposable
{
    private const int PageBytes = 4096;
    private const int PrivateAnonymousNoReplace = 0x100022;

    private readonly SharedSegment _written;
    private readonly SharedSegment _read;
    private readonly List<nint> _guards = [];

    public LanePair(LaneLayout layout, bool isFenceShared = true)
    {
        Layout = layout;
        _read = SharedSegment.Create(layout.Length, out SafeFileHandle descriptor);
        layout.Write(Header(_read));
        using (descriptor)
            _written = SharedSegment.Open(descriptor);
        Assert.AreEqual(layout, LaneLayout.Read(Header(_written), _written.Length));
        isFenceShared &= ProcessFence.IsAvailable;
        Writer = new LaneWriter(_written, layout, isFenceShared);
        Reader = new LaneReader(_read, layout, isFenceShared);
        Rents = new LaneRents(_written, layout);
    }

    public LaneLayout Layout { get; }

    public LaneWriter Writer { get; }

    public LaneReader Reader { get; }

    /// <summary>What the writing end has to rent.</summary>
    public LaneRents Rents { get; }

    /// <summary>A lane of numbers.</summary>
    public static LanePair OfNumbers(long capacity, bool isFenceShared = true) =>
        new(LaneLayout.Of(sizeof(long), sizeof(long), capacity, 1 << 26), isFenceShared);

    /// <summary>A lane of records.</summary>
    public static LanePair OfRecords(long capacity, long maxBytes, int maxItemBytes = 1 << 20, bool isFenceShared = true) =>
        new(LaneLayout.Of(0, maxItemBytes, capacity, maxBytes), isFenceShared);

    /// <summary>All bytes, as the writing process, or one that means harm, can change them.</summary>
    public unsafe Span<byte> Bytes(long start, int length) => new(_written.Start + start, length);

    /// <summary>Puts pages that cannot be touched before and behind both mappings, where nothing else is.</summary>
    public unsafe void Guard()
    {
        foreach (SharedSegment segment in (SharedSegment[])[_written, _read])
        {
            foreach (nint at in (nint[])[(nint)segment.Start - PageBytes, (nint)(segment.Start + segment.Length)])
            {
                if (Map(at, PageBytes, 0, PrivateAnonymousNoReplace, -1, 0) == at)
                    _guards.Add(at);
            }
        }
    }

    public void Dispose()
    {
        _written.Dispose();
        _read.Dispose();
        foreach (nint guard in _guards)
            Assert.AreEqual(0, Unmap(guard, PageBytes));
    }

    private static unsafe Span<byte> Header(SharedSegment segment) => new(segment.Start, LaneLayout.HeaderBytes);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);
}
