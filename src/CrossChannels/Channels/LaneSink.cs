using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using CrossChannels.Links;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Channels;

/// <summary>The sending half of a link whose items go by a lane, as a writer uses it.</summary>
[SupportedOSPlatform("linux")]
internal readonly struct LaneSink(LinkHandle handle, LaneSender sender) : IItemSink
{
    private readonly LaneSender _sender = sender;

    public Closure? Closure => _sender.Closure;

    public Task<Ending> Ended => _sender.Ended;

    public long UnreceivedCount => _sender.UnreceivedCount;

    public bool MayAccept => _sender.MayAccept;

    /// <summary>No other thread reads the caller's memory: it is copied under the end's own lock.</summary>
    public bool MayLendLarge => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAccept<TItem>(TItem item) => _sender.TryAccept(item);

    public int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items) => _sender.TryAcceptMany(items);

    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull) => _sender.TryAccept(item, isNull);

    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken) => _sender.AcceptAsync(item, isNull, cancellationToken);

    public ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item) => _sender.AcceptLargeAsync(item);

    public RentedMemory? TryRent(int length, object writer) => _sender.TryRent(length, writer);

    public bool TryAccept(RentedMemory item) => _sender.IsOwn(item) ? _sender.TryAccept(item) : _sender.TryAccept(item.GetSpan(), isNull: false);

    public ValueTask AcceptAsync(RentedMemory item, CancellationToken cancellationToken) =>
        _sender.IsOwn(item) ? _sender.AcceptAsync(item, cancellationToken) : _sender.AcceptAsync(item.GetSpan(), isNull: false, cancellationToken);

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _sender.WaitAsync(cancellationToken);

    public ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken) => _sender.WaitForAckAsync(level, cancellationToken);

    public bool TryComplete(Exception? error) => handle.Link.TryComplete(error);

    /// <remarks>What was accepted is received, so that there is nothing to wait for.</remarks>
    public ValueTask<long> CloseAsync(TimeSpan? timeout)
    {
        TimeoutRange.Check(timeout ?? handle.Link.Settings.CloseTimeout, nameof(timeout));
        handle.CloseWriter();
        return new ValueTask<long>(_sender.UnreceivedCount);
    }

    public void Close() => handle.CloseWriter();

    public ILogger? Logger => handle.Link.Settings.Logger;

    public void ReportUnreceived(long count) => handle.ReportUnreceived(count);
}
