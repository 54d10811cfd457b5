using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace EndToEnd.Parts;

/// <summary>Writes an item of bytes and waits until it is back.</summary>
internal sealed class BlockPinger(string address, string bytes) : ConnectingPart<ReadOnlyMemory<byte>, IMemoryOwner<byte>>(address)
{
    private readonly RoundTrips _trips = new();
    private readonly byte[] _item = new byte[int.Parse(bytes, CultureInfo.InvariantCulture)];

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await Channel.Writer.WriteAsync(_item);
        using IMemoryOwner<byte> item = await Channel.Reader.ReadAsync();
    }
}
