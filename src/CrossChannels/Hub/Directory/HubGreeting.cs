using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>How a connection to a hub began.</summary>
/// <param name="Hello">What a link says first; null if its version is not known here, or it is no link.</param>
/// <param name="Protocol">What else it is; null for a link.</param>
/// <param name="Input">What follows: of a link the greeting once more, of a protocol what is behind its magic.</param>
internal readonly record struct HubStart(Hello? Hello, HubProtocol? Protocol, LinkInput Input);

/// <summary>Reads how a connection begins before anything is made of it: only then a hub knows what it is to answer.</summary>
internal static class HubGreeting
{
    /// <param name="input">The connection.</param>
    /// <param name="protocols">What it may be besides a link.</param>
    /// <param name="cancellationToken">The deadline.</param>
    /// <exception cref="MalformedFrameException">No correct peer says that.</exception>
    /// <exception cref="EndOfStreamException">The peer went away.</exception>
    /// <exception cref="OperationCanceledException">The deadline passed; the caller closes the connection, which ends the read.</exception>
    public static async Task<HubStart> ReadAsync(LinkInput input, IReadOnlyList<HubProtocol> protocols, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Preamble.Size + Preamble.MaxHelloLength];
        int length = 0;
        while (true)
        {
            int count = await input.ReadAsync(bytes.AsMemory(length)).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (count == 0)
                throw new EndOfStreamException("The connection ended before its peer had greeted.");
            length += count;
            ReadOnlyMemory<byte> here = bytes.AsMemory(0, length);
            if (Find(protocols, here.Span) is { } protocol)
            {
                if (length < HubProtocol.MagicBytes)
                    continue;
                return new HubStart(null, protocol, new ReplayInput(here[HubProtocol.MagicBytes..], input));
            }
            if (!Preamble.TryRead(here.Span, out Preamble preamble))
                continue;
            if (Preamble.Common(LinkIdentity.Versions, preamble) == 0)
                return new HubStart(null, null, new ReplayInput(here, input));
            if (length >= Preamble.Size + preamble.HelloLength)
                return new HubStart(Hello.Read(here.Span.Slice(Preamble.Size, preamble.HelloLength)), null, new ReplayInput(here, input));
        }
    }

    /// <summary>The protocol whose magic these bytes are, or begin.</summary>
    private static HubProtocol? Find(IReadOnlyList<HubProtocol> protocols, ReadOnlySpan<byte> bytes)
    {
        foreach (HubProtocol protocol in protocols)
        {
            int known = Math.Min(bytes.Length, HubProtocol.MagicBytes);
            if (bytes[..known].SequenceEqual(protocol.Magic.Span[..known]))
                return protocol;
        }
        return null;
    }
}
