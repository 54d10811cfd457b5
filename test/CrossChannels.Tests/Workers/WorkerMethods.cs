using System.Reflection;
using System.Threading.Channels;
using CrossChannels.Workers;
using CrossChannels.Workers.Running;

namespace CrossChannels.Tests.Workers;

/// <summary>What the tests run in workers.</summary>
internal static class WorkerMethods
{
    public sealed record Order(string Name, List<int> Numbers, DateTimeOffset At);

    public static void Nothing()
    {
    }

    public static void Say(string text) => Console.WriteLine(text);

    public static void SayUnits(string text) => Console.WriteLine(string.Join(' ', text.Select(static unit => (int)unit)));

    public static void SayFour(string text, int whole, long large, double real) => Console.WriteLine($"{text} {whole} {large} {real}");

    public static void SayFlag(bool flag, byte[]? bytes) => Console.WriteLine($"{flag} {(bytes is null ? "null" : Convert.ToHexString(bytes))}");

    public static void SayAny(object? value, IComparable comparable) => Console.WriteLine($"{value?.GetType().Name ?? "null"} {value} {comparable}");

    public static void SayOrder(Order order, IReadOnlyList<int> more, DayOfWeek day, (Guid Id, byte B) pair) =>
        Console.WriteLine($"{order.Name} {string.Join(',', order.Numbers.Concat(more))} {order.At:O} {day} {pair}");

    public static void SayGeneric<T>(T value) => Console.WriteLine($"{typeof(T).Name} {value}");

    public static void SaySurroundings(string variable)
    {
        Console.WriteLine(Environment.GetEnvironmentVariable(variable) ?? "nothing");
        Console.WriteLine(Environment.CurrentDirectory);
        Console.WriteLine(Environment.GetEnvironmentVariable("CROSSCHANNELS_WORKER") ?? Environment.GetEnvironmentVariable("DOTNET_STARTUP_HOOKS") ?? "clean");
        Console.WriteLine(WorkerProcess.IsWorker);
        Console.WriteLine(System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name);
        Console.WriteLine(Console.In.ReadLine() ?? "no input");
    }

    public static async Task SayLater(string text)
    {
        await Task.Yield();
        Console.WriteLine(text);
    }

    public static void Throw(string message) => throw new InvalidDataException(message, new ArithmeticException("inner"));

    public static async Task ThrowLater(string message)
    {
        await Task.Yield();
        throw new InvalidDataException(message);
    }

    public static void ExitWith(int code) => Environment.Exit(code);

    public static void FailFast() => Environment.FailFast("on purpose");

    public static void ThrowOnOtherThread()
    {
        new Thread(static () => throw new InvalidDataException("elsewhere")).Start();
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Says its number, and never lets go of its thread.</summary>
    public static void Spin()
    {
        Console.WriteLine(Environment.ProcessId);
        for (ulong i = 0; ; i++)
        {
            if (i == ulong.MaxValue)
                Console.WriteLine();
        }
    }

    /// <summary>The same, once signals are handled as in a worker.</summary>
    public static void SpinUnderSignals()
    {
        SpinWait.SpinUntil(AreSignalsHandled);
        Spin();
    }

    /// <summary>Nothing tells it from outside the process, and the library has no use for it.</summary>
    private static bool AreSignalsHandled() =>
        typeof(WorkerSignals).GetField("s_registrations", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null) is not null;

    public static void WaitForever() => Thread.Sleep(Timeout.Infinite);

    public static async Task WaitForStopping(string ending)
    {
        CancellationToken stopping = WorkerProcess.Stopping;
        Console.WriteLine("waiting");
        try
        {
            await Task.Delay(Timeout.Infinite, stopping);
        }
        catch (OperationCanceledException) when (ending == "return")
        {
            Console.WriteLine("canceled");
        }
    }

    public static void IgnoreStopping()
    {
        Console.WriteLine(WorkerProcess.Stopping.CanBeCanceled);
        Thread.Sleep(Timeout.Infinite);
    }

    public static void Print(int lines)
    {
        for (int i = 0; i < lines; i++)
        {
            Console.WriteLine($"line {i} of what is more than a pipe holds");
            if (i % 10 == 0)
                Console.Error.WriteLine($"error {i}");
        }
    }

    public static async Task Square(ChannelReader<int> numbers, ChannelWriter<long> squares)
    {
        await foreach (int number in numbers.ReadAllAsync())
            await squares.WriteAsync((long)number * number);
        squares.Complete();
    }

    public static async Task Echo(Channel<string, string> link)
    {
        await foreach (string text in link.Reader.ReadAllAsync())
            await link.Writer.WriteAsync(text + text);
        link.Writer.Complete();
    }

    public static async Task HoldWriter(CrossChannelWriter<string> writer)
    {
        await writer.WriteAsync("here");
        await writer.FlushAsync();
        await Task.Delay(Timeout.Infinite);
    }

    public static async Task UseLock(CrossLock gate, CrossChannelWriter<string> writer)
    {
        await using LockHold hold = await gate.AcquireAsync();
        await writer.WriteAsync($"{hold.FencingToken > 0}");
    }

    public static async Task StartAnother(ChannelWriter<int> numbers)
    {
        await numbers.WriteAsync(Environment.ProcessId);
        await using WorkerProcess inner = await WorkerProcess.StartAsync(WriteNumber, numbers);
        (await inner.WaitForExitAsync()).EnsureSuccess();
    }

    public static async Task StartOneThatWaits()
    {
        await using WorkerProcess inner = await WorkerProcess.StartAsync(WaitForever);
        Console.WriteLine(inner.ProcessId);
        await inner.WaitForExitAsync();
    }

    public static async Task WriteNumber(ChannelWriter<int> numbers) => await numbers.WriteAsync(Environment.ProcessId);
}
