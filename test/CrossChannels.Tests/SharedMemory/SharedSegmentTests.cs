using System.Runtime.Versioning;
using CrossChannels.SharedMemory;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels.Tests.SharedMemory;

[TestClass]
[SupportedOSPlatform("linux")]
[DoNotParallelize]
public sealed class SharedSegmentTests
{
    [TestMethod]
    public void Create_ItsLengthCannotBeChanged()
    {
        using SharedSegment segment = SharedSegment.Create(1 << 20, out SafeFileHandle descriptor);
        using (descriptor)
        {
            Assert.AreNotEqual(0, LinuxMemory.SetLength(descriptor, 1));
            Assert.AreNotEqual(0, LinuxMemory.SetLength(descriptor, 1 << 21));
        }
    }

    [TestMethod]
    public void Open_NotSealed_IsRefused()
    {
        using var descriptor = new SafeFileHandle(LinuxMemory.Create("unsealed", LinuxMemory.CloseOnExec | LinuxMemory.AllowSealing), ownsHandle: true);
        Assert.AreEqual(0, LinuxMemory.SetLength(descriptor, 1 << 20));
        Assert.ThrowsExactly<InvalidDataException>(() => SharedSegment.Open(descriptor));
        using SafeFileHandle file = File.OpenHandle(typeof(SharedSegmentTests).Assembly.Location);
        Assert.ThrowsExactly<InvalidDataException>(() => SharedSegment.Open(file));
    }

    [TestMethod]
    public void Open_TooShort_IsRefused()
    {
        using SharedSegment segment = SharedSegment.Create(100, out SafeFileHandle descriptor);
        using (descriptor)
            Assert.ThrowsExactly<InvalidDataException>(() => SharedSegment.Open(descriptor));
    }

    [TestMethod]
    public void Create_NoRoom_SaysSo() => Assert.ThrowsExactly<IOException>(() => SharedSegment.Create(1L << 62, out _));

    [TestMethod]
    public void Dispose_SomebodyIsInside_UnmapsWhenTheyLeave()
    {
        int before = Mappings.Count(Environment.ProcessId);
        SharedSegment segment = SharedSegment.Create(1 << 20, out SafeFileHandle descriptor);
        descriptor.Dispose();
        Assert.AreEqual(before + 1, Mappings.Count(Environment.ProcessId));
        bool isInside = false;
        segment.DangerousAddRef(ref isInside);
        segment.Dispose();
        segment.Dispose();
        Assert.AreEqual(before + 1, Mappings.Count(Environment.ProcessId));
        segment.DangerousRelease();
        Assert.AreEqual(before, Mappings.Count(Environment.ProcessId));
    }

    [TestMethod]
    public void Pages_FollowWhatIsUnread()
    {
        long before = Mappings.ResidentBytes();
        using var lane = new LanePair(LaneLayout.Of(sizeof(long), sizeof(long), long.MaxValue, 320L << 20));
        for (long i = 0; i < 10_000_000; i++)
        {
            Assert.IsTrue(lane.Writer.TryWrite(i));
            if (i % 1000 != 999)
                continue;
            for (long expected = i - 999; expected <= i; expected++)
            {
                Assert.IsTrue(lane.Reader.TryRead(out long item));
                Assert.AreEqual(expected, item);
            }
        }
        long used = Mappings.ResidentBytes() - before;
        // Both mappings of each page count, and the traffic was 80 MB.
        Assert.IsInRange(1, 1 << 20, used);
    }
}
