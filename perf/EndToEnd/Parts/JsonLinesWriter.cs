using System.Text.Json;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: writes records to the stream of a socket, one line of JSON each.</summary>
/// <param name="place">Where the reader listens.</param>
/// <param name="isBuffered">Whether lines are gathered to 64 KiB; otherwise each is one call.</param>
internal sealed class JsonLinesWriter(string place, string isBuffered) : StreamConnectingPart(StreamKind.Socket, place)
{
    public const byte NewLine = (byte)'\n';

    private readonly RecordBuffer _buffer = new();
    private readonly bool _isBuffered = bool.Parse(isBuffered);

    public override Task<double[]> RunAsync(TimeSpan duration)
    {
        using var json = new Utf8JsonWriter(Stream.Null);
        return Task.FromResult(BlockingLoops.Write(
            item => Write(json, item), Measured.Sample, Measured.Last, ItemLoops.SmallItemsPerLook, WaitUntilDrained, duration));
    }

    protected override PartSpec Other(string place) => PartSpec.Of<JsonLinesReader>(place);

    private void Write(Utf8JsonWriter json, Measured item)
    {
        json.Reset(_buffer);
        JsonSerializer.Serialize(json, item, MeasuredJson.Default.Measured);
        json.Flush();
        _buffer.At(_buffer.Length)[0] = NewLine;
        _buffer.Advance(1);
        if (!_isBuffered || _buffer.IsFull)
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
