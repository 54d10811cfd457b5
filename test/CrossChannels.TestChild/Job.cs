namespace CrossChannels.TestChild;

/// <summary>An item that crosses as JSON.</summary>
[ChannelContract("test.job")]
internal sealed record Job(long Number, string Text)
{
    /// <summary>The item of that number, of a size that depends on it.</summary>
    public static Job Make(long number) => new(number, new string((char)('a' + (number % 26)), (int)(number * 7919 % 3000)));

    /// <summary>Bytes that tell their number, of up to 100,000.</summary>
    public static byte[] MakeBytes(long number)
    {
        byte[] bytes = new byte[8 + (number * 7919 % 100_000)];
        bytes.AsSpan().Fill((byte)number);
        BitConverter.TryWriteBytes(bytes, number);
        return bytes;
    }
}
