using System.Diagnostics;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>What the workers of the tests run.</summary>
internal static class PoolTasks
{
    private static int s_begunWith;

    public static int Square(int x) => x * x;

    public static async Task<int> SquareLater(int x)
    {
        await Task.Yield();
        return x * x;
    }

    public static int Product(int x, int y) => x * y;

    public static string Greet(string name) => $"hello {name}";

    public static Dish Cook(Dish dish) => dish with { Size = dish.Size + 1 };

    public static void Nothing()
    {
    }

    public static void Empty(int x) => _ = x;

    public static int EmptyValue(int x) => x;

    public static Task NothingLater() => Task.Delay(0, WorkerProcess.Stopping);

    public static int ProcessId() => Environment.ProcessId;

    public static int ProcessIdOf(int x) => Environment.ProcessId;

    public static int FailAt(int x, int bad) => x == bad ? throw new FormatException($"bad item {x}") : x;

    public static int FailAtSeven(int x) => FailAt(x, 7);

    public static Unwritable Unwritten(int x) => new(x);

    public static int ExitAtSeven(int x)
    {
        if (x == 7)
            Environment.Exit(33);
        return x;
    }

    public static int KillSelfAtSeven(int x)
    {
        if (x == 7)
            Process.GetCurrentProcess().Kill();
        return x;
    }

    /// <summary>Dies in the first process that comes here; a file tells the others.</summary>
    public static int KillSelfOnce(string marker, int x)
    {
        if (x == 3 && !File.Exists(marker))
        {
            File.WriteAllText(marker, "");
            Process.GetCurrentProcess().Kill();
        }
        return x;
    }

    public static int EatMemory(int x)
    {
        var held = new List<byte[]>();
        while (true)
            held.Add(new byte[x]);
    }

    public static int Hang(int x)
    {
        if (x == 7)
            Thread.Sleep(Timeout.Infinite);
        return x;
    }

    public static void HangVisibly(string marker)
    {
        File.WriteAllText(marker, "");
        Thread.Sleep(Timeout.Infinite);
    }

    public static async Task<int> WaitForCancel(int x)
    {
        await Task.Delay(Timeout.Infinite, WorkerProcess.Stopping);
        return x;
    }

    public static int Print(int megabytes)
    {
        var line = new string('x', 1023);
        for (int i = 0; i < megabytes * 1024; i++)
            Console.WriteLine(line);
        return megabytes;
    }

    public static void FailToBegin() => throw new InvalidOperationException("no such oven");

    public static void BeginWith(int value) => s_begunWith = value;

    public static int BegunWith(int x) => s_begunWith + x;

    public static async Task<int> Nested(int x)
    {
        await using var pool = new WorkerPool(1);
        return await pool.RunAsync(Square, x);
    }

    public static async Task Put(CrossChannelWriter<int> writer, int count)
    {
        for (int i = 0; i < count; i++)
            await writer.WriteAsync(i);
        writer.Complete();
    }

    public static async Task<int> Sum(CrossChannelReader<int> reader)
    {
        int sum = 0;
        await foreach (int item in reader.ReadAllAsync())
            sum += item;
        return sum;
    }

}
