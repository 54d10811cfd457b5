using System.Threading.Channels;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Reports;

namespace CrossChannels.Workers.Pool;

/// <summary>The life of one worker of a pool: starts its process, takes what it says, and sees to its end.</summary>
internal sealed class WorkerLife(PoolScheduler scheduler, WorkerSlot slot, WorkerPoolOptions options, PoolWorkerFactory factory)
{
    private const int BatchSize = 64;

    /// <summary>A worker whose link has ended is about to exit, with a code that tells why.</summary>
    public static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(5);

    public static string Describe(WorkerExit? exit) => exit?.ToString() ?? "it is not known how";

    public async Task RunAsync()
    {
        Exception? error = null;
        WorkerExit? exit = null;
        IPoolWorker? worker = null;
        try
        {
            slot.LimitStart(options.StartTimeout);
            worker = await factory(slot.Name, slot.Starting).ConfigureAwait(false);
            WorkerConnection connection = scheduler.Attach(slot, worker);
            CancellationTokenRegistration killing = slot.Starting.UnsafeRegister(static state => ((IPoolWorker)state!).Kill(), worker);
            try
            {
                if (options.Initializer is { } initializer)
                    slot.Given = await initializer.GiveAsync(slot.Name).ConfigureAwait(false);
                await connection.InitializeAsync(options, slot.Given).ConfigureAwait(false);
                await ReceiveAsync(worker).ConfigureAwait(false);
            }
            finally
            {
                // Not disposed, which would wait for a kill that is at work and may itself wait for this.
                killing.Unregister();
            }
        }
        catch (ChannelClosedException)
        {
            // How the process ended tells more.
        }
#pragma warning disable CA1031 // It is told to the calls, or by the log.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
            worker?.Kill();
        }
        if (worker is not null)
            exit = await EndAsync(worker).ConfigureAwait(false);
        slot.Given?.Withdraw(new ConnectionLostException(
            $"{slot.Name} was lost before it opened its end: {Describe(exit)}.", error ?? slot.StartFailure, exitCode: exit?.ExitCode));
        scheduler.Lose(slot, exit, error);
    }

    private static async Task<WorkerExit?> EndAsync(IPoolWorker worker)
    {
        try
        {
            await Task.WhenAny(worker.Exited, Task.Delay(ExitTimeout)).ConfigureAwait(false);
            if (!worker.Exited.IsCompleted)
                worker.Kill();
            WorkerExit exit = await worker.Exited.ConfigureAwait(false);
            await worker.DisposeAsync().ConfigureAwait(false);
            return exit;
        }
#pragma warning disable CA1031 // The worker is gone all the same.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    /// <summary>Takes what the worker says until its link ends.</summary>
    private async Task ReceiveAsync(IPoolWorker worker)
    {
        var batch = new ReadOnlyMemory<byte>[BatchSize];
        while (true)
        {
            int count = await worker.Link.Reader.ReadManyAsync(batch).ConfigureAwait(false);
            for (int i = 0; i < count; i++)
            {
                Take(new MessageReader(batch[i]));
                batch[i] = default;
            }
            scheduler.Feed(slot);
        }
    }

    private void Take(MessageReader reader)
    {
        switch ((PoolMessage)reader.Byte())
        {
            case PoolMessage.Ready:
                scheduler.SetReady(slot);
                break;
            case PoolMessage.NotReady:
                scheduler.FailStart(slot, FailureReport.Read(reader, Where(options.Initializer?.Method)));
                break;
            case PoolMessage.Results:
                TakeResults(reader);
                break;
            case PoolMessage.Returned:
                TakeReturned(reader);
                break;
            default:
                throw new InvalidDataException($"{slot.Name} sent a message that this build does not know.");
        }
    }

    private void TakeResults(MessageReader reader)
    {
        int id = reader.Int32();
        var state = (ChunkState)reader.Byte();
        int microseconds = reader.Int32();
        int count = reader.Int32();
        Chunk chunk = scheduler.Assignments.AtWork(slot, id, count, out bool isStopped);
        if (!isStopped && TryRead(chunk, count, reader) && state == ChunkState.Failed)
        {
            int task = chunk.Next + count;
            string where = Where(chunk.Call.Method) + (chunk.Call.HasItems ? $" at item {task}" : "");
            scheduler.Fail(chunk.Call, task, FailureReport.Read(reader, where));
        }
        scheduler.Assignments.Advance(slot, chunk, count, state, microseconds);
    }

    private void TakeReturned(MessageReader reader)
    {
        int[] ids = new int[reader.Int32()];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = reader.Int32();
        scheduler.Assignments.TakeBack(slot, ids);
    }

    private bool TryRead(Chunk chunk, int count, MessageReader reader)
    {
        try
        {
            chunk.Call.Read(chunk, count, reader);
            if (chunk.Call.DueFailure is { } due)
                scheduler.Stop(chunk.Call, due);
            return true;
        }
#pragma warning disable CA1031 // A serializer, or a receiver of progress, may throw anything, and its call is to know.
        catch (Exception e)
#pragma warning restore CA1031
        {
            scheduler.Stop(chunk.Call, e);
            return false;
        }
    }

    private string Where(PoolMethod? method) => $"{slot.Name} failed in {method?.DisplayName}";
}
