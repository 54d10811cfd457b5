using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>Reads a connecting end's hello before a link begins: only then a hub knows what it is to answer.</summary>
internal static class HubGreeting
{
    /// <returns>The hello, and an input that begins with it again; a null hello if its version is not known here.</returns>
    /// <exception cref="MalformedFrameException">No correct peer says that.</exception>
    /// <exception cref="EndOfStreamException">The peer went away.</exception>
    /// <exception cref="OperationCanceledException">The deadline passed; the caller closes the connection, which ends the read.</exception>
    public static async Task<(Hello? Hello, LinkInput Input)> ReadAsync(LinkInput input, CancellationToken cancellationToken)
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
            if (!Preamble.TryRead(here.Span, out Preamble preamble))
                continue;
            if (Preamble.Common(LinkIdentity.Versions, preamble) == 0)
                return (null, new ReplayInput(here, input));
            if (length >= Preamble.Size + preamble.HelloLength)
                return (Hello.Read(here.Span.Slice(Preamble.Size, preamble.HelloLength)), new ReplayInput(here, input));
        }
    }
}
