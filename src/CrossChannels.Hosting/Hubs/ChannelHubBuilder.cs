using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CrossChannels.Hosting;

/// <summary>Says what a hub of this host has. Its owner's ends are keyed services of the channel's full name, such as <c>build#parts</c>.</summary>
public sealed class ChannelHubBuilder
{
    internal ChannelHubBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
    }

    /// <summary>The services of the host.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The name that the hub is registered by.</summary>
    public string Name { get; }

    /// <summary>Adds a channel with a capacity that is exact over all writers; a keyed <see cref="SharedChannel{T}"/>.</summary>
    /// <inheritdoc cref="ChannelHub.CreateBounded{T}(string, int, SharedChannelOptions?, ItemOptions{T}?)" path="/param"/>
    public ChannelHubBuilder AddBounded<T>(string name, int capacity, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null) =>
        Add(name, hub => hub.CreateBounded(name, capacity, sharing, items));

    /// <summary>Adds a channel without a limit of items; a keyed <see cref="SharedChannel{T}"/>.</summary>
    /// <inheritdoc cref="ChannelHub.CreateUnbounded{T}(string, SharedChannelOptions?, ItemOptions{T}?)" path="/param"/>
    public ChannelHubBuilder AddUnbounded<T>(string name, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null) =>
        Add(name, hub => hub.CreateUnbounded(name, sharing, items));

    /// <summary>Adds a channel whose items are settled one by one; a keyed <see cref="LeasedChannel{T}"/>.</summary>
    /// <inheritdoc cref="ChannelHub.CreateLeased{T}(string, int, LeaseOptions?, SharedChannelOptions?, ItemOptions{T}?)" path="/param"/>
    public ChannelHubBuilder AddLeased<T>(string name, int capacity, LeaseOptions? leases = null, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null) =>
        Add(name, hub => hub.CreateLeased(name, capacity, leases, sharing, items));

    /// <summary>Adds a channel whose item type this process does not know: the first to open it decides.</summary>
    /// <inheritdoc cref="ChannelHub.Declare(string, ChannelOptions, LeaseOptions?, SharedChannelOptions?, ItemOptions?)" path="/param"/>
    public ChannelHubBuilder Declare(string name, ChannelOptions options, LeaseOptions? leases = null, SharedChannelOptions? sharing = null, ItemOptions? items = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(options);
        AddContent(new HubContent(name, hub =>
        {
            hub.Declare(name, options, leases, sharing, items);
            return null;
        }));
        return this;
    }

    /// <summary>Adds a lock; a keyed <see cref="CrossLock"/>.</summary>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    public ChannelHubBuilder AddLock(string name) => Add(name, hub => hub.CreateLock(name));

    private ChannelHubBuilder Add<TObject>(string name, Func<ChannelHub, TObject> create)
        where TObject : class
    {
        ArgumentNullException.ThrowIfNull(name);
        AddContent(new HubContent(name, create));
        string hub = Name;
        // The hub owns it and ends it; the container must not.
        Services.TryAddKeyedTransient(
            $"{hub}#{name}",
            (services, _) => (TObject)services.GetRequiredKeyedService<HostedHub>(hub).Get(name));
        return this;
    }

    private void AddContent(HubContent content) => Services.Configure<ChannelHubOptions>(Name, options => options.Contents.Add(content));
}
