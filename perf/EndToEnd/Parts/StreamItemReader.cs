using System.Globalization;

namespace EndToEnd.Parts;

/// <summary>Baseline: takes items of one size out of a stream, as many a call as are there, and answers the last of a round.</summary>
internal sealed class StreamItemReader(string kind, string place, string bytes) : StreamListeningPart(kind, place)
{
    private const int BufferBytes = 64 * 1024;

    private readonly int _bytes = int.Parse(bytes, CultureInfo.InvariantCulture);

    protected override void Serve(StreamEnds ends)
    {
        byte[] buffer = new byte[Math.Max(BufferBytes, _bytes)];
        int next = 0;                   // where the next item begins, from the start of what the next call reads
        bool isLast = false;
        while (ends.Input.Read(buffer) is var count and > 0)
        {
            for (; next < count; next += _bytes)
                isLast = buffer[next] == StreamItemWriter.Last;
            next -= count;
            if (isLast && next == 0)
            {
                isLast = false;
                ends.Output.WriteByte(StreamItemWriter.Last);
                ends.Output.Flush();
            }
        }
    }
}
