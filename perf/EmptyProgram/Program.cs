using System.Diagnostics;

namespace EmptyProgram;

/// <summary>A program that only tells when it came to <c>Main</c>: the baseline of starting a worker.</summary>
internal static class Program
{
    private static void Main()
    {
        long time = Stopwatch.GetTimestamp();
        Console.WriteLine(time);
    }
}
