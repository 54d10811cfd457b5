using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Arguments;

/// <summary>An argument that is an end of a channel, or a lock: it travels as a ticket, which says by which class it is opened.</summary>
internal static class EndArgument
{
    public static bool IsOne(object? value) => TransferTicket.IsEnd(value);

    public static void Write(MessageWriter message, TransferTicket ticket)
    {
        message.Byte((byte)ValueKind.End);
        message.Bytes(ticket.ToChildBytes());
    }

    /// <summary>Begins to open one. What is returned waits for it, on the thread that calls it.</summary>
    public static Func<IAsyncDisposable> Begin(MessageReader message) => TransferTicket.OpenFromParent(message.Bytes().ToArray());
}
