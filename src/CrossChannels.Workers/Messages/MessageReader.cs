using System.Buffers.Binary;
using System.Text;

namespace CrossChannels.Workers.Messages;

/// <summary>Reads what <see cref="MessageWriter"/> wrote.</summary>
internal sealed class MessageReader(byte[] bytes, int position = 0)
{
    private int _position = position;

    public byte Byte() => bytes[_position++];

    public bool Boolean() => bytes[_position++] != 0;

    public int Int32()
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(_position));
        _position += sizeof(int);
        return value;
    }

    public long Int64()
    {
        long value = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(_position));
        _position += sizeof(long);
        return value;
    }

    public byte[] Bytes()
    {
        int length = Int32();
        byte[] value = bytes.AsSpan(_position, length).ToArray();
        _position += length;
        return value;
    }

    public string Text()
    {
        int length = Int32();
        string value = Encoding.UTF8.GetString(bytes, _position, length);
        _position += length;
        return value;
    }
}
