using System.Collections.Concurrent;

namespace CrossChannels.Hub;

/// <summary>What one end of a lock's link says, in the order in which it was noted: noted under the lock that decides it, sent outside every lock.</summary>
/// <param name="send">Sends one; called by one thread at a time, in order.</param>
internal sealed class LockOutput<T>(Action<T> send)
{
    private readonly ConcurrentQueue<T> _notes = new();
    private int _unsent;

    /// <summary>Notes what is to be said. <see cref="Send"/> follows once the lock is left.</summary>
    public void Note(T note) => _notes.Enqueue(note);

    /// <summary>Sends what was noted, unless another thread does so, which then sends this too.</summary>
    public void Send()
    {
        if (Interlocked.Increment(ref _unsent) > 1)
            return;
        int seen;
        do
        {
            seen = Volatile.Read(ref _unsent);
            while (_notes.TryDequeue(out T? note))
                send(note);
        }
        while (Interlocked.Add(ref _unsent, -seen) > 0);
    }
}
