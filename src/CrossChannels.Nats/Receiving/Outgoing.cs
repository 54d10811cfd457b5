using CrossChannels.Nats.Server;
using CrossChannels.Threading;
using NATS.Client.Core;

namespace CrossChannels.Nats.Receiving;

/// <summary>What a reader tells the server, in order: gathered under the reader's lock, and sent outside it by whoever comes first.</summary>
/// <param name="sync">The reader's lock.</param>
/// <param name="server">Where to.</param>
internal sealed class Outgoing(RankedLock sync, ServerClient server)
{
    private readonly Queue<(string Subject, byte[] Data, string? ReplyTo)> _messages = new(0);
    private Task _sending = Task.CompletedTask;
    private bool _isSending;

    public void Add(string subject, byte[] data, string? replyTo = null)
    {
        sync.AssertHeld();
        _messages.Enqueue((subject, data, replyTo));
    }

    /// <summary>Sends what is there, unless somebody is sending.</summary>
    public void Flush()
    {
        using (sync.Enter())
        {
            if (_isSending || _messages.Count == 0)
                return;
            _isSending = true;
        }
        Task sending = SendAsync();
        using (sync.Enter())
            _sending = sending;
    }

    /// <summary>Waits until what is there has been sent, and the server has it.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Flush();
        Task sending;
        using (sync.Enter())
            sending = _sending;
        await sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        await server.Items.PingAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        while (true)
        {
            (string Subject, byte[] Data, string? ReplyTo) next;
            using (sync.Enter())
            {
                if (!_messages.TryDequeue(out next))
                {
                    _isSending = false;
                    return;
                }
            }
            try
            {
                await server.SendAsync(next.Subject, next.Data, replyTo: next.ReplyTo).ConfigureAwait(false);
            }
            catch (Exception e) when (e is NatsException or ConnectionLostException or ObjectDisposedException or OperationCanceledException)
            {
                // The connection is closed, or given up, for good. What is held comes back after the lease timeout.
                using (sync.Enter())
                {
                    _messages.Clear();
                    _isSending = false;
                }
                return;
            }
        }
    }
}
