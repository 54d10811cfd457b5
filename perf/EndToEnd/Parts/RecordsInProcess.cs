using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: the serializer alone. One thread serializes into pooled buffers, another deserializes from them.</summary>
/// <remarks>A buffer holds hundreds of records, so that handing it over costs next to nothing a record.</remarks>
internal sealed class RecordsInProcess : Part
{
    private const int Buffers = 16;

    private readonly Channel<RecordBuffer> _full = Channel.CreateUnbounded<RecordBuffer>();
    private readonly Channel<RecordBuffer> _free = Channel.CreateUnbounded<RecordBuffer>();
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
        using var json = new Utf8JsonWriter(Stream.Null);
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
                Write(json, buffer, Measured.Sample);
                count++;
            }
            _full.Writer.TryWrite(buffer);
        }
        Write(json, buffer, Measured.Last);
        _full.Writer.TryWrite(buffer);
        await _drain.WaitAsync();
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }

    private static void Write(Utf8JsonWriter json, RecordBuffer buffer, Measured item)
    {
        int start = buffer.Length;
        buffer.Advance(sizeof(int));
        json.Reset(buffer);
        JsonSerializer.Serialize(json, item, MeasuredJson.Default.Measured);
        json.Flush();
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

    private static bool Read(ReadOnlySpan<byte> bytes)
    {
        bool isOver = false;
        while (!bytes.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            Measured item = JsonSerializer.Deserialize(bytes.Slice(sizeof(int), length), MeasuredJson.Default.Measured)!;
            isOver |= item.IsLast;
            bytes = bytes[(sizeof(int) + length)..];
        }
        return isOver;
    }
}
