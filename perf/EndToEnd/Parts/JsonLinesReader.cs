using System.Text.Json;

namespace EndToEnd.Parts;

/// <summary>Baseline: reads records, one line of JSON each, and answers the last of a round.</summary>
internal sealed class JsonLinesReader(string place) : StreamListeningPart(StreamKind.Socket, place)
{
    private const int BufferBytes = 64 * 1024;

    protected override void Serve(StreamEnds ends)
    {
        byte[] buffer = new byte[BufferBytes];
        int kept = 0;                   // the beginning of a line whose end has not come
        while (ends.Input.Read(buffer, kept, buffer.Length - kept) is var count and > 0)
        {
            ReadOnlySpan<byte> left = buffer.AsSpan(0, kept + count);
            while (left.IndexOf(JsonLinesWriter.NewLine) is var length and >= 0)
            {
                if (JsonSerializer.Deserialize(left[..length], MeasuredJson.Default.Measured)!.IsLast)
                    ends.Output.WriteByte(JsonLinesWriter.NewLine);
                left = left[(length + 1)..];
            }
            kept = left.Length;
            left.CopyTo(buffer);
        }
    }
}
