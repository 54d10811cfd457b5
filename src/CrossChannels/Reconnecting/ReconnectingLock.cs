using CrossChannels.Hub;
using CrossChannels.Links;

namespace CrossChannels.Reconnecting;

/// <summary>A lock that is asked for again at the next hub. A hold of a hub that was lost is lost first.</summary>
/// <remarks>All claims of a link are over before the next one is asked, so that none is taken for one of the other.</remarks>
internal sealed class ReconnectingLock : LockSource
{
    private readonly ConnectionOptions _settings;
    private readonly EndKeeper<RemoteLock> _keeper;

    /// <param name="recipe">How to open one.</param>
    /// <param name="settings">Of the connections.</param>
    /// <param name="options">How to reconnect.</param>
    public ReconnectingLock(EndRecipe<RemoteLock> recipe, ConnectionOptions settings, ReconnectOptions options)
    {
        _settings = settings;
        _keeper = new EndKeeper<RemoteLock>(recipe, options, settings);
    }

    public override ConnectionOptions Settings => _settings;

    public override bool ClosesWhenLost => true;

    public Task OpenAsync(CancellationToken cancellationToken) => _keeper.OpenAsync(cancellationToken);

    public override LockClaim Ask(bool isTry)
    {
        if (_keeper.Closure is { Error: { } error })
            throw error;
        return _keeper.Current.Ask(isTry);
    }

    public override async Task<bool> ReconnectAsync(CancellationToken cancellationToken)
    {
        RemoteLock last = _keeper.Current;
        // It may have come back since the request failed.
        return !_keeper.IsLost(last) ? last.End is null : await _keeper.NextAsync(last, cancellationToken).ConfigureAwait(false) is not null;
    }

    public override void Withdraw(LockClaim claim) => _keeper.Current.Withdraw(claim);

    public override bool TryRelease(LockClaim claim) => _keeper.Current.TryRelease(claim);

    public override bool TryAbandon(LockClaim claim) => _keeper.Current.TryAbandon(claim);

    public override async ValueTask CloseAsync(bool isLost)
    {
        var error = new ObjectDisposedException(nameof(CrossLock), $"The lock at {_keeper.Address} is disposed.");
        if (_keeper.Stop(new Closure(new Ending(EndingKind.ReaderClosed, error), error)) is { } open)
            await open.CloseAsync(isLost).ConfigureAwait(false);
        _keeper.Finish();
    }

    /// <summary>A lock is never completed: whatever ends its link but this end itself, a hub may have it again.</summary>
    public static Ending? EndingOf(RemoteLock source) => source.End switch
    {
        null => null,
        ObjectDisposedException disposed => new Ending(EndingKind.ReaderClosed, disposed),
        CrossChannelException error => new Ending(EndingKind.ConnectionLost, error),
        Exception error => new Ending(EndingKind.Faulted, error),
    };
}
