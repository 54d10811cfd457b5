using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using CrossChannels.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Hubs, writers, readers and leased workers as services of a host.</summary>
public static class CrossChannelsServiceCollectionExtensions
{
    /// <summary>Adds a hub, which starts before everything else of the host and, when the host stops, lets readers drain it after everything else has stopped.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Its name: the key of its section in the configuration, and its address unless one is set.</param>
    /// <param name="configure">Sets its address, timeouts, limits, security.</param>
    /// <returns>Says what the hub has.</returns>
    public static ChannelHubBuilder AddCrossChannelHub(this IServiceCollection services, string name, Action<ChannelHubOptions>? configure = null)
    {
        AddCore(services, name);
        OptionsBuilder<ChannelHubOptions> options = services.AddOptions<ChannelHubOptions>(name);
        if (TryMark<ChannelHubOptions>(services, name))
        {
            options.Configure<HostingContext>((hub, context) => context.Configure(name, hub));
            options.PostConfigure<HostingContext>((hub, context) => context.Complete(name, hub)).ValidateOnStart();
            services.AddKeyedSingleton(name, (provider, _) => new HostedHub(name, OptionsOf<ChannelHubOptions>(provider, name), provider.GetRequiredService<HostingContext>()));
            services.AddSingleton(new HostedPart(name, null));
        }
        if (configure is not null)
            options.Configure(configure);
        return new ChannelHubBuilder(services, name);
    }

    /// <summary>
    /// Adds a writer of a channel that the host keeps open: keyed services <see cref="HostedChannelWriter{T}"/> and <see cref="ChannelWriter{T}"/> of the channel's name. Without a key
    /// the last one that was added for a type is found.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Its name: the key of the services, of its section in the configuration, and its address unless one is set.</param>
    /// <param name="configure">Sets its address, timeouts, security, items.</param>
    public static IServiceCollection AddChannelWriter<T>(this IServiceCollection services, string name, Action<ChannelEndOptions<T>>? configure = null)
    {
        AddEndOptions(services, name, configure);
        services.AddKeyedSingleton(name, (provider, _) => new HostedChannelWriter<T>(name, OptionsOf<ChannelEndOptions<T>>(provider, name), provider.GetRequiredService<HostingContext>()));
        services.AddKeyedSingleton<ChannelWriter<T>>(name, (provider, _) => provider.GetRequiredKeyedService<HostedChannelWriter<T>>(name));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<HostedChannelWriter<T>>(name));
        services.AddSingleton<ChannelWriter<T>>(provider => provider.GetRequiredKeyedService<HostedChannelWriter<T>>(name));
        services.AddSingleton(new HostedPart(null, provider => provider.GetRequiredKeyedService<HostedChannelWriter<T>>(name).End));
        return services;
    }

    /// <summary>
    /// Adds a reader of a channel that the host keeps open: keyed services <see cref="HostedChannelReader{T}"/> and <see cref="ChannelReader{T}"/> of the channel's name. Without a key
    /// the last one that was added for a type is found.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Its name: the key of the services, of its section in the configuration, and its address unless one is set.</param>
    /// <param name="configure">Sets its address, timeouts, security, items.</param>
    public static IServiceCollection AddChannelReader<T>(this IServiceCollection services, string name, Action<ChannelEndOptions<T>>? configure = null)
    {
        AddEndOptions(services, name, configure);
        services.AddKeyedSingleton(name, (provider, _) => HostedChannelReader<T>.OfItems(name, OptionsOf<ChannelEndOptions<T>>(provider, name), provider.GetRequiredService<HostingContext>()));
        services.AddKeyedSingleton<ChannelReader<T>>(name, (provider, _) => provider.GetRequiredKeyedService<HostedChannelReader<T>>(name));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<HostedChannelReader<T>>(name));
        services.AddSingleton<ChannelReader<T>>(provider => provider.GetRequiredKeyedService<HostedChannelReader<T>>(name));
        services.AddSingleton(new HostedPart(null, provider => provider.GetRequiredKeyedService<HostedChannelReader<T>>(name).End));
        return services;
    }

    /// <summary>
    /// Adds a worker that takes the items of a leased channel and has each handled by an object of a scope of its own. It is settled when that succeeds. When the host stops, the worker takes
    /// nothing new, finishes what it has within the host's shutdown time, and gives the rest back.
    /// </summary>
    /// <typeparam name="T">The item type.</typeparam>
    /// <typeparam name="THandler">Does the work; added as a scoped service unless it is one already.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="name">Its name: the key of its section in the configuration, and its address unless one is set.</param>
    /// <param name="configure">Sets how many items are worked on at a time, what becomes of failures, address, timeouts, security.</param>
    public static IServiceCollection AddLeasedWorker<T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IServiceCollection services, string name, Action<LeasedWorkerOptions<T>>? configure = null)
        where THandler : class, ILeaseHandler<T>
    {
        AddEndOptions(services, name, configure);
        services.TryAddScoped<THandler>();
        services.AddKeyedSingleton(name, (provider, _) => new LeasedWorker<T, THandler>(name, OptionsOf<LeasedWorkerOptions<T>>(provider, name), provider.GetRequiredService<HostingContext>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<LeasedWorker<T, THandler>>(name));
        services.AddSingleton(new HostedPart(null, provider => provider.GetRequiredKeyedService<LeasedWorker<T, THandler>>(name).End));
        return services;
    }

    private static TOptions OptionsOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(IServiceProvider provider, string name)
        where TOptions : class => provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);

    /// <summary>The configuration counts first, then code, in the order in which it was added.</summary>
    private static void AddEndOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        IServiceCollection services, string name, Action<TOptions>? configure)
        where TOptions : ChannelEndOptions
    {
        AddCore(services, name);
        OptionsBuilder<TOptions> options = services.AddOptions<TOptions>(name);
        if (TryMark<TOptions>(services, name))
        {
            options.Configure<HostingContext>((end, context) => context.Configure(name, end));
            options.PostConfigure<HostingContext>((end, context) => context.Complete(name, end)).ValidateOnStart();
        }
        if (configure is not null)
            options.Configure(configure);
    }

    private static bool TryMark<TOptions>(IServiceCollection services, string name)
    {
        if (services.Any(one => one.IsKeyedService && one.ServiceType == typeof(Registered<TOptions>) && Equals(one.ServiceKey, name)))
            return false;
        services.AddKeyedSingleton(name, new Registered<TOptions>());
        return true;
    }

    private static void AddCore(IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        AddHost(services);
    }

    internal static void AddHost(IServiceCollection services)
    {
        services.TryAddSingleton<HostingContext>();
        services.TryAddSingleton<ChannelHost>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ChannelHost>(static provider => provider.GetRequiredService<ChannelHost>()));
    }

    /// <summary>Options of this type and name are read from the configuration.</summary>
    private sealed class Registered<TOptions>;
}
