using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>What the ends of a backed channel's links tell it. Called without a lock, but where the name says otherwise.</summary>
internal interface IBackedEvents<T>
{
    /// <summary>Counts items until they are read or dropped.</summary>
    JoinCounter Joins { get; }

    /// <summary>Waits until everything that is in the channel now is processed.</summary>
    Task WhenProcessedAsync();

    /// <summary>An item of a remote writer has come.</summary>
    void Accept(in QueuedItem<T> item, Link link);

    /// <summary>A remote writer has greeted.</summary>
    void OnWriterArrived();

    /// <summary>A remote writer sends nothing more, and everything that it sent is in the queue.</summary>
    void OnWriterDone(Link link, bool hasArrived, Ending how);

    /// <summary>A remote reader has been given an item, of which it is to say what became of it. Under the channel's lock.</summary>
    void OnGivenLocked();

    /// <summary>A remote reader has read items, or has left. The end may have waited for that.</summary>
    void OnReaderMoved();

    /// <summary>A remote reader did not read an item: others may.</summary>
    void GiveBack(in QueuedItem<T> item, Link link);

    /// <summary>An item cannot be given to any reader elsewhere.</summary>
    void Lose(in QueuedItem<T> item, Link link, Exception? error);
}
