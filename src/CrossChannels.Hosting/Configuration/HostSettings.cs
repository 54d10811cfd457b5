using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace CrossChannels.Hosting;

/// <summary>Makes the options of hubs, ends and workers from the section <c>CrossChannels</c> of the configuration, and checks what code and configuration have made of them.</summary>
internal static class HostSettings
{
    private const string Root = "CrossChannels";

    /// <exception cref="OptionsValidationException">The configuration has mistakes: all of them, each with its path.</exception>
    public static void Read(IConfiguration? configuration, string name, ChannelEndOptions options)
    {
        var failures = new List<string>();
        options.Connection = ReadConnection(configuration, options.Connection, failures);
        if (SectionOf(configuration, "Channels", name, failures) is { } section)
        {
            section.Set(options, nameof(options.Address), Address, static (o, v) => With(o, () => o.Address = v));
            section.Set(options, nameof(options.MinReopenDelay), SettingsSection.Time, static (o, v) => With(o, () => o.MinReopenDelay = v));
            section.Set(options, nameof(options.MaxReopenDelay), SettingsSection.Time, static (o, v) => With(o, () => o.MaxReopenDelay = v));
            section.Set(options, nameof(ReconnectOptions.ResendUnreceived), SettingsSection.Flag, static (o, v) => With(o, () => o.Connection = Resending(o.Connection, v)));
            // An end and a worker of one channel share the section.
            section.Set(options, nameof(ILeasedWorkerOptions.Concurrency), SettingsSection.Number, static (o, v) => With(o, () => (o as ILeasedWorkerOptions)?.Concurrency = v));
            options.Connection = ConnectionSettings.Read(section.Section(nameof(options.Connection)), options.Connection);
            section.RefuseOthers();
        }
        Throw(name, options, failures);
    }

    /// <exception cref="OptionsValidationException">The configuration has mistakes: all of them, each with its path.</exception>
    public static void Read(IConfiguration? configuration, string name, ChannelHubOptions options)
    {
        var failures = new List<string>();
        HubOptions hub = options.Hub with { Connection = ReadConnection(configuration, options.Hub.Connection, failures) };
        if (SectionOf(configuration, "Hubs", name, failures) is { } section)
        {
            section.Set(options, nameof(options.Address), Address, static (o, v) => With(o, () => o.Address = v));
            hub = section.Set(hub, nameof(hub.DrainTimeout), SettingsSection.Time, static (o, v) => o with { DrainTimeout = v });
            hub = section.Set(hub, nameof(hub.RevokeTimeout), SettingsSection.Time, static (o, v) => o with { RevokeTimeout = v });
            hub = section.Set(hub, nameof(hub.MaxBytes), SettingsSection.LongNumber, static (o, v) => o with { MaxBytes = v });
            hub = hub with { Connection = ConnectionSettings.Read(section.Section(nameof(hub.Connection)), hub.Connection) };
            foreach ((string channel, SettingsSection channelSection) in section.Section("Channels")?.Children ?? [])
                options.Contents.Add(ReadChannel(channel, channelSection));
            foreach ((string key, _) in section.Section("Locks")?.Children ?? [])
                AddLock(options, section.Section("Locks")!, key);
            section.RefuseOthers();
        }
        options.Hub = hub;
        Throw(name, options, failures);
    }

    /// <summary>Gives what nobody has set its default, and checks the rest.</summary>
    /// <exception cref="OptionsValidationException">A value is missing or makes no sense.</exception>
    public static void Complete(string name, ChannelEndOptions options)
    {
        var failures = new List<string>();
        options.Address ??= DefaultAddress(name, $"{Root}:Channels:{name}:Address", failures);
        if (options.MinReopenDelay < TimeSpan.FromMilliseconds(1) || options.MaxReopenDelay < options.MinReopenDelay)
            failures.Add($"MinReopenDelay of '{name}' is {options.MinReopenDelay}, MaxReopenDelay {options.MaxReopenDelay}: the first must be 1 ms or more, and the second no less.");
        if (options is ILeasedWorkerOptions { Concurrency: < 1 } worker)
            failures.Add($"Concurrency of '{name}' is {worker.Concurrency}: a worker takes one item at a time, or more.");
        CheckTransport(name, options.Address, options.Connection, failures);
        Throw(name, options, failures);
    }

    /// <summary>Gives what nobody has set its default, and checks the rest.</summary>
    /// <exception cref="OptionsValidationException">A value is missing or makes no sense.</exception>
    public static void Complete(string name, ChannelHubOptions options)
    {
        var failures = new List<string>();
        options.Address ??= DefaultAddress(name, $"{Root}:Hubs:{name}:Address", failures);
        if (options.Address?.Channel is { } channel)
            failures.Add($"The address of hub '{name}' is '{options.Address}', which names a channel: leave '#{channel}' out.");
        CheckTransport(name, options.Address, options.Hub.Connection, failures);
        Throw(name, options, failures);
    }

    private static ChannelAddress Address(string text) => ChannelAddress.Parse(text);

    private static ChannelAddress? DefaultAddress(string name, string path, List<string> failures)
    {
        if (ChannelAddress.TryParse(name, out ChannelAddress? address))
            return address;
        failures.Add($"'{name}' is not an address, so that one must be set: {path}, or Address in code.");
        return null;
    }

    private static void CheckTransport(string name, ChannelAddress? address, ConnectionOptions connection, List<string> failures)
    {
        if (address?.Scheme == ChannelScheme.Tls && connection.Tls is null)
            failures.Add($"'{name}' is at {address}, and has no certificate: set Connection:Tls:CertificatePath, or Connection.Tls in code.");
        if (address?.Scheme == ChannelScheme.Tcp && !connection.AllowPlainTcp)
            failures.Add($"'{name}' is at {address}, which every user of this machine can reach, without encryption: set Connection:AllowPlainTcp to true if that is meant.");
    }

    private static ConnectionOptions ReadConnection(IConfiguration? configuration, ConnectionOptions options, List<string> failures)
    {
        IConfigurationSection? section = configuration?.GetSection($"{Root}:Connection");
        return section?.Exists() is true ? ConnectionSettings.Read(new SettingsSection(section, failures), options) : options;
    }

    private static SettingsSection? SectionOf(IConfiguration? configuration, string kind, string name, List<string> failures)
    {
        IConfigurationSection? section = configuration?.GetSection($"{Root}:{kind}:{name}");
        return section?.Exists() is true ? new SettingsSection(section, failures) : null;
    }

    private static HubContent ReadChannel(string name, SettingsSection section)
    {
        ChannelOptions options = section.Set<ChannelOptions, int>(new UnboundedChannelOptions(), "Capacity", SettingsSection.Number, static (_, v) => new BoundedChannelOptions(v));
        bool isLeased = section.Set(false, "Leased", SettingsSection.Flag, static (_, v) => v);
        LeaseOptions leases = section.Set(new LeaseOptions(), nameof(LeaseOptions.MaxDeliveries), SettingsSection.Number, static (o, v) => o with { MaxDeliveries = v });
        leases = section.Set(leases, nameof(LeaseOptions.CapacityRelease), SettingsSection.Choice<CapacityRelease>, static (o, v) => o with { CapacityRelease = v });
        if (!isLeased && leases != new LeaseOptions())
            section.Fail("Leased", "MaxDeliveries and CapacityRelease are for leased channels: set Leased to true.");
        int writers = section.Set(0, "ExpectedWriters", SettingsSection.Number, static (_, v) => v);
        var sharing = new SharedChannelOptions();
        sharing = section.Set(sharing, nameof(SharedChannelOptions.MaxQueuedBytes), SettingsSection.LongNumber, static (o, v) => o with { MaxQueuedBytes = v });
        sharing = section.Set(sharing, nameof(SharedChannelOptions.Completion), text => Policy(text, writers), static (o, v) => o with { Completion = v });
        ItemOptions items = section.Set(new ItemOptions(), nameof(ItemOptions.MaxItemBytes), SettingsSection.Number, static (o, v) => o with { MaxItemBytes = v });
        section.RefuseOthers();
        return new HubContent(name, hub =>
        {
            hub.Declare(name, options, isLeased ? leases : null, sharing, items);
            return null;
        });
    }

    private static void AddLock(ChannelHubOptions options, SettingsSection locks, string key)
    {
        if (locks.Text(key) is { } name)
            options.Contents.Add(new HubContent(name, hub => hub.CreateLock(name)));
    }

    private static CompletionPolicy Policy(string text, int writers) => text.ToUpperInvariant() switch
    {
        "ANYWRITER" => CompletionPolicy.AnyWriter,
        "OWNER" => CompletionPolicy.Owner,
        "LASTWRITER" => writers > 0 ? CompletionPolicy.LastWriter(writers) : throw new FormatException("LastWriter needs ExpectedWriters, at least 1."),
        _ => throw new FormatException($"'{text}' is none of AnyWriter, LastWriter, Owner."),
    };

    private static TOptions With<TOptions>(TOptions options, Action set)
    {
        set();
        return options;
    }

    private static ConnectionOptions Resending(ConnectionOptions connection, bool resends) =>
        connection with { Reconnect = (connection.Reconnect ?? new ReconnectOptions()) with { ResendUnreceived = resends } };

    private static void Throw(string name, object options, List<string> failures)
    {
        if (failures.Count > 0)
            throw new OptionsValidationException(name, options.GetType(), failures);
    }
}
