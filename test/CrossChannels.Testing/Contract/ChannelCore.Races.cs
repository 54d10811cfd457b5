using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelCore
{
    [TestMethod]
    public virtual async Task ReadAsync_CanceledDuringHandOver_LosesNothing()
    {
        const int Total = 400;
        await using Ends<int> ends = await OpenAsync(new BoundedChannelOptions(4));
        Task writing = Task.Run(WriteAsync);
        int expected = 0;
        for (int round = 0; expected < Total; round++)
        {
            using var source = new CancellationTokenSource();
            Task<int> read = ends.Reader.ReadAsync(source.Token).AsTask();
            Task cancel = round % 2 == 0 ? source.CancelAsync() : Task.Run(source.Cancel);
            try
            {
                Assert.AreEqual(expected, await read.Done($"item {expected}"));
                expected++;
            }
            catch (OperationCanceledException e)
            {
                Assert.AreEqual(source.Token, e.CancellationToken);
            }
            await cancel.Done();
        }
        await writing.Done();
        Assert.IsFalse(ends.Reader.TryRead(out _));

        async Task WriteAsync()
        {
            for (int i = 0; i < Total; i++)
                await ends.Writer.WriteAsync(i);
        }
    }

    [TestMethod]
    public async Task WriteAsync_CanceledDuringAdmission_IsWrittenOrCanceledNotBoth()
    {
        await using Ends<int> ends = await OpenAsync(new BoundedChannelOptions(1));
        Task<List<int>> reading = Task.Run(() => ReadAllAsync(ends.Reader));
        List<int> written = [];
        for (int i = 0; i < 400; i++)
        {
            using var source = new CancellationTokenSource();
            Task write = ends.Writer.WriteAsync(i, source.Token).AsTask();
            Task cancel = i % 2 == 0 ? source.CancelAsync() : Task.Run(source.Cancel);
            try
            {
                await write.Done($"item {i}");
                written.Add(i);
            }
            catch (OperationCanceledException)
            {
            }
            await cancel.Done();
        }
        ends.Writer.Complete();
        CollectionAssert.AreEqual(written, await reading.Done());
    }
}
