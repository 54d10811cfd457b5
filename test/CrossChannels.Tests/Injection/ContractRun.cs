using System.Reflection;
using System.Text;

namespace CrossChannels.Tests.Injection;

/// <summary>Runs all tests of a contract with restless callers, several at a time, in the order that a seed gives.</summary>
internal static class ContractRun
{
    private const int AtATime = 8;

    public static async Task RunAsync(Func<Restlessness, ChannelCore> make, int seed)
    {
        (MethodInfo, object?[])[] tests = [.. TestsOf(make(new Restlessness(seed, keepsPlaces: true)))];
        new Random(seed).Shuffle(tests);
        await Parallel.ForEachAsync(
            tests, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (test, _) => await RunAsync(make, test.Item1, test.Item2, seed));
    }

    private static IEnumerable<(MethodInfo, object?[])> TestsOf(ChannelCore suite)
    {
        using var end = suite as IDisposable;
        foreach (MethodInfo method in suite.GetType().GetMethods().Where(static method => method.IsDefined(typeof(TestMethodAttribute))))
        {
            // A caller that comes back gets a task, which may be asked twice.
            if (method.Name.Contains("_ResultTakenTwice", StringComparison.Ordinal))
                continue;
            DataRowAttribute[] rows = [.. method.GetCustomAttributes<DataRowAttribute>()];
            if (rows.Length == 0)
                yield return (method, []);
            foreach (DataRowAttribute row in rows)
                yield return (method, row.Data);
        }
    }

    private static async Task RunAsync(Func<Restlessness, ChannelCore> make, MethodInfo test, object?[] arguments, int seed)
    {
        string name = $"{test.Name}({string.Join(", ", arguments)})";
        int hash = seed;
        foreach (byte one in Encoding.UTF8.GetBytes(name))
            hash = unchecked((hash * 31) + one);
        ChannelCore suite = make(new Restlessness(hash, keepsPlaces: true));
        try
        {
            await (Task)test.Invoke(suite, arguments)!;
        }
        catch (Exception e)
        {
            throw new AssertFailedException($"{suite.GetType().Name}.{name} by CROSSCHANNELS_SEED={seed}: {e}", e);
        }
        finally
        {
            (suite as IDisposable)?.Dispose();
        }
    }
}
