using System.IO.Pipelines;
using CrossChannels.Links;
using CrossChannels.Threading;
using CrossChannels.Transports;

namespace CrossChannels.Transfer;

/// <summary>What joins the two ends of a pair: memory, at the first use of either, or a connection, once one was given to another process.</summary>
internal sealed class PairState(string secret)
{
    private readonly RankedLock _sync = new(LockRank.Pair);
    private PairSide? _first;
    private PairSide? _second;
    private PairListener? _host;
    private bool _isJoined;

    /// <summary>Sets both ends, once, before either can be used.</summary>
    public void Hold(PairSide first, PairSide second)
    {
        _first = first;
        _second = second;
    }

    /// <summary>An end is used before it is joined.</summary>
    public void Use()
    {
        PairListener? host;
        using (_sync.Enter())
        {
            host = _host;
            if (_isJoined || (host is null && _first is null))
                return;
            _isJoined = host is null;
        }
        if (host is null)
            JoinInMemory();
        else
            host.Use();
    }

    /// <summary>Gives one end to another process.</summary>
    /// <exception cref="InvalidOperationException">It was used here, or given already.</exception>
    public async ValueTask<TransferTicket> GiveAsync(bool isFirst, Recipient to, CancellationToken cancellationToken)
    {
        PairSide side = isFirst ? _first! : _second!, other = isFirst ? _second! : _first!;
        PairListener? host;
        using (_sync.Enter())
        {
            Check(side, to);
            host = _host;
        }
        if (host is not null)
            return await host.GiveRestAsync(side, to, cancellationToken).ConfigureAwait(false);

        // What cannot be described is refused before anything has happened.
        side.Describe(PairRendezvous.NewAddress(), false, to);
        ITransportListener listener = await PairRendezvous.ListenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            TransferContent content = side.Describe(listener.Address, false, to);
            PairListener? own = null;
            using (_sync.Enter())
            {
                Check(side, to);
                host = _host;
                if (host is null)
                {
                    _host = own = new PairListener(listener, secret, other, side, to, content);
                    side.MoveLocked(to);
                }
            }
            if (own is not null)
            {
                side.CloseMoved();
                own.Start();
                return new TransferTicket(content, own.Withdraw);
            }
        }
        catch
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        // The other end was given away meanwhile.
        await listener.DisposeAsync().ConfigureAwait(false);
        return await host!.GiveRestAsync(side, to, cancellationToken).ConfigureAwait(false);
    }

    private void Check(PairSide side, Recipient to)
    {
        if (side.Moved is { } moved)
            throw moved;
        if (_isJoined)
            throw new InvalidOperationException($"{side.Name}, or the other end of its pair, was used in this process already, and cannot be given to {to}. Give an end before either is used, or give both away.");
    }

    private void JoinInMemory()
    {
        var options = new PipeOptions(useSynchronizationContext: false);
        var there = new Pipe(options);
        var back = new Pipe(options);
        var peer = new LinkPeer("the other end in memory", Environment.ProcessId, null, null);
        _first!.Link.Start(new PipeInput(back.Reader), new PipeOutput(there.Writer), peer, isGreetingSent: false);
        _second!.Link.Start(new PipeInput(there.Reader), new PipeOutput(back.Writer), peer, isGreetingSent: false);
    }
}

/// <summary>One end of a pair.</summary>
/// <param name="Link">Of the end.</param>
/// <param name="Name">Of the end, for messages.</param>
/// <param name="Abort">Comes in place of the process that has the end, with its ticket, and tells the other end why it will not.</param>
/// <param name="Describe">Makes what the ticket says, of an address, whether its receiver listens there, and who that is; throws why the end cannot be given.</param>
internal sealed record PairSide(Link Link, string Name, Func<TransferContent, string, Task> Abort, Func<ChannelAddress, bool, Recipient, TransferContent> Describe)
{
    /// <summary>For lanes; null for none.</summary>
    public PairLaneTerms? Lanes { get; init; }

    /// <summary>What every use throws once the end was given away.</summary>
    public EndMovedException? Moved { get; private set; }

    /// <summary>Marks the end as given away. Called under the lock of its pair, and followed by <see cref="CloseMoved"/> outside it.</summary>
    public void MoveLocked(Recipient to) =>
        Moved = new EndMovedException($"{Name} was given to {to}, and can no longer be used here: one process has one end of a pair. Use the other end here, or make another pair.");

    /// <summary>Closes the link of the end that was given away, which runs continuations of its completion.</summary>
    public void CloseMoved() => Link.MoveAway(Moved!);
}
