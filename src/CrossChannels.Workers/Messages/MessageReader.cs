namespace CrossChannels.Workers.Messages;

/// <summary>Reads what <see cref="MessageWriter"/> wrote, with as little code as can be: it is compiled while a worker starts.</summary>
internal sealed class MessageReader(byte[] bytes, int position = 0)
{
    private int _position = position;

    public byte Byte() => bytes[_position++];

    public bool Boolean() => bytes[_position++] != 0;

    public int Int32()
    {
        int value = BitConverter.ToInt32(bytes, _position);
        _position += sizeof(int);
        return value;
    }

    public long Int64()
    {
        long value = BitConverter.ToInt64(bytes, _position);
        _position += sizeof(long);
        return value;
    }

    public byte[] Bytes()
    {
        byte[] value = new byte[Int32()];
        Buffer.BlockCopy(bytes, _position, value, 0, value.Length);
        _position += value.Length;
        return value;
    }

    public string Text()
    {
        int length = Int32();
        char[] value = new char[length / sizeof(char)];
        Buffer.BlockCopy(bytes, _position, value, 0, length);
        _position += length;
        return new string(value);
    }
}
