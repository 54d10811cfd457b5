namespace CrossChannels.TestChild;

/// <summary>Items that tell their writer and their number, as longs or as bytes of a length that depends on it.</summary>
internal static class NumberedItem
{
    public static long Id(int writer, long number) => ((long)writer << 32) | number;

    public static byte[] MakeBytes(long id)
    {
        byte[] bytes = new byte[8 + (int)((uint)id * 7919 % 700)];
        bytes.AsSpan().Fill((byte)id);
        BitConverter.TryWriteBytes(bytes, id);
        return bytes;
    }

    /// <exception cref="InvalidOperationException">The item is not whole.</exception>
    public static long ReadBytes(byte[] bytes)
    {
        long id = BitConverter.ToInt64(bytes);
        return bytes.AsSpan().SequenceEqual(MakeBytes(id)) ? id : throw new InvalidOperationException($"Item {id:x} is not whole.");
    }
}
