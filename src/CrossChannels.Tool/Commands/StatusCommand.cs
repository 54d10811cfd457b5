using System.CommandLine;
using System.Text.Json;
using CrossChannels.Tool.Output;

namespace CrossChannels.Tool.Commands;

/// <summary><c>status</c>: what a hub says of itself.</summary>
internal static class StatusCommand
{
    private static readonly Argument<ChannelAddress> s_address = CommonOptions.Address("A hub, such as build, or one of its channels, such as build#parts.");
    private static readonly Option<bool> s_json = new("--json") { Description = "As one line of JSON." };
    private static readonly ConnectOptions s_connect = new();

    public static Command Create()
    {
        var command = new Command("status", "Shows how full the channels of a hub are, who is at them, and who waits.") { s_address, s_json };
        s_connect.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ChannelAddress address = parsed.GetRequiredValue(s_address);
        ConnectionOptions connection = s_connect.Read(parsed);
        bool isJson = parsed.GetValue(s_json);
        if (address.Channel is not null)
        {
            ChannelStatus channel = await CrossChannel.GetChannelStatusAsync(address, connection, cancellationToken);
            Console.WriteLine(isJson ? JsonSerializer.Serialize(channel, StatusJson.Default.ChannelStatus) : StatusText.Of(channel));
            return ExitCode.Success;
        }
        HubStatus hub = await CrossChannel.GetHubStatusAsync(address, connection, cancellationToken);
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(hub, StatusJson.Default.HubStatus));
            return ExitCode.Success;
        }
        Console.WriteLine($"{hub.Address}, process {hub.ProcessId}");
        foreach (ChannelStatus channel in hub.Channels)
            Console.WriteLine($"  {StatusText.Of(channel)}");
        foreach (LockStatus gate in hub.Locks)
            Console.WriteLine($"  {StatusText.Of(gate)}");
        return ExitCode.Success;
    }
}
