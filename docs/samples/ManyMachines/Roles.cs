using System.Globalization;
using CrossChannels;

namespace ManyMachines;

/// <summary>What one process does. It knows addresses, and not what is behind them.</summary>
internal static class Roles
{
    public static async Task<int> ProduceAsync(string address, int count)
    {
        await using CrossChannelWriter<int> jobs = await CrossChannel.OpenWriterAsync<int>(address);
        for (int i = 1; i <= count; i++)
            await jobs.WriteAsync(i);
        jobs.Complete();
        await jobs.FlushAsync();
        return 0;
    }

    public static async Task<int> WorkAsync(string jobsAddress, string resultsAddress, string gateAddress, string file)
    {
        await using LeasedReader<int> jobs = await CrossChannel.OpenLeasedReaderAsync<int>(jobsAddress);
        await using CrossChannelWriter<Result> results = await CrossChannel.OpenWriterAsync<Result>(resultsAddress);
        await using CrossLock gate = await CrossChannel.OpenLockAsync(gateAddress);
        await foreach (Lease<int> lease in jobs.ReadAllAsync())
        {
            await Task.Delay(5);
            await results.WriteAsync(new Result(lease.Item, (long)lease.Item * lease.Item, lease.DeliveryCount));
            await using (LockHold hold = await gate.AcquireAsync())
                await File.AppendAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"{hold.FencingToken} {lease.Item} {Environment.ProcessId}\n"));
            // Settled when the result is safe: a worker that dies before leaves the job to another.
            await results.FlushAsync();
#pragma warning disable VSTHRD103 // It is queued, and nobody needs to wait for the word of what holds it.
            lease.Complete();
#pragma warning restore VSTHRD103
        }
        return 0;
    }
}

/// <summary>A job that was done. It may come twice, from a worker that died between its result and its lease.</summary>
internal sealed record Result(int Number, long Square, int Delivery);
