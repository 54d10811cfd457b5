using System.Collections.Concurrent;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Everything that a hub owns, by name.</summary>
internal sealed class HubDirectory(ConnectionOptions settings, ChannelAddress address)
{
    private readonly ConcurrentDictionary<string, HubObject> _objects = new(StringComparer.Ordinal);
    private readonly RankedLock _adding = new(LockRank.HubDirectory);
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;

    public IReadOnlyCollection<HubObject> Objects => (IReadOnlyCollection<HubObject>)_objects.Values;

    public bool IsEmpty => _objects.IsEmpty;

    /// <exception cref="ArgumentException">The name is taken.</exception>
    /// <exception cref="ObjectDisposedException">The hub is shut down.</exception>
    public void Add(HubObject item)
    {
        TaskCompletionSource added;
        using (_adding.Enter())
        {
            if (_isClosed)
                throw Disposed();
            if (!_objects.TryAdd(item.Name, item))
                throw new ArgumentException($"The hub at {address} has something named '{item.Name}' already: use another name, or dispose that first.", nameof(item));
            added = _added;
            _added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        added.SetResult();
    }

    /// <summary>Where others find what has this name.</summary>
    public string AddressOf(string name) => address.WithChannel(name.Length == 0 ? null : name).ToString();

    public bool Has(string name) => _objects.ContainsKey(name);

    /// <summary>Waits until there is something of this name: a hub can be found before its program has made all that it will have.</summary>
    public async Task WaitForAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task added;
            using (_adding.Enter())
            {
                if (Has(name))
                    return;
                added = _added.Task;
            }
            await added.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes nothing more.</summary>
    /// <returns>Everything that is to be closed.</returns>
    public IReadOnlyCollection<HubObject> Close()
    {
        using (_adding.Enter())
            _isClosed = true;
        return Objects;
    }

    public void Remove(HubObject item) => _objects.TryRemove(KeyValuePair.Create(item.Name, item));

    /// <summary>Starts the link of a connecting end, which it tells why if there is nothing for it.</summary>
    public Link Attach(HubRequest request)
    {
        if (Refusal(request, out HubObject? found) is { } refusal)
            return request.Refuse(settings, refusal, found?.WhyNotCode ?? ReasonCode.Given);
        if (request.Role == LinkRole.Status)
            return StatusLink.Answer(request, settings, () => GetStatus(found));
        Link link = found!.Attach(request);
        if (request.Role is LinkRole.Reader or LinkRole.LeasedReader)
            found.ExpectedReaders.Arrived();
        return link;
    }

    /// <summary>How everything is.</summary>
    public HubStatus GetStatus() => GetStatus(null);

    private HubStatus GetStatus(HubObject? only)
    {
        List<HubObjectStatus> all = [.. (only is null ? _objects.Values : [only]).OrderBy(static item => item.Name, StringComparer.Ordinal).Select(static item => item.GetStatus())];
        return new HubStatus(address.ToString(), Environment.ProcessId)
        {
            Channels = [.. all.OfType<ChannelStatus>()],
            Locks = [.. all.OfType<LockStatus>()],
        };
    }

    private string? Refusal(HubRequest request, out HubObject? found)
    {
        string name = request.Hello.Channel;
        if (request.Role == LinkRole.Duplex)
        {
            found = null;
            return "The address belongs to a hub, which has channels and locks by name: open them with OpenReaderAsync, OpenWriterAsync, OpenLeasedReaderAsync or OpenLockAsync.";
        }
        // Without a name it is the whole hub that is asked for.
        if (request.Role == LinkRole.Status && name.Length == 0)
        {
            found = null;
            return null;
        }
        if (!_objects.TryGetValue(name, out found))
        {
            return WhyNotThere(name);
        }
        return request.Role == LinkRole.Status || found.Serves(request.Role) ? null : found.WhyNot(request.Role);
    }

    /// <remarks>By name, since a directory does not know the hub that it is of.</remarks>
    private ObjectDisposedException Disposed() => new($"{nameof(CrossChannels)}.{nameof(ChannelHub)}", $"The hub at {address} is disposed or shut down, and makes nothing more.");

    private string WhyNotThere(string name)
    {
        string[] known = [.. _objects.Keys.Order(StringComparer.Ordinal).Take(20)];
        if (known is [""])
            return $"What is at this address has no name: leave '#{PeerText.Show(name)}' out.";
        string asked = PeerText.Show(name);
        string names = known.Length == 0 ? "nothing" : string.Join(", ", known.Select(static name => $"'{name}'"));
        return name.Length == 0 ? $"This is a hub: add '#' and a name to its address. It has: {names}." : $"This hub has nothing named '{asked}'. It has: {names}.";
    }
}
