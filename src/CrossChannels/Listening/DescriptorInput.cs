using System.Runtime.Versioning;
using CrossChannels.Links;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels;

/// <summary>Reads the start of a connection, and keeps the descriptor that comes with it.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class DescriptorInput(DescriptorSocket socket) : LinkInput, IDisposable
{
    /// <summary>The first that came; disposed with this.</summary>
    public SafeFileHandle? Descriptor { get; private set; }

    /// <summary>One came for which the process had no room.</summary>
    public bool IsLost { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        (int count, SafeFileHandle? descriptor, bool isLost) = await socket.ReceiveAsync(destination, CancellationToken.None).ConfigureAwait(false);
        if (Descriptor is null)
            Descriptor = descriptor;
        else
            descriptor?.Dispose();
        IsLost |= isLost;
        return count;
    }

    public override ValueTask CloseAsync() => default;

    public void Dispose() => Descriptor?.Dispose();
}
