using System.Threading.Channels;

namespace CrossChannels.TestChild;

/// <summary>Owns channels and a lock, or a way to one, and returns from Main while threads of its own are inside calls that wait: what they threw would end the process.</summary>
internal static class BlockAtExitCommand
{
    public static async Task<int> RunAsync(string what, string address)
    {
        object owner = what switch
        {
            "remote-lock" => await BlockRemotelyAsync(address),
            "lock" => await BlockInLockAsync(address),
            "pair" => await BlockInPairAsync(),
            _ => await BlockInChannelAsync(what, address),
        };
        await TestChildProgram.SayAsync("blocked");
        await TestChildProgram.WaitForTestAsync();
        GC.KeepAlive(owner);
        return 0;
    }

    private static async Task<object> BlockInChannelAsync(string what, string address)
    {
        BoundedChannelOptions options = what switch
        {
            "wait" => new BoundedChannelOptions(1),
            "drop" => new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest },
            _ => new BoundedChannelOptions(0),
        };
        SharedChannel<int> empty = await CrossChannel.CreateBoundedAsync<int>(address, options);
        Block(empty.Reader.ReadAsync().AsTask());
        Block(empty.Reader.WaitToReadAsync().AsTask());
        ChannelHub hub = await ChannelHub.StartAsync(address + "-full");
        SharedChannel<int> full = hub.CreateBounded<int>("full", options);
        if (what != "drop")
        {
            full.Writer.TryWrite(1);
            Block(full.Writer.WriteAsync(2).AsTask());
            Block(full.Writer.WaitToWriteAsync().AsTask());
        }
        if (what != "rendezvous")
        {
            full.Writer.TryWrite(3);
            Block(full.Writer.JoinAsync().AsTask());
        }
        return (empty, hub, full);
    }

    private static async Task<object> BlockInLockAsync(string address)
    {
        ChannelHub hub = await ChannelHub.StartAsync(address);
        CrossLock gate = hub.CreateLock("gate");
        LockHold hold = await gate.AcquireAsync();
        Block(gate.AcquireAsync().AsTask());
        return (hub, gate, hold);
    }

    private static async Task<object> BlockRemotelyAsync(string address)
    {
        CrossLock gate = await CrossChannel.OpenLockAsync(address);
        Block(gate.AcquireAsync().AsTask());
        return gate;
    }

    /// <summary>One end of a pair is given away, and nobody opens it.</summary>
    private static async Task<object> BlockInPairAsync()
    {
        (DuplexChannel<int, int> stayed, DuplexChannel<int, int> given) = CrossChannel.CreatePair<int, int>();
        TransferTicket ticket = await given.TransferAsync("nobody");
        Block(stayed.Reader.ReadAsync().AsTask());
        Block(stayed.Reader.WaitToReadAsync().AsTask());
        return (stayed, given, ticket);
    }

    private static void Block(Task call)
    {
#pragma warning disable VSTHRD002 // A thread of a program that blocks is what is tested.
        new Thread(() => call.GetAwaiter().GetResult()) { IsBackground = true }.Start();
#pragma warning restore VSTHRD002
    }
}
