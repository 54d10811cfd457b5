using System.CommandLine;
using CrossChannels.Tool.Items;

namespace CrossChannels.Tool.Commands;

/// <summary>What the items of a channel are, for commands that send or receive them.</summary>
internal sealed class ItemArguments
{
    private readonly Argument<ChannelAddress> _address = CommonOptions.Address("A channel, such as build#parts.");
    private readonly Option<string?> _type = new("--type")
    {
        Description = "What its items are: json, text, bytes (as Base64), or a type such as Int64. Default: what the channel has; json for one that nobody has used.",
        HelpName = "TYPE",
    };

    private readonly Option<string?> _contract = new("--contract")
    {
        Description = "The contract's name in a channel that nobody has used, such as MyApp.Job. Default: of JSON that of JsonElement.",
        HelpName = "NAME",
    };

    private readonly ConnectOptions _connect = new();

    public void AddTo(Command command)
    {
        command.Add(_address);
        command.Add(_type);
        command.Add(_contract);
        _connect.AddTo(command);
    }

    /// <summary>Asks the hub what the channel has.</summary>
    public async Task<ChannelToUse> FindAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ChannelAddress address = parsed.GetRequiredValue(_address);
        ConnectionOptions connection = _connect.Read(parsed);
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync(address, connection, cancellationToken);
        return new ChannelToUse(address, connection, status, ItemFormat.Of(status, parsed.GetValue(_type), parsed.GetValue(_contract)));
    }
}

/// <summary>A channel, and how its items become lines.</summary>
internal sealed record ChannelToUse(ChannelAddress Address, ConnectionOptions Connection, ChannelStatus Status, ItemFormat Format)
{
    public Task<ISender> OpenWriterAsync(CancellationToken cancellationToken) => Format.OpenWriterAsync(Address, Connection, cancellationToken);

    public Task<IReceiver> OpenReaderAsync(CancellationToken cancellationToken) =>
        Format.OpenReaderAsync(Address, Status.IsLeased, Connection, cancellationToken);
}
