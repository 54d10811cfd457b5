using System.Buffers;
using System.Runtime.InteropServices;

namespace CrossChannels.Workers.Messages;

/// <summary>Writes the fields of a message in the byte order of this machine, which both processes are on; text and bytes with their length before.</summary>
internal sealed class MessageWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    public void Boolean(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Int32(int value)
    {
        _bytes.Write(BitConverter.GetBytes(value));
    }

    public void Int64(long value)
    {
        _bytes.Write(BitConverter.GetBytes(value));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        _bytes.Write(value);
    }

    /// <summary>Bytes as they are, without their length.</summary>
    public void Raw(ReadOnlySpan<byte> value) => _bytes.Write(value);

    /// <summary>UTF-16, because to read UTF-8 for the first time takes longer than to find a method.</summary>
    public void Text(string value) => Bytes(MemoryMarshal.AsBytes(value.AsSpan()));

    /// <summary>What has been written, with its length (4 bytes) before it.</summary>
    public byte[] ToFrame()
    {
        byte[] frame = new byte[sizeof(int) + _bytes.WrittenCount];
        BitConverter.TryWriteBytes(frame, _bytes.WrittenCount);
        _bytes.WrittenSpan.CopyTo(frame.AsSpan(sizeof(int)));
        return frame;
    }
}
