using CrossChannels.Channels;
using CrossChannels.Links;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Nats.Sending;

/// <summary>A channel on the server, as a writer writes it. Every member forwards.</summary>
internal readonly struct NatsSink(NatsSender sender) : IItemSink
{
    public Closure? Closure => sender.Closure;

    public Task<Ending> Ended => sender.Ended;

    public long UnreceivedCount => sender.UnreceivedCount;

    public bool MayAccept => sender.MayAccept;

    public bool MayLendLarge => false;

    public bool TryAccept<TItem>(TItem item) => sender.TryAccept(item);

    public int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items)
    {
        int count = 0;
        while (count < items.Length && sender.TryAccept(items[count]))
            count++;
        return count;
    }

    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull) => sender.TryAccept(item, isNull);

    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken) => sender.AcceptAsync(item, isNull, cancellationToken);

    public ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item) => throw new NotSupportedException();

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => sender.WaitAsync(cancellationToken);

    public ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken) =>
        level == AckLevel.Received ? sender.FlushAsync(cancellationToken) : sender.JoinAsync(cancellationToken);

    public bool TryComplete(Exception? error) => sender.TryComplete(error);

    public ValueTask<long> CloseAsync(TimeSpan? timeout) => sender.CloseAsync(timeout);

    public void Close() => sender.Close();

    public ILogger? Logger => sender.Logger;

    public void ReportUnreceived(long count) => sender.ReportUnreceived(count);
}
