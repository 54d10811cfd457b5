using CrossChannels;

namespace Hub;

/// <summary>What a running hub says of itself, a line for each channel and lock.</summary>
internal static class StatusReport
{
    public static async Task<int> WriteAsync(string address)
    {
        HubStatus hub = await CrossChannel.GetHubStatusAsync(address);
        Console.WriteLine($"{hub.Address}, process {hub.ProcessId}");
        foreach (ChannelStatus channel in hub.Channels)
        {
            string capacity = channel.Capacity is { } most ? $" of {most:N0}" : "";
            Console.WriteLine(
                $"  {channel.Name}: {channel.Depth:N0}{capacity} queued, {channel.InFlight:N0} at readers; {channel.Writers.Count} writers, {channel.Readers.Count} readers"
                + (channel.IsCompleted ? "; completed" : ""));
        }
        foreach (LockStatus gate in hub.Locks)
            Console.WriteLine($"  {gate.Name}: {(gate.Holder is { } holder ? $"held by process {holder.ProcessId}" : "free")}; {gate.Waiters.Count} wait; token {gate.FencingToken}");
        return 0;
    }
}
