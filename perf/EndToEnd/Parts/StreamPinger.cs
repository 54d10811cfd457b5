using System.Globalization;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: sends an item over a stream and waits until it is back.</summary>
internal sealed class StreamPinger(string kind, string place, string bytes) : StreamConnectingPart(kind, place)
{
    private readonly RoundTrips _trips = new();
    private readonly byte[] _item = new byte[int.Parse(bytes, CultureInfo.InvariantCulture)];

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    protected override PartSpec Other(string place) => PartSpec.Of<StreamEcho>(StreamKind.Pipe, place, bytes);

    private ValueTask TripAsync()
    {
        Trip();
        return default;
    }

    private void Trip()
    {
        Ends.Output.Write(_item);
        Ends.Output.Flush();
        Ends.Input.ReadExactly(_item);
    }
}
