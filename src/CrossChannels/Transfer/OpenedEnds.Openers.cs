namespace CrossChannels.Transfer;

/// <content>What opens ends in a worker: one class for each kind, made where the item type is known.</content>
/// <remarks>
/// They are not virtual members of the ends: a reader of leases is a reader of <c>Lease&lt;T&gt;</c>, and so on, so that native code would be made for leases of leases
/// without an end.
/// </remarks>
internal static partial class OpenedEnds
{
    public abstract class OpenerOf<TEnd> : EndOpener
        where TEnd : class, IAsyncDisposable
    {
#pragma warning disable VSTHRD002 // The thread has nothing else to do.
        public sealed override IAsyncDisposable Finish(Task opening) => ((Task<TEnd>)opening).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    public sealed class ReaderOpener<T> : OpenerOf<CrossChannelReader<T>>
    {
        public override Task BeginAsync(TransferTicket ticket) => CrossChannelReader<T>.OpenAsync(ticket);
    }

    public sealed class WriterOpener<T> : OpenerOf<CrossChannelWriter<T>>
    {
        public override Task BeginAsync(TransferTicket ticket) => CrossChannelWriter<T>.OpenAsync(ticket);
    }

    public sealed class LeasedReaderOpener<T> : OpenerOf<LeasedReader<T>>
    {
        public override Task BeginAsync(TransferTicket ticket) => CrossChannels.LeasedReader<T>.OpenAsync(ticket);
    }

    public sealed class ChannelOpener<T> : OpenerOf<SharedChannel<T>>
    {
        public override Task BeginAsync(TransferTicket ticket) => SharedChannel<T>.OpenAsync(ticket);
    }

    public sealed class LeasedChannelOpener<T> : OpenerOf<LeasedChannel<T>>
    {
        public override Task BeginAsync(TransferTicket ticket) => LeasedChannel<T>.OpenAsync(ticket);
    }

    public sealed class DuplexOpener<TWrite, TRead> : OpenerOf<DuplexChannel<TWrite, TRead>>
    {
        public override Task BeginAsync(TransferTicket ticket) => DuplexChannel<TWrite, TRead>.OpenAsync(ticket);
    }
}
