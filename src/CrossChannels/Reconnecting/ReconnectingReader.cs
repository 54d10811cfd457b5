using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CrossChannels.Links;
using CrossChannels.Transfer;

namespace CrossChannels.Reconnecting;

/// <summary>A reader that goes on at the next hub: what had come is read first, then it waits.</summary>
/// <remarks>Every call is made at the reader that was opened last, and again at the next one if that has lost its hub meanwhile.</remarks>
internal sealed class ReconnectingReader<T> : CrossChannelReader<T>
{
    private readonly ReaderCompletion _completion = new(runsInline: false);

    /// <param name="recipe">How to open one; what follows the end is this reader's own.</param>
    /// <param name="settings">Of the connections.</param>
    /// <param name="options">How to reconnect.</param>
    public ReconnectingReader(EndRecipe<CrossChannelReader<T>> recipe, ConnectionOptions settings, ReconnectOptions options)
    {
        Keeper = new EndKeeper<CrossChannelReader<T>>(recipe with { Over = OnOver }, options, settings);
        Address = recipe.Address;
        Origin = new TransferOrigin((recipient, cancellationToken) => GivenEnd.GiveAsync(Keeper, static reader => reader, recipient, cancellationToken));
    }

    public EndKeeper<CrossChannelReader<T>> Keeper { get; }

    public override int GapCount => Keeper.ReconnectCount;

    public override Ending? Ending => Keeper.Current.Ending is { } ending && !EndKeeper<CrossChannelReader<T>>.MayComeBack(ending.Kind) ? ending : Keeper.Closure?.Ending;

    public override Task Completion => _completion.Task;

    public override bool CanCount => Keeper.Current.CanCount;

    public override bool CanPeek => Keeper.Current.CanPeek;

    public override int Count => Keeper.Current.Count;

    public override bool TryRead([MaybeNullWhen(false)] out T item) => Keeper.Current.TryRead(out item);

    public override bool TryPeek([MaybeNullWhen(false)] out T item) => Keeper.Current.TryPeek(out item);

    public override int TryReadMany(Span<T> destination) => Keeper.Current.TryReadMany(destination);

    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellationToken);
        CrossChannelReader<T> reader = Keeper.Current;
        ValueTask<T> read = reader.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully
            ? read
            : OneTimeResult<T>.TakeAsync(FollowAsync(reader, read, static (next, token) => next.ReadAsync(token), cancellationToken));
    }

    public override ValueTask<int> ReadManyAsync(Memory<T> destination, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        CrossChannelReader<T> reader = Keeper.Current;
        ValueTask<int> read = reader.ReadManyAsync(destination, cancellationToken);
        return read.IsCompletedSuccessfully
            ? read
            : FollowManyAsync(reader, read, destination, cancellationToken);
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        CrossChannelReader<T> reader = Keeper.Current;
        ValueTask<bool> wait = reader.WaitToReadAsync(cancellationToken);
        if (!wait.IsCompletedSuccessfully)
            return OneTimeResult<bool>.TakeAsync(FollowWaitAsync(reader, wait, cancellationToken));
        // One that waited may be over already: its result is taken here, and is not there a second time.
#pragma warning disable VSTHRD103 // It is done.
        return wait.Result ? new ValueTask<bool>(true) : OneTimeResult<bool>.TakeAsync(FollowWaitAsync(reader, new ValueTask<bool>(false), cancellationToken));
#pragma warning restore VSTHRD103
    }

    public override async ValueTask CloseAsync(string? reason = null)
    {
        if (Stop(reason) is { } reader)
            await reader.CloseAsync(reason).ConfigureAwait(false);
        Keeper.Finish();
    }

    public override ValueTask DisposeAsync() => CloseAsync();

    public override void Dispose()
    {
        Stop(null)?.Dispose();
        Keeper.Finish();
    }

    internal override bool TryReadInto(Memory<byte> destination, out int length) => Keeper.Current.TryReadInto(destination, out length);

    private ValueTask<int> FollowManyAsync(CrossChannelReader<T> reader, ValueTask<int> read, Memory<T> destination, CancellationToken cancellationToken) =>
        OneTimeResult<int>.TakeAsync(FollowAsync(reader, read, (next, token) => next.ReadManyAsync(destination, token), cancellationToken));

    /// <param name="reader">Where the call was made first.</param>
    /// <param name="read">That call.</param>
    /// <param name="again">Makes it at the next one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<TResult> FollowAsync<TResult>(
        CrossChannelReader<T> reader, ValueTask<TResult> read, Func<CrossChannelReader<T>, CancellationToken, ValueTask<TResult>> again, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await read.ConfigureAwait(false);
            }
            catch (ChannelClosedException) when (Keeper.IsLost(reader))
            {
                // All that had come is read.
            }
            reader = await Keeper.NextAsync(reader, cancellationToken).ConfigureAwait(false) ?? throw Keeper.Closure!.ForItem();
            read = again(reader, cancellationToken);
        }
    }

    private async Task<bool> FollowWaitAsync(CrossChannelReader<T> reader, ValueTask<bool> wait, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // A false is a clean end, which is told before whoever waits for it goes on.
                return await wait.ConfigureAwait(false) || Keeper.IsLost(reader);
            }
            catch (CrossChannelException) when (Keeper.IsLost(reader))
            {
                // The next hub may have some.
            }
            if (await Keeper.NextAsync(reader, cancellationToken).ConfigureAwait(false) is not { } next)
                return await Keeper.Closure!.EndWaitAsync().ConfigureAwait(false);
            reader = next;
            wait = reader.WaitToReadAsync(cancellationToken);
        }
    }

    private CrossChannelReader<T>? Stop(string? reason)
    {
        var error = new ReaderClosedException("this end", reason);
        return Keeper.Stop(new Closure(new Ending(EndingKind.ReaderClosed, error), error) { Where = $"at {Address}" });
    }

    private void OnOver() => _completion.Set(Ending is { } ending ? new Closure(ending, ending.Cause) : Keeper.Closure!);
}
