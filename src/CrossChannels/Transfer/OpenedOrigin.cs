using CrossChannels.Links;

namespace CrossChannels.Transfer;

/// <summary>A reader or writer that was opened at a hub: it leaves in good order, which gives back what it has not read, and the other process opens its own.</summary>
internal sealed class OpenedOrigin : TransferOrigin
{
    private readonly Link _link;
    private readonly IDisposable _handle;
    private readonly Func<TransferContent> _describe;
    private readonly string _name;

    /// <param name="link">The end's link.</param>
    /// <param name="handle">What closes the link when the end is lost.</param>
    /// <param name="name">Of the end, for messages.</param>
    /// <param name="describe">Makes what the ticket says; throws why it cannot be given.</param>
    public OpenedOrigin(Link link, IDisposable handle, string name, Func<TransferContent> describe)
    {
        _link = link;
        _handle = handle;
        _name = name;
        _describe = describe;
    }

    public override async ValueTask<TransferTicket> GiveAsync(string to, CancellationToken cancellationToken)
    {
        TransferContent content = _describe();
        bool isWriter = content.Kind == EndpointKind.Writer;
        CheckOpen(isWriter);
        var moved = new EndMovedException($"{_name} was given to {to}, and is not used here any more. Open another one, or give it when it is done with.");
        if (isWriter ? !_link.Leave(moved) : !_link.TryCloseReader(moved))
        {
            CheckOpen(isWriter);
            throw new InvalidOperationException($"{_name} is over, and cannot be given to {to}.");
        }
        _link.Done(isOut: isWriter);
        _handle.Dispose();
        try
        {
            await _link.Closed.WaitAsync(_link.Settings.CloseTimeout, _link.Settings.TimeProvider, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A hub that is slow has what was accepted, and gives back what was unread, when it gets to it.
        }
        return new TransferTicket(content);
    }

    private void CheckOpen(bool isWriter)
    {
        Closure? closure = isWriter ? _link.Sender.Closure : _link.Receiver.Closure;
        closure?.ThrowIfMoved();
        if (closure is not null)
            throw new InvalidOperationException($"{_name} is over ({closure.Ending.Kind}), so that there is nothing to give. Give it before it ends.", closure.Error);
    }
}
