using System.Runtime.InteropServices;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Pages around every segment of this process that cannot be touched, where nothing else is: an access outside of a segment ends the process.</summary>
internal sealed partial class SegmentGuards : IDisposable
{
    private const int PageBytes = 4096;
    private const int PrivateAnonymousNoReplace = 0x100022;

    private readonly List<nint> _pages = [];

    /// <summary>Guards all segments that there are now.</summary>
    public static SegmentGuards AroundAll()
    {
        var guards = new SegmentGuards();
        foreach ((nint start, nint end) in Mappings.Ranges())
        {
            foreach (nint at in (nint[])[start - PageBytes, end])
            {
                if (Map(at, PageBytes, 0, PrivateAnonymousNoReplace, -1, 0) == at)
                    guards._pages.Add(at);
            }
        }
        return guards;
    }

    public void Dispose()
    {
        foreach (nint page in _pages)
            Assert.AreEqual(0, Unmap(page, PageBytes));
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);
}
