namespace CrossChannels.TestChild;

/// <summary>Has a lock, or a lease and another on its way, and fills its thread pool with work that blocks until the test says so.</summary>
internal static class StarveCommand
{
    public static Task<int> RunAsync(string what, string address) => what == "lock" ? HoldAsync(address) : LeaseAsync(address);

    private static async Task<int> HoldAsync(string address)
    {
        CrossLock gate = await CrossChannel.OpenLockAsync(address);
        LockHold hold = await gate.AcquireAsync();
        Starve();
        await TestChildProgram.SayAsync(hold.Lost.IsCancellationRequested ? "lost" : "held");
        await hold.ReleaseAsync();
        return 0;
    }

    private static async Task<int> LeaseAsync(string address)
    {
        LeasedReader<long> reader = await CrossChannel.OpenLeasedReaderAsync<long>(address);
        Lease<long> first = await reader.ReadAsync();
        Task<Lease<long>> second = reader.ReadAsync().AsTask();
        Starve();
        foreach (Lease<long> lease in (Lease<long>[])[first, await second])
        {
            await lease.CompleteAsync();
            await TestChildProgram.SayAsync($"{lease.Item} {lease.DeliveryCount}");
        }
        await reader.DisposeAsync();
        return 0;
    }

    private static void Starve()
    {
        ThreadPool.GetMinThreads(out int threads, out int ports);
        ThreadPool.SetMaxThreads(threads, ports);
        using var end = new ManualResetEventSlim();
        // Not disposed, since the last to signal may still be inside.
        var blocked = new CountdownEvent(2 * threads);
        for (int i = 0; i < 2 * threads; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    end.Wait();
                    blocked.Signal();
                },
                null);
        }
        Console.WriteLine("starved");
        Console.ReadLine();
        end.Set();
        blocked.Wait();
    }
}
