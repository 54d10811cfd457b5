namespace CrossChannels.Testing;

/// <summary>Both ends of one link, in this process.</summary>
internal sealed class LinkEnds<T1, T2> : IAsyncDisposable
{
    public LinkEnds(DuplexChannel<T1, T2> first, DuplexChannel<T2, T1> second, string test)
    {
        First = first;
        Second = second;
        Wait.Show(this, test, () => $"first: {Describe(First)}; second: {Describe(Second)}");
    }

    public DuplexChannel<T1, T2> First { get; }

    public DuplexChannel<T2, T1> Second { get; }

    public CrossChannelWriter<T1> Writer => First.Writer;

    public CrossChannelReader<T1> Reader => Second.Reader;

    /// <summary>Waits until everything that the first end wrote is at the second.</summary>
    public Task ArriveAsync() => Writer.FlushAsync().Done();

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(First.DisposeAsync().AsTask(), Second.DisposeAsync().AsTask()).Done();
        Wait.Hide(this);
    }

    private static string Describe<TWrite, TRead>(DuplexChannel<TWrite, TRead> end) =>
        $"peer {end.Peer?.Endpoint ?? "unknown"}, writer {end.Writer.Ending?.ToString() ?? "open"} with {end.Writer.UnreceivedCount} unreceived, " +
        $"reader {end.Reader.Ending?.ToString() ?? "open"} with {end.Reader.Count} unread, Completion {end.Reader.Completion.Status}";
}
