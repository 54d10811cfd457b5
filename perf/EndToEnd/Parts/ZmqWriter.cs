using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: pushes numbers, one message each.</summary>
internal sealed class ZmqWriter(string path) : Part
{
    private ZmqSocket? _items;
    private ZmqSocket? _drained;

    public static string Endpoint(string path) => "ipc://" + path;

    /// <summary>Where the reader tells that it has read the last of a round.</summary>
    public static string DrainedEndpoint(string path) => Endpoint(path) + "-drained";

    public override Task StartAsync()
    {
        _items = ZmqSocket.Connect(ZmqLibrary.Push, Endpoint(path));
        _drained = ZmqSocket.Connect(ZmqLibrary.Pull, DrainedEndpoint(path));
        return Task.CompletedTask;
    }

    public override Task<double[]> RunAsync(TimeSpan duration) =>
        Task.FromResult(BlockingLoops.Write(_items!.Send, 1L, ItemLoops.Last, ItemLoops.SmallItemsPerLook, () => _drained!.Receive(), duration));
}
