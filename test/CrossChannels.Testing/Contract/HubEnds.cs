
namespace CrossChannels.Testing;

/// <summary>A channel that this process owns, and one writer and one reader of it, each the owner's or a remote one.</summary>
internal sealed class HubEnds<T> : IAsyncDisposable
{
    private HubEnds(SharedChannel<T> owner, CrossChannelWriter<T> writer, CrossChannelReader<T> reader)
    {
        Owner = owner;
        Writer = writer;
        Reader = reader;
        IsWriterRemote = !ReferenceEquals(writer, owner.Writer);
        IsReaderRemote = !ReferenceEquals(reader, owner.Reader);
    }

    public SharedChannel<T> Owner { get; }

    public CrossChannelWriter<T> Writer { get; private set; }

    public CrossChannelReader<T> Reader { get; private set; }

    public bool IsWriterRemote { get; }

    public bool IsReaderRemote { get; }

    public static async Task<HubEnds<T>> OpenAsync(
        SharedChannel<T> owner, bool isWriterRemote, bool isReaderRemote, string test, ConnectionOptions? link = null)
    {
        var ends = new HubEnds<T>(
            owner,
            isWriterRemote ? await CrossChannel.OpenWriterAsync<T>(owner.Address, connection: link).Done("a writer", test) : owner.Writer,
            isReaderRemote ? await CrossChannel.OpenReaderAsync<T>(owner.Address, connection: link).Done("a reader", test) : owner.Reader);
        Wait.Show(ends, test, () => $"owner: {ends.Owner.Reader.Count} queued, Completion {ends.Owner.Reader.Completion.Status}; " +
            $"writer: {ends.Writer.Ending?.ToString() ?? "open"}; reader: {ends.Reader.Ending?.ToString() ?? "open"} with {ends.Reader.Count} unread");
        return ends;
    }

    /// <summary>Puts others in their place, which stand between them and the test.</summary>
    public HubEnds<T> Through(CrossChannelWriter<T> writer, CrossChannelReader<T> reader)
    {
        Writer = writer;
        Reader = reader;
        return this;
    }

    /// <summary>These ends as every channel has them.</summary>
    public Ends<T> AsEnds() => new(Writer, Reader, this) { IsWriterShared = IsWriterRemote, IsReaderShared = IsReaderRemote };

    /// <summary>Closes at once; a test that wants items drained does so before.</summary>
    public async ValueTask DisposeAsync()
    {
        Owner.Abort("The test is over.");
        await Reader.DisposeAsync().Done();
        await Writer.DisposeAsync().Done();
        await Owner.DisposeAsync().Done();
        Wait.Hide(this);
    }
}
