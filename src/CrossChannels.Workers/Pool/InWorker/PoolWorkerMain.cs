using System.Reflection;
using System.Threading.Channels;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Methods;
using CrossChannels.Workers.Reports;
using CrossChannels.Workers.Running;

namespace CrossChannels.Workers.Pool;

/// <summary>
/// A worker of a pool: takes messages while tasks run, so that a running one can be canceled and what waits behind it taken back.
/// </summary>
internal sealed class PoolWorkerMain
{
    private const int BatchSize = 64;

    private readonly DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> _link;
    private readonly WorkQueue _queue = new();
    private readonly Dictionary<int, (MethodRunner? Runner, Exception? Refusal)> _methods = [];
    private TaskLoop? _tasks;

    private PoolWorkerMain(DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> link)
    {
        _link = link;
    }

    /// <summary>What runs in the worker's process until the pool completes the link, or is gone.</summary>
    public static async Task RunAsync(DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> link)
    {
        await using (link.ConfigureAwait(false))
            await new PoolWorkerMain(link).ReceiveAsync(WorkerProcess.Stopping).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var batch = new ReadOnlyMemory<byte>[BatchSize];
        try
        {
            while (true)
            {
                int count = await _link.Reader.ReadManyAsync(batch, cancellationToken).ConfigureAwait(false);
                for (int i = 0; i < count; i++)
                {
                    await TakeAsync(batch[i]).ConfigureAwait(false);
                    batch[i] = default;
                }
            }
        }
        catch (ChannelClosedException)
        {
            // Completed: the pool no longer needs this worker. Any other end is that of a process, this one or the parent's, which is to go
            // its own way:
            // to return would give the exit code of success to a worker that a task is exiting.
            if (_link.Reader.Ending?.Kind != EndingKind.Completed)
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The parent ends, and this worker with it.
        }
    }

    private async ValueTask TakeAsync(ReadOnlyMemory<byte> message)
    {
        var reader = new MessageReader(message);
        switch ((PoolMessage)reader.Byte())
        {
            case PoolMessage.Initialize:
                _tasks = new TaskLoop(_link.Writer, _queue, reportsEach: reader.Byte() != 0);
                await InitializeAsync(reader).ConfigureAwait(false);
                break;
            case PoolMessage.Define:
                Define(reader);
                break;
            case PoolMessage.Chunk:
                Add(reader);
                break;
            case PoolMessage.Cancel:
                _queue.Cancel(reader.Int32());
                break;
            case PoolMessage.Recall:
                await ReturnAsync(reader.Int32()).ConfigureAwait(false);
                break;
            default:
                throw new InvalidDataException("The pool sent a message that this build does not know.");
        }
    }

    private async Task InitializeAsync(MessageReader reader)
    {
        var answer = new MessageWriter();
        answer.Begin((byte)PoolMessage.Ready);
        if (reader.Byte() != 0)
        {
            try
            {
                (MethodRunner? runner, Exception? refusal) = _methods[Define(reader)];
                if (refusal is not null)
                    throw refusal;
                // A thread of its own: this one takes messages.
                await Task.Run(() => RunInitializerAsync(runner!, reader)).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // It goes to the pool, whatever it is.
            catch (Exception e)
#pragma warning restore CA1031
            {
                answer.Begin((byte)PoolMessage.NotReady);
                FailureReport.Write(answer, e);
            }
        }
        await _link.Writer.WriteAsync(answer.Written).ConfigureAwait(false);
    }

    private void Add(MessageReader reader)
    {
        int id = reader.Int32();
        int callId = reader.Int32();
        (MethodRunner? runner, Exception? refusal) = _methods[reader.Int32()];
        if (_queue.Add(new WorkChunk(id, callId, reader.Int32(), runner, refusal, reader)))
            ThreadPool.QueueUserWorkItem(static tasks => _ = tasks.RunAsync(), _tasks!, preferLocal: false);
    }

    private async ValueTask ReturnAsync(int most)
    {
        List<int> recalled = _queue.Recall(most);
        var writer = new MessageWriter();
        writer.Begin((byte)PoolMessage.Returned);
        writer.Int32(recalled.Count);
        foreach (int id in recalled)
            writer.Int32(id);
        await _link.Writer.WriteAsync(writer.Written).ConfigureAwait(false);
    }

    /// <summary>What it returns does not go anywhere, and its ends stay open: they are for the tasks.</summary>
    private static Task RunInitializerAsync(MethodRunner runner, MessageReader reader)
    {
        List<IAsyncDisposable>? ends = null;
        return runner.Invoke(reader, ref ends) as Task ?? Task.CompletedTask;
    }

    /// <summary>Notes a method, or why it cannot be run here; returns its number.</summary>
    private int Define(MessageReader reader)
    {
        int id = reader.Int32();
        try
        {
            MethodInfo method = MethodFinder.Find(reader, WorkerEnvironment.Listed, out object? target);
            _methods[id] = (new MethodRunner(method, target), null);
        }
#pragma warning disable CA1031 // It fails the tasks of this method, and no others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _methods[id] = (null, e);
        }
        return id;
    }
}
