using System.Threading.Channels;

namespace CrossChannels.Testing;

/// <summary>The writing and the reading end of one channel, in process or across a link.</summary>
internal sealed class Ends<T>(ChannelWriter<T> writer, ChannelReader<T> reader, params IAsyncDisposable[] owned) : IAsyncDisposable
{
    public ChannelWriter<T> Writer => writer;

    public ChannelReader<T> Reader => reader;

    /// <summary>The writer has to ask a hub for its part of the capacity.</summary>
    public bool IsWriterShared { get; init; }

    /// <summary>The reader has asked a hub for a part of the items only, so that its Count is not of all.</summary>
    public bool IsReaderShared { get; init; }

    /// <summary>What is accepted and unread.</summary>
    public void AssertCount(int expected)
    {
        if (IsReaderShared)
            Assert.IsInRange(0, expected, reader.Count);
        else
            Assert.AreEqual(expected, reader.Count);
    }

    /// <summary>Waits until everything accepted so far is at the reading end, where it is at once within a process.</summary>
    public async Task ArriveAsync()
    {
        if (writer is CrossChannelWriter<T> remote)
            await remote.FlushAsync().Done();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable end in owned)
            await end.DisposeAsync().Done();
    }
}
