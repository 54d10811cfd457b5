using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Nerdbank.Streams;

namespace CrossChannels.Multiplexing;

/// <summary>One channel of a multiplexer, as a link uses it: its input says why it ended, and closing it waits until the other side has closed too.</summary>
internal sealed class MultiplexedPipe : IDuplexPipe
{
    public MultiplexedPipe(MultiplexingStream.Channel channel, string name)
    {
        Input = new EndingReader(channel, name);
        Output = channel.Output;
    }

    public PipeReader Input { get; }

    /// <summary>The channel's own writer, which is a pipe in memory: so a link may lend it the memory of large items.</summary>
    public PipeWriter Output { get; }

    private sealed class EndingReader(MultiplexingStream.Channel channel, string name) : PipeReader
    {
        // How long a close waits for the other side, and after that how long the channel may linger until it is cut off.
        private static readonly TimeSpan s_closeTimeout = TimeSpan.FromMilliseconds(500);
        private static readonly TimeSpan s_lingerTimeout = TimeSpan.FromSeconds(10);

        private readonly PipeReader _inner = channel.Input;

        public override bool TryRead(out ReadResult result) => _inner.TryRead(out result);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            ReadResult result = await _inner.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result is { IsCompleted: true, IsCanceled: false, Buffer.IsEmpty: true } && await WhyAsync().ConfigureAwait(false) is { } reason)
                throw reason;
            return result;
        }

        public override void AdvanceTo(SequencePosition consumed) => _inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => _inner.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
            _inner.Complete(exception);
            _ = EndAsync();
        }

        /// <remarks>
        /// The output is completed already. When the other side has done the same, all that was written has arrived there, and the multiplexer may be
        /// disposed without taking anything away.
        /// </remarks>
        public override async ValueTask CompleteAsync(Exception? exception = null)
        {
            await _inner.CompleteAsync(exception).ConfigureAwait(false);
            await channel.Completion.WaitAsync(s_closeTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!channel.Completion.IsCompleted)
                _ = EndAsync();
        }

        private async ValueTask<Exception?> WhyAsync()
        {
            var fate = MultiplexerFate.Of(channel.MultiplexingStream);
            bool hasEnded = await fate.HasEndedAsync(channel.Completion).ConfigureAwait(false);
            if (!hasEnded && channel.Completion.Exception?.InnerException is { } error)
                return new IOException($"the other side of the multiplexer ended the channel '{name}': {error.Message}", error);
            return hasEnded ? fate.WhyItEnded(name) : null;
        }

        /// <summary>A side that never closes would leave the channel in the multiplexer's books.</summary>
        private async Task EndAsync()
        {
            await channel.Completion.WaitAsync(s_lingerTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            channel.Dispose();
        }
    }
}
