using System.Diagnostics;
using Spectre.Console;

namespace CrossChannels.Tool.Output;

/// <summary>Shows how far a transfer is on standard error, if that is a terminal, and says at the end what was done.</summary>
internal sealed class TransferProgress(string verb, bool isQuiet)
{
    private static readonly IAnsiConsole s_console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    private readonly long _started = Stopwatch.GetTimestamp();
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Add() => Interlocked.Increment(ref _count);

    /// <summary>Does the work while it is shown.</summary>
    public async Task<T> ShowAsync<T>(Func<Task<T>> work)
    {
        T result = isQuiet || Console.IsErrorRedirected
            ? await work()
            : await s_console.Status().Spinner(Spinner.Known.Line).StartAsync($"{verb} ...", context => ShowAsync(context, work()));
        if (!isQuiet)
            await Console.Error.WriteLineAsync($"{verb} {Count:N0} items in {Stopwatch.GetElapsedTime(_started).TotalSeconds:0.0} s");
        return result;
    }

    private async Task<T> ShowAsync<T>(StatusContext context, Task<T> work)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        long before = 0;
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask());
            long count = Count;
            context.Status($"{verb} {count:N0} items, {(count - before) * 4:N0} a second");
            before = count;
        }
        return await work;
    }
}
