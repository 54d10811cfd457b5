using CrossChannels.Workers;

namespace FromPython;

/// <summary>Five workers square six numbers: five at work at once, never six, and the results in order.</summary>
internal static class PoolOfFive
{
    public static async Task RunAsync()
    {
        await using var pool = new WorkerPool(5);
        await pool.StartAsync();
        int[] squares = await pool.MapAsync(SquareAsync, Enumerable.Range(1, 6));
        Console.WriteLine(string.Join(", ", squares));
    }

    private static async Task<int> SquareAsync(int x)
    {
        Console.WriteLine($"{x} begins");
        await Task.Delay(1000);
        Console.WriteLine($"{x} ends");
        return x * x;
    }
}
