using System.Text;
using CrossChannels.Serialization;
using CrossChannels.Transfer;

namespace CrossChannels;

/// <summary>What another process needs to open an end that this one gives to it, with <c>TransferAsync</c> of the end.</summary>
/// <remarks>
/// A ticket of a duplex end, or of a reader or writer that was opened, can be used once. A ticket contains the key that the end needs, if any: pass it on as you
/// would a secret.
/// </remarks>
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
    internal static bool IsEnd(object? value) => value is IGivenEnd;

    /// <summary>Gives away an end whose type only the run time knows, as an argument of a worker.</summary>
    /// <exception cref="ArgumentException">It is not an end of this library.</exception>
    /// <exception cref="InvalidOperationException">It cannot be given, or was given already; the message says why and what to do.</exception>
    internal static ValueTask<TransferTicket> GiveAsync(object end, string to, CancellationToken cancellationToken = default) => end is IGivenEnd given
        ? CreateAsync(given, new Recipient(to, IsChild: true), cancellationToken)
        : throw new ArgumentException(
            $"{end.GetType()} is not a reader, writer, channel or lock of this library. A channel of System.Threading.Channels lives in one process; " +
            "make it with CrossChannel.CreateBoundedAsync or CrossChannel.CreatePair.", nameof(end));

    internal static ValueTask<TransferTicket> CreateAsync(IGivenEnd end, string recipient, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return CreateAsync(end, new Recipient(recipient), cancellationToken);
    }

    /// <summary>In a worker: begins to open the end of the ticket that <see cref="ToChildBytes"/> wrote, with the serializers that it needs.</summary>
    /// <returns>Waits for the end, on the thread that calls it.</returns>
    /// <exception cref="NotSupportedException">The end, or a serializer, cannot be made here.</exception>
    internal static Func<IAsyncDisposable> OpenFromParent(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var opener = EndOpener.Named(reader.ReadString());
        for (int count = reader.ReadByte(); count > 0; count--)
            SerializerRegistry.AddFromParent(reader.ReadString());
        Task opening = opener.BeginAsync(FromBytes(bytes.AsSpan((int)reader.BaseStream.Position)));
        return () => opener.Finish(opening);
    }

    private static ValueTask<TransferTicket> CreateAsync(IGivenEnd end, Recipient recipient, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<TransferTicket>(cancellationToken)
            : (end.Origin ?? TransferOrigin.Connected).GiveAsync(recipient, cancellationToken);

    /// <summary>Declares that no process will use this ticket, which ends the wait of the other end of its pair. Without effect once it was used.</summary>
    /// <param name="cause">What the waiting end fails with. Default: <see cref="LinkAbortedException"/>.</param>
    public void Withdraw(Exception? cause = null) => _withdraw?.Invoke(cause);

    /// <summary>The ticket as bytes, for the other process.</summary>
    public byte[] ToBytes() => TransferWire.Write(Content);

    /// <summary>The ticket for a worker of this program, with what opens it there and what makes the serializers that it needs: a worker runs the method that its parent names, of the same program.</summary>
    internal byte[] ToChildBytes()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Content.Opener!.Name);
        string[] types = [.. Content.SerializerTypes];
        writer.Write((byte)types.Length);
        foreach (string type in types)
            writer.Write(type);
        writer.Write(ToBytes());
        return stream.ToArray();
    }

    /// <summary>Reads a ticket.</summary>
    /// <exception cref="FormatException">The bytes are not a ticket, or one of another version.</exception>
    public static TransferTicket FromBytes(ReadOnlySpan<byte> bytes) => new(TransferWire.Read(bytes));
}
