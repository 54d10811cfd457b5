using System.Globalization;

namespace EndToEnd.Parts;

/// <summary>Baseline: sends every item back.</summary>
internal sealed class StreamEcho(string kind, string place, string bytes) : StreamListeningPart(kind, place)
{
    protected override void Serve(StreamEnds ends)
    {
        byte[] item = new byte[int.Parse(bytes, CultureInfo.InvariantCulture)];
        while (ends.Input.ReadAtLeast(item, item.Length, throwOnEndOfStream: false) == item.Length)
        {
            ends.Output.Write(item);
            ends.Output.Flush();
        }
    }
}
