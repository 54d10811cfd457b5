using System.Collections.Concurrent;
using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>Everything that a hub owns, by name.</summary>
internal sealed class HubDirectory(LinkSettings settings)
{
    private readonly ConcurrentDictionary<string, HubObject> _objects = new(StringComparer.Ordinal);

    public IReadOnlyCollection<HubObject> Objects => (IReadOnlyCollection<HubObject>)_objects.Values;

    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(HubObject item)
    {
        if (!_objects.TryAdd(item.Name, item))
            throw new ArgumentException($"This hub has something named '{item.Name}' already.", nameof(item));
    }

    public void Remove(HubObject item) => _objects.TryRemove(KeyValuePair.Create(item.Name, item));

    /// <summary>Starts the link of a connecting end, which it tells why if there is nothing for it.</summary>
    public Link Attach(HubRequest request) => Refusal(request, out HubObject? found) is { } refusal
        ? request.Refuse(settings, refusal, found?.WhyNotCode ?? ReasonCode.Given)
        : found!.Attach(request);

    private string? Refusal(HubRequest request, out HubObject? found)
    {
        string name = request.Hello.Channel;
        if (request.Role == LinkRole.Duplex)
        {
            found = null;
            return "The address belongs to a hub, which has channels and locks by name: open them with OpenReaderAsync, OpenWriterAsync, OpenLeasedReaderAsync or OpenLockAsync.";
        }
        if (!_objects.TryGetValue(name, out found))
        {
            string names = string.Join(", ", _objects.Keys.Order(StringComparer.Ordinal).Take(20).Select(static known => $"'{known}'"));
            return $"This hub has nothing named '{name}'. It has: {(names.Length == 0 ? "nothing" : names)}.";
        }
        return found.Serves(request.Role) ? null : found.WhyNot(request.Role);
    }
}
