using CrossChannels.Transfer;

namespace CrossChannels;

/// <summary>How another process opens an end that this one gives to it. A ticket of a duplex end, or of a reader or writer that was opened, is for one use.</summary>
/// <remarks>It holds the key that the end needs, if there is one: pass it on as you would a secret.</remarks>
public sealed class TransferTicket
{
    private readonly Action<Exception?>? _withdraw;

    internal TransferTicket(TransferContent content, Action<Exception?>? withdraw = null)
    {
        Content = content;
        _withdraw = withdraw;
    }

    internal TransferContent Content { get; }

    /// <summary>Whether a value is one of this library's readers, writers, channels or locks, which cross as tickets and not as items.</summary>
    public static bool IsEnd(object? value) => value is IGivenEnd;

    /// <summary>Gives an end to another process: shares an owner's end or a lock, moves any other.</summary>
    /// <param name="end">A reader, writer, channel or lock. One that moves is used here no more: from then on every use throws.</param>
    /// <param name="to">Who gets it, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>
    /// What the other process opens with <c>OpenAsync</c> of the end's type. The other end of a pair waits for it, at most 60 s or
    /// <see cref="ConnectionOptions.ConnectTimeout"/> if that is longer.
    /// </returns>
    /// <exception cref="ArgumentException">It is no end of this library.</exception>
    /// <exception cref="InvalidOperationException">It cannot be given, or was given already; the message says why and what to do.</exception>
    public static ValueTask<TransferTicket> GiveAsync(object end, string to, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(end);
        ArgumentNullException.ThrowIfNull(to);
        if (end is not IGivenEnd given)
            throw new ArgumentException($"{end.GetType()} is no reader, writer, channel or lock of this library: IsEnd tells. A channel of System.Threading.Channels lives in one process; make it with CrossChannel.CreateBoundedAsync or CrossChannel.CreatePair.", nameof(end));
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<TransferTicket>(cancellationToken);
        return (given.Origin ?? RefusedOrigin.Connected).GiveAsync(to, cancellationToken);
    }

    /// <summary>Nobody will come with this ticket: the other end of its pair, which waits, ends. Nothing happens to any other, or once somebody came.</summary>
    /// <param name="cause">What the waiting end fails with. Default: <see cref="LinkAbortedException"/>.</param>
    public void Withdraw(Exception? cause = null) => _withdraw?.Invoke(cause);

    /// <summary>The ticket as bytes, for the other process.</summary>
    public byte[] ToBytes() => TransferWire.Write(Content);

    /// <summary>Reads a ticket.</summary>
    /// <exception cref="FormatException">The bytes are no ticket, or one of another version.</exception>
    public static TransferTicket FromBytes(ReadOnlySpan<byte> bytes) => new(TransferWire.Read(bytes));
}
