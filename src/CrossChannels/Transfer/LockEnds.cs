namespace CrossChannels.Transfer;

/// <summary>Locks, at their owner or opened: they can be shared.</summary>
internal static class LockEnds
{
    /// <summary>How a lock is given to another process.</summary>
    public static TransferOrigin Of(ChannelAddress address, ConnectionOptions connection, bool isOwner) => TransferOrigin.Shared(_ =>
    {
        OwnerEnds.CheckReachable(address);
        ReadOnlyMemory<byte> key = connection.Key;
        if (isOwner)
        {
            key = connection.RequiredKeyToRead.IsEmpty ? connection.RequiredKeyToWrite : connection.RequiredKeyToRead;
            if (!connection.RequiredKeyToWrite.IsEmpty && !key.Span.SequenceEqual(connection.RequiredKeyToWrite.Span))
                throw new InvalidOperationException($"The lock at {address} requires one key to read and another to write, and an opener shows one: no other process can open it. Use the same key for both.");
        }
        return new TransferContent { Kind = EndpointKind.Lock, Opener = new LockOpener(), Address = address.ToString(), Connection = OwnerEnds.Opener(connection), ReadKey = key };
    });

    /// <summary>Opens a lock in a worker.</summary>
    public sealed class LockOpener : EndOpener
    {
        public override Task BeginAsync(TransferTicket ticket) => CrossLock.OpenAsync(ticket);

#pragma warning disable VSTHRD002 // The thread has nothing else to do.
        public override IAsyncDisposable Finish(Task opening) => ((Task<CrossLock>)opening).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
