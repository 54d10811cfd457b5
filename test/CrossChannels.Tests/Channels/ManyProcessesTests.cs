using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Channels;

/// <summary>Many processes that start at once, as a service manager starts them, and keep the machine busy.</summary>
[TestClass]
public sealed class ManyProcessesTests
{
    [TestMethod]
    public async Task OpenWriterAsync_TwentyProcessesAtOnce_AllGetIn()
    {
        string name = TransportTest.UniqueName();
        await using SharedChannel<string> channel = await CrossChannel.CreateBoundedAsync<string>(
            name, 2, sharing: new SharedChannelOptions { Completion = CompletionPolicy.Owner });
        string[] texts = [.. Enumerable.Range(0, 20).Select(i => $"text {i}")];
        ChildProcess[] children = [.. texts.Select(text => ChildProcess.Start("put-texts", name, text))];
        var seen = new List<string>();
        Wait.Show(children, nameof(OpenWriterAsync_TwentyProcessesAtOnce_AllGetIn), () => $"{seen.Count} texts are read, {children.Count(static child => child.HasExited)} processes are gone");
        try
        {
            Task failure = FirstFailureAsync(children);
            foreach (string _ in texts)
            {
                Task<string> read = channel.Reader.ReadAsync().AsTask();
                // One that failed has put nothing, and says why.
                await (await Task.WhenAny(read, failure).Done());
                seen.Add(await read);
            }
            CollectionAssert.AreEquivalent(texts, seen);
            foreach (ChildProcess child in children)
                Assert.AreEqual(0, await child.WaitForExitAsync());
        }
        finally
        {
            Wait.Hide(children);
            foreach (ChildProcess child in children)
                await child.DisposeAsync();
        }
    }

    /// <summary>Fails with what the first says that fails; is never done where none does.</summary>
    private static async Task FirstFailureAsync(ChildProcess[] children)
    {
        await foreach (Task<(int ExitCode, string Errors)> end in Task.WhenEach(children.Select(EndAsync)))
        {
            (int exitCode, string errors) = await end;
            Assert.AreEqual(0, exitCode, errors);
        }
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    private static async Task<(int ExitCode, string Errors)> EndAsync(ChildProcess child)
    {
        try
        {
            return (await child.WaitForExitAsync(), await child.ReadErrorsAsync());
        }
        catch (TimeoutException)
        {
            // It is still at it, and the reads have deadlines of their own.
            return (0, "");
        }
    }
}
