using System.CommandLine;
using System.Text.Json;
using CrossChannels.Tool.Output;

namespace CrossChannels.Tool.Commands;

/// <summary><c>lock status</c>: who holds a lock, and who waits for it.</summary>
internal static class LockCommand
{
    private static readonly Argument<ChannelAddress> s_address = CommonOptions.Address("A lock, such as build#gate.");
    private static readonly Option<bool> s_json = new("--json") { Description = "As one line of JSON." };
    private static readonly ConnectOptions s_connect = new();

    public static Command Create()
    {
        var status = new Command("status", "Shows who holds a lock, and who waits for it.") { s_address, s_json };
        s_connect.AddTo(status);
        status.SetAction(RunAsync);
        return new Command("lock", "Locks of a hub.") { status };
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        LockStatus gate = await CrossChannel.GetLockStatusAsync(parsed.GetRequiredValue(s_address), s_connect.Read(parsed), cancellationToken);
        Console.WriteLine(parsed.GetValue(s_json) ? JsonSerializer.Serialize(gate, StatusJson.Default.LockStatus) : StatusText.Of(gate));
        return ExitCode.Success;
    }
}
