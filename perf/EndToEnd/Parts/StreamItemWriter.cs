using System.Globalization;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: writes items of one size to a stream.</summary>
/// <param name="kind">One of <see cref="StreamKind"/>.</param>
/// <param name="place">Where the reader listens.</param>
/// <param name="bytes">Of one item.</param>
/// <param name="buffer">Bytes that are gathered before they are written; 0 for one call an item.</param>
internal sealed class StreamItemWriter(string kind, string place, string bytes, string buffer) : StreamConnectingPart(kind, place)
{
    /// <summary>The first byte of the last item of a round.</summary>
    public const byte Last = 1;

    private readonly byte[] _item = new byte[int.Parse(bytes, CultureInfo.InvariantCulture)];
    private readonly byte[] _buffer = new byte[int.Parse(buffer, CultureInfo.InvariantCulture)];
    private int _gathered;

    public override Task<double[]> RunAsync(TimeSpan duration)
    {
        double[] items = BlockingLoops.Write(Write, (byte)0, Last, BlockWriter.ItemsPerLook(_item.Length), WaitUntilDrained, duration);
        return Task.FromResult<double[]>([items[0], items[0] * _item.Length, items[1]]);
    }

    protected override PartSpec Other(string place) => PartSpec.Of<StreamItemReader>(StreamKind.Pipe, place, bytes);

    private void Write(byte first)
    {
        _item[0] = first;
        if (_buffer.Length == 0)
        {
            Ends.Output.Write(_item);
            return;
        }
        if (_gathered + _item.Length > _buffer.Length)
            WriteGathered();
        _item.CopyTo(_buffer, _gathered);
        _gathered += _item.Length;
    }

    private void WriteGathered()
    {
        Ends.Output.Write(_buffer, 0, _gathered);
        _gathered = 0;
    }

    private void WaitUntilDrained()
    {
        WriteGathered();
        Ends.Output.Flush();
        if (Ends.Input.ReadByte() != Last)
            throw new EndOfStreamException("The reader left.");
    }
}
