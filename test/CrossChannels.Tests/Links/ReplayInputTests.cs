using System.Runtime.CompilerServices;
using CrossChannels.Links;

namespace CrossChannels.Tests.Links;

/// <summary>A greeting that was read before its link was made, and is read again by it.</summary>
[TestClass]
public sealed class ReplayInputTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(100)]
    public async Task ReadAsync_ReadsTheStartAndThenTheRest(int room)
    {
        var rest = new ScriptedInput();
        rest.Add([5, 6]);
        var input = new ReplayInput(new byte[] { 1, 2, 3, 4 }, rest);
        List<byte> all = [];
        byte[] buffer = new byte[room];
        while (all.Count < 6 && await input.ReadAsync(buffer).AsTask().Done() is > 0 and { } count)
            all.AddRange(buffer[..count]);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3, 4, 5, 6 }, all);
    }

    /// <summary>A link keeps its input for as long as it lives, and there are thousands of links.</summary>
    [TestMethod]
    public async Task ReadAsync_StartIsRead_ItsMemoryIsLetGo()
    {
        (ReplayInput input, WeakReference start) = Make();
        Assert.AreEqual(4, await input.ReadAsync(new byte[8]).AsTask().Done());
        GC.Collect();
        Assert.IsFalse(start.IsAlive);
        GC.KeepAlive(input);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (ReplayInput Input, WeakReference Start) Make()
    {
        byte[] start = [1, 2, 3, 4];
        return (new ReplayInput(start, new ScriptedInput()), new WeakReference(start));
    }
}
