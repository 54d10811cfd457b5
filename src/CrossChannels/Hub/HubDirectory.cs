using System.Collections.Concurrent;
using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>Everything that a hub owns, by name.</summary>
internal sealed class HubDirectory(LinkSettings settings, ChannelAddress address)
{
    private readonly ConcurrentDictionary<string, HubObject> _objects = new(StringComparer.Ordinal);
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyCollection<HubObject> Objects => (IReadOnlyCollection<HubObject>)_objects.Values;

    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(HubObject item)
    {
        if (!_objects.TryAdd(item.Name, item))
            throw new ArgumentException($"This hub has something named '{item.Name}' already.", nameof(item));
        Interlocked.Exchange(ref _added, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public bool Has(string name) => _objects.ContainsKey(name);

    /// <summary>Waits until there is something of this name: a hub can be found before its program has made all that it will have.</summary>
    public async Task WaitForAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Before the look, so that what is added after it is not missed.
            Task added = Volatile.Read(ref _added).Task;
            if (Has(name))
                return;
            await added.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Remove(HubObject item) => _objects.TryRemove(KeyValuePair.Create(item.Name, item));

    /// <summary>Starts the link of a connecting end, which it tells why if there is nothing for it.</summary>
    public Link Attach(HubRequest request)
    {
        if (Refusal(request, out HubObject? found) is { } refusal)
            return request.Refuse(settings, refusal, found?.WhyNotCode ?? ReasonCode.Given);
        return request.Role == LinkRole.Status ? StatusLink.Answer(request, settings, () => GetStatus(found)) : found!.Attach(request);
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
            string names = string.Join(", ", _objects.Keys.Order(StringComparer.Ordinal).Take(20).Select(static known => $"'{known}'"));
            return $"This hub has nothing named '{name}'. It has: {(names.Length == 0 ? "nothing" : names)}.";
        }
        return request.Role == LinkRole.Status || found.Serves(request.Role) ? null : found.WhyNot(request.Role);
    }
}
