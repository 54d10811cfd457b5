using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace CrossChannels.TestChild;

/// <summary>Connects in a process that cannot have segments, says whether items cross by shared memory and how often the log says why not, and sends items back.</summary>
internal static partial class LackSegmentsCommand
{
    public static async Task<int> RunAsync(string how, string address)
    {
        Lack(how);
        var log = new NoLaneCounter();
        await using DuplexChannel<long, long> both = await CrossChannel.ConnectAsync<long, long>(address, new() { Reading = new BoundedChannelOptions(16 << 20), Connection = new() { Logger = log } });
        await TestChildProgram.SayAsync($"{both.Peer!.IsSharedMemory} {log.Count}");
        await foreach (long item in both.Reader.ReadAllAsync())
            await both.Writer.WriteAsync(item + 1);
        both.Writer.Complete();
        return 0;
    }

    /// <summary>Owns a channel of longs.</summary>
    public static async Task<int> OwnHubAsync(string how, string address)
    {
        Lack(how);
        var log = new NoLaneCounter();
        await using SharedChannel<long> channel = await CrossChannel.CreateBoundedAsync<long>($"{address}#longs", 16 << 20, hub: new HubOptions { Connection = new() { Logger = log } });
        await TestChildProgram.SayAsync("owns");
        await TestChildProgram.WaitForTestAsync();
        await TestChildProgram.SayAsync($"{log.Count}");
        return 0;
    }

    /// <summary>Opens both ends of a channel of longs, says how often the log says why items do not cross by shared memory, and writes back what it reads.</summary>
    public static async Task<int> UseHubAsync(string how, string address)
    {
        Lack(how);
        var log = new NoLaneCounter();
        ConnectionOptions connection = new() { Logger = log };
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>($"{address}#there", connection: connection);
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>($"{address}#back", connection: connection);
        await TestChildProgram.SayAsync($"open {log.Count}");
        await foreach (long item in reader.ReadAllAsync())
            await writer.WriteAsync(item + 1);
        writer.Complete();
        return 0;
    }

    private static void Lack(string how)
    {
        switch (how)
        {
            case "forbidden":
                Forbid(error: 1);
                break;
            case "unknown":
                Forbid(error: 38);
                break;
            case "file-size":
                SetLimit(resource: 1, 1 << 20);
                break;
        }
    }

    private static void SetLimit(int resource, ulong bytes)
    {
        if (SetLimit(resource, [bytes, bytes]) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>A filter of the kernel for all threads, by which memfd_create fails.</summary>
    private static unsafe void Forbid(uint error)
    {
        bool isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        Step* steps = stackalloc Step[]
        {
            new(0x20, 0, 0, 0),
            new(0x15, 0, 1, isArm ? 279u : 319u),
            new(0x06, 0, 0, 0x0005_0000 | error),
            new(0x06, 0, 0, 0x7fff_0000),
        };
        var filter = new Filter { Length = 4, Steps = steps };
        if (Control(38, 1, 0, 0, 0) != 0 || Call(isArm ? 277 : 317, 1, 1, &filter) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ulong[] limit);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial nint Call(nint number, nint operation, nint flags, Filter* filter);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Step(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Filter
    {
        public ushort Length;
        public Step* Steps;
    }
}
