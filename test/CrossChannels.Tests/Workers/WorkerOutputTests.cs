using System.IO.Pipes;
using CrossChannels.Tests.Faults;
using CrossChannels.Workers;
using CrossChannels.Workers.Lifetime;

namespace CrossChannels.Tests.Workers;

/// <summary>All that a worker wrote is taken, however long its writer takes; and nothing of the user's that throws keeps a worker from its end.</summary>
[TestClass]
public sealed class WorkerOutputTests
{
    [TestMethod]
    public async Task Output_OfASlowWriter_IsTakenWhole()
    {
        const int Lines = 1000;
        using var output = new SlowStart();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.Print, Lines, new WorkerOptions { Output = output, Error = TextWriter.Null });
        await Wait.Until(() => !LiveProcesses.IsAlive(worker.ProcessId));
        Assert.IsFalse(worker.HasExited);

        // Longer than a pipe is waited for.
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        output.Release();
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        Assert.HasCount(Lines, output.ToString().TrimEnd('\n').Split('\n'));
    }

    [TestMethod]
    public async Task Pipe_ThatOthersHoldOpen_IsNotWaitedForLong()
    {
        using var write = new AnonymousPipeServerStream(PipeDirection.Out);
        using var read = new AnonymousPipeClientStream(PipeDirection.In, write.ClientSafePipeHandle);
        await write.WriteAsync("left"u8.ToArray());
        using var text = new StreamReader(read);
        using var output = new StringWriter();
        await new OutputPump(text, Task.CompletedTask).RunAsync(output, "worker", null).Done();
        Assert.AreEqual("left", output.ToString());
    }

    [TestMethod]
    public async Task Pipe_ThatOthersFillForEver_IsLeft()
    {
        using var text = new StreamReader(new EndlessStream());
        await new OutputPump(text, Task.CompletedTask).RunAsync(TextWriter.Null, "worker", null).Done();
    }

    [TestMethod]
    public async Task TerminateAsync_LoggerThrows_Kills()
    {
        var output = new LineWriter();
        await using WorkerProcess worker =
            await WorkerProcess.StartAsync(WorkerMethods.IgnoreStopping, new WorkerOptions { Output = output, Logger = new ThrowingLogger() });
        await output.FirstLine.Done();
        Assert.AreEqual(9, (await worker.TerminateAsync(TimeSpan.FromMilliseconds(50)).Done()).Signal);
    }

    private sealed class SlowStart : StringWriter
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _released.SetResult();

        public override async Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
        {
            await _released.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'y');
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
