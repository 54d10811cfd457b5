using System.IO.Pipelines;

namespace CrossChannels.Transports;

/// <summary>Connections within this process.</summary>
internal static class MemoryTransport
{
    // How many unread bytes stop a writer, and at how many it goes on.
    private static readonly PipeOptions s_options = new(
        pauseWriterThreshold: 128 << 10, resumeWriterThreshold: 64 << 10, useSynchronizationContext: false);

    /// <summary>Two ends, each of which reads what the other writes.</summary>
    /// <param name="endpoint">What both show as their remote endpoint.</param>
    public static (TransportConnection Near, TransportConnection Far) CreatePair(string endpoint = "mem:")
    {
        Pipe there = new(s_options);
        Pipe back = new(s_options);
        return (new MemoryConnection(new(back.Reader, there.Writer), endpoint), new MemoryConnection(new(there.Reader, back.Writer), endpoint));
    }
}
