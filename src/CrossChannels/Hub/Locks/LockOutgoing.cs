using System.Collections.Concurrent;

namespace CrossChannels.Hub;

/// <summary>What one end of a lock's link says, in the order in which it was added under that end's lock, and written outside it.</summary>
/// <remarks>A write may run a listener of the program's metrics, or a socket's send, so that no lock is held around it.</remarks>
internal sealed class LockOutgoing<T>(Action<T> write)
{
    private readonly ConcurrentQueue<T> _messages = new();
    private int _flushes;

    /// <summary>Adds a message; its adder calls <see cref="Flush"/> once it has left its lock.</summary>
    public void Add(T message) => _messages.Enqueue(message);

    /// <summary>Writes what was added. One thread at a time writes, which keeps the order; one that comes meanwhile leaves it another round.</summary>
    public void Flush()
    {
        if (Interlocked.Increment(ref _flushes) > 1)
            return;
        int seen = 1;
        do
        {
            while (_messages.TryDequeue(out T? message))
                write(message);
            seen = Interlocked.Add(ref _flushes, -seen);
        }
        while (seen > 0);
    }
}
