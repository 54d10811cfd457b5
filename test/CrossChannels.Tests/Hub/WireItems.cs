using CrossChannels.Links;

namespace CrossChannels.Tests.Hub;

/// <summary>Items by number, as they stand in a payload: the same number gives the same bytes.</summary>
internal static class WireItems
{
    public static byte[] Of(long number, int elementSize)
    {
        if (elementSize > 0)
            return [.. BitConverter.GetBytes(number * 0x9e3779b97f4a7c), .. new byte[elementSize - 8]];
        int length = (int)((number * 7919) % 61) - 1;
        return [.. BitConverter.GetBytes(length), .. Enumerable.Range(0, Math.Max(0, length)).Select(i => (byte)(number + i))];
    }

    public static byte[] Of(long first, int count, int elementSize) =>
        [.. Enumerable.Range(0, count).SelectMany(i => Of(first + i, elementSize))];

    public static Segment InSegment(byte[] payload)
    {
        var segment = new Segment(payload.Length);
        payload.CopyTo(segment.Array, 0);
        segment.Written = payload.Length;
        return segment;
    }

    public static void Check(in ItemSlice slice, long number, int elementSize)
    {
        byte[] wire = Of(number, elementSize);
        bool isNull = elementSize == 0 && BitConverter.ToInt32(wire) == -1;
        Assert.AreEqual(isNull, slice.IsNull);
        if (!isNull)
            CollectionAssert.AreEqual(elementSize > 0 ? wire : wire[4..], slice.Span.ToArray());
    }

    public static bool IsReleased(Segment segment)
    {
        try
        {
            return segment.Array.Length < 0;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
