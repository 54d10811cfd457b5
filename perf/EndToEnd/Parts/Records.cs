using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using CrossChannels;
using EndToEnd.Peers;
using MemoryPack;

namespace EndToEnd.Parts;

/// <summary>A record of about 100 bytes as JSON.</summary>
[MemoryPackable]
internal sealed partial record Measured(long Id, string Sensor, double Celsius, DateTimeOffset Time, bool IsValid)
{
    public static readonly Measured Sample =
        new(123_456, "turbine-7/bearing-2", 71.25, new DateTimeOffset(2024, 2, 29, 12, 30, 15, TimeSpan.Zero), true);

    /// <summary>Ends a round.</summary>
    public static readonly Measured Last = Sample with { Id = -1 };

    [MemoryPackIgnore]
    public bool IsLast => Id < 0;
}

/// <summary>The metadata that both sides of the pair use.</summary>
[JsonSerializable(typeof(Measured))]
internal sealed partial class MeasuredJson : JsonSerializerContext;

internal enum RecordFormat
{
    Json,
    MemoryPack,
}

/// <summary>One way to write records as bytes: for a channel of the library, and for baselines without one.</summary>
internal abstract class RecordCodec
{
    /// <summary>For the library.</summary>
    public abstract IItemSerializer<Measured> ForChannels { get; }

    /// <summary>A codec for one writer or one reader.</summary>
    public static RecordCodec Of(RecordFormat format) => format == RecordFormat.Json ? new JsonRecords() : new PackedRecords();

    public abstract void Write(Measured item, RecordBuffer buffer);

    public abstract Measured Read(ReadOnlySpan<byte> bytes);
}

/// <summary>System.Text.Json, with the metadata that it makes when the program is compiled.</summary>
internal sealed class JsonRecords : RecordCodec
{
    // Of its thread for as long as that lives.
    [ThreadStatic]
    private static Utf8JsonWriter? t_json;

    public override IItemSerializer<Measured> ForChannels { get; } = ItemSerializer.Json(MeasuredJson.Default.Measured);

    public override void Write(Measured item, RecordBuffer buffer)
    {
        Utf8JsonWriter json = t_json ??= new Utf8JsonWriter(Stream.Null);
        json.Reset(buffer);
        JsonSerializer.Serialize(json, item, MeasuredJson.Default.Measured);
        json.Flush();
    }

    public override Measured Read(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, MeasuredJson.Default.Measured)!;
}

/// <summary>The MemoryPack package, as a program that uses it would write its own serializer.</summary>
internal sealed class PackedRecords : RecordCodec, IItemSerializer<Measured>
{
    public string ContentType => "application/x-memorypack";

    public override IItemSerializer<Measured> ForChannels => this;

    public override void Write(Measured item, RecordBuffer buffer) => MemoryPackSerializer.Serialize(buffer, item);

    public override Measured Read(ReadOnlySpan<byte> bytes) => MemoryPackSerializer.Deserialize<Measured>(bytes)!;

    public void Serialize(Measured item, IBufferWriter<byte> writer) => MemoryPackSerializer.Serialize(writer, item);

    public Measured Deserialize(in ReadOnlySequence<byte> bytes) => MemoryPackSerializer.Deserialize<Measured>(bytes)!;
}

/// <summary>Serialized records on their way from one thread to the other, or to a stream.</summary>
internal sealed class RecordBuffer : IBufferWriter<byte>
{
    private const int Size = 64 * 1024;
    private const int LargestRecord = 4 * 1024;

    private readonly byte[] _bytes = new byte[Size];

    public int Length { get; private set; }

    public bool IsFull => Length > Size - LargestRecord;

    /// <summary>What was written, from the start.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Sets what was written before; for a length that is known after what it counts.</summary>
    public Span<byte> At(int offset) => _bytes.AsSpan(offset);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(Length);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(Length);
}

/// <summary>Baseline: the serializer alone. One thread serializes into pooled buffers, another deserializes from them.</summary>
/// <remarks>A buffer holds hundreds of records, each with its length before it: handing it over costs next to nothing.</remarks>
internal sealed class RecordsInProcess(RecordFormat format) : Part
{
    private const int Buffers = 16;

    private readonly Channel<RecordBuffer> _full = Channel.CreateUnbounded<RecordBuffer>();
    private readonly Channel<RecordBuffer> _free = Channel.CreateUnbounded<RecordBuffer>();
    private readonly RecordCodec _codec = RecordCodec.Of(format);
    private readonly Drain _drain = new();

    public override Task StartAsync()
    {
        for (int i = 0; i < Buffers; i++)
            _free.Writer.TryWrite(new RecordBuffer());
        RunInBackground(ReadAllAsync);
        return Task.CompletedTask;
    }

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _drain.Reset();
        long started = Stopwatch.GetTimestamp();
        long count = 1;
        RecordBuffer buffer;
        while (true)
        {
            buffer = await _free.Reader.ReadAsync();
            if (Stopwatch.GetElapsedTime(started) >= duration)
                break;
            while (!buffer.IsFull)
            {
                Write(buffer, Measured.Sample);
                count++;
            }
            _full.Writer.TryWrite(buffer);
        }
        Write(buffer, Measured.Last);
        _full.Writer.TryWrite(buffer);
        await _drain.WaitAsync();
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }

    private void Write(RecordBuffer buffer, Measured item)
    {
        int start = buffer.Length;
        buffer.Advance(sizeof(int));
        _codec.Write(item, buffer);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.At(start), buffer.Length - start - sizeof(int));
    }

    private async Task ReadAllAsync()
    {
        await foreach (RecordBuffer buffer in _full.Reader.ReadAllAsync())
        {
            bool isOver = Read(buffer.Written);
            buffer.Clear();
            _free.Writer.TryWrite(buffer);
            if (isOver)
                _drain.Signal();
        }
    }

    private bool Read(ReadOnlySpan<byte> bytes)
    {
        bool isOver = false;
        while (!bytes.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            isOver |= _codec.Read(bytes.Slice(sizeof(int), length)).IsLast;
            bytes = bytes[(sizeof(int) + length)..];
        }
        return isOver;
    }
}

/// <summary>Baseline: writes records to the stream of a socket, one line of JSON each.</summary>
/// <param name="place">Where the reader listens.</param>
/// <param name="isBuffered">Whether lines are gathered to 64 KiB; otherwise each is one call.</param>
internal sealed class JsonLinesWriter(string place, bool isBuffered) : StreamConnectingPart(StreamKind.Socket, place)
{
    public const byte NewLine = (byte)'\n';

    private readonly RecordBuffer _buffer = new();
    private readonly JsonRecords _codec = new();

    public override Task<double[]> RunAsync(TimeSpan duration) =>
        Task.FromResult(ItemLoops.Write(Write, Measured.Sample, Measured.Last, WaitUntilDrained, duration));

    protected override PartSpec Other(string place) => PartSpec.Of<JsonLinesReader>(place);

    private void Write(Measured item)
    {
        _codec.Write(item, _buffer);
        _buffer.At(_buffer.Length)[0] = NewLine;
        _buffer.Advance(1);
        if (!isBuffered || _buffer.IsFull)
            WriteBuffer();
    }

    private void WriteBuffer()
    {
        Ends.Output.Write(_buffer.Written);
        _buffer.Clear();
    }

    private void WaitUntilDrained()
    {
        WriteBuffer();
        if (Ends.Input.ReadByte() != NewLine)
            throw new EndOfStreamException("The reader left.");
    }
}

/// <summary>Baseline: reads records, one line of JSON each, and answers the last of a round.</summary>
internal sealed class JsonLinesReader(string place) : StreamListeningPart(StreamKind.Socket, place)
{
    private const int BufferBytes = 64 * 1024;

    protected override void Serve(StreamEnds ends)
    {
        byte[] buffer = new byte[BufferBytes];
        var codec = new JsonRecords();
        int kept = 0;                   // the beginning of a line whose end has not come
        while (ends.Input.Read(buffer, kept, buffer.Length - kept) is var count and > 0)
        {
            ReadOnlySpan<byte> left = buffer.AsSpan(0, kept + count);
            while (left.IndexOf(JsonLinesWriter.NewLine) is var length and >= 0)
            {
                if (codec.Read(left[..length]).IsLast)
                    ends.Output.WriteByte(JsonLinesWriter.NewLine);
                left = left[(length + 1)..];
            }
            kept = left.Length;
            left.CopyTo(buffer);
        }
    }
}
