using System.Runtime.Versioning;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Transports;
using Microsoft.Win32.SafeHandles;

namespace CrossChannels;

/// <summary>What a peer said first, and the descriptors that came with it.</summary>
/// <param name="Hello">Null if it is not one that this version can read; the link then finds the same, and says it to the peer.</param>
/// <param name="Input">The connection, of which the greeting is read again by the link, which judges it as it does everywhere.</param>
/// <param name="Descriptors">As they were sent; disposed with this.</param>
/// <param name="IsLost">A descriptor was lost for want of room.</param>
/// <param name="IsEmpty">The connection ended before a byte came.</param>
internal sealed record ReceivedGreeting(Hello? Hello, LinkInput Input, IReadOnlyList<SafeFileHandle> Descriptors, bool IsLost, bool IsEmpty) : IDisposable
{
    /// <summary>Waits for the whole greeting of a peer that is trusted.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    [UnsupportedOSPlatform("windows")]
    public static async Task<ReceivedGreeting> ReadAsync(LinkInput rest, DescriptorSocket socket, CancellationToken cancellationToken)
    {
        List<SafeFileHandle> descriptors = [];
        try
        {
            byte[] bytes = new byte[Preamble.Size + Preamble.MaxHelloLength];
            int length = 0;
            bool isLost = false, hasEnded = false;
            Hello? hello = null;
            while (!hasEnded && !IsWhole(bytes.AsSpan(0, length), out hello))
            {
                DescriptorSocket.Received received = await socket.ReceiveAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false);
                descriptors.AddRange(received.Descriptors);
                isLost |= received.IsLost;
                hasEnded = received.Count == 0;
                length += received.Count;
            }
            return new ReceivedGreeting(hello, new ReplayInput(bytes.AsMemory(0, length), rest), descriptors, isLost, IsEmpty: length == 0);
        }
        catch
        {
            Close(descriptors);
            throw;
        }
    }

    public void Dispose() => Close(Descriptors);

    private static void Close(IReadOnlyList<SafeFileHandle> descriptors)
    {
        foreach (SafeFileHandle descriptor in descriptors)
            descriptor.Dispose();
    }

    /// <summary>Whether enough is here to know what the peer can do, or to know that it is not a correct one.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> bytes, out Hello? hello)
    {
        hello = null;
        try
        {
            if (!Preamble.TryRead(bytes, out Preamble preamble))
                return false;
            if (Preamble.Common(LinkIdentity.Versions, preamble) == 0)
                return true;
            if (bytes.Length < Preamble.Size + preamble.HelloLength)
                return false;
            hello = Hello.Read(bytes.Slice(Preamble.Size, preamble.HelloLength));
        }
        catch (MalformedFrameException)
        {
            // The link finds the same, and says it to the peer.
        }
        return true;
    }
}
