using CrossChannels.Links;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Channels;

/// <summary>The sending half of a link, as a writer uses it.</summary>
internal readonly struct LinkSink(LinkHandle handle, ItemSender sender) : IItemSink
{
    private readonly ItemSender _sender = sender;

    public LinkSink(LinkHandle handle)
        : this(handle, (ItemSender)handle.Link.Sender)
    {
    }

    public Closure? Closure => _sender.Closure;

    public Task<Ending> Ended => _sender.Ended;

    public long UnreceivedCount => _sender.UnreceivedCount;

    public bool MayAccept => _sender.MayAccept;

    public bool MayLendLarge => handle.Link.MayLendLarge && !_sender.KeepsUnreceived;

    public bool TryAccept<TItem>(TItem item) => _sender.TryAccept(item);

    public int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items) => _sender.TryAcceptMany(items);

    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull) => _sender.TryAccept(item, isNull);

    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken) => _sender.AcceptAsync(item, isNull, cancellationToken);

    public ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item) => _sender.AcceptLargeAsync(item);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _sender.WaitAsync(cancellationToken);

    public ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken) =>
        _sender.Closure is { Error: EndMovedException moved } ? ValueTask.FromException(moved) : _sender.WaitForAckAsync(level, cancellationToken);

    public bool TryComplete(Exception? error) => handle.Link.TryComplete(error);

    public async ValueTask<long> CloseAsync(TimeSpan? timeout)
    {
        Link link = handle.Link;
        TimeSpan limit = TimeoutRange.Check(timeout ?? link.Settings.CloseTimeout, nameof(timeout));
        link.Leave();
        if (_sender.UnreceivedCount > 0 && limit != TimeSpan.Zero)
        {
            using var deadline = new CancellationTokenSource(limit, link.Settings.TimeProvider);
            try
            {
                await _sender.WaitForAckAsync(AckLevel.Received, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
            {
                // The link ended, or the deadline passed; the count below tells what that means.
            }
        }
        link.Done(isOut: true);
        return _sender.UnreceivedCount;
    }

    public void Close() => handle.CloseWriter();

    public ILogger? Logger => handle.Link.Settings.Logger;

    public void ReportUnreceived(long count) => handle.ReportUnreceived(count);
}
