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
        try
        {
            var seen = new List<string>();
            foreach (string _ in texts)
                seen.Add(await channel.Reader.ReadAsync().Done());
            CollectionAssert.AreEquivalent(texts, seen);
            foreach (ChildProcess child in children)
                Assert.AreEqual(0, await child.WaitForExitAsync());
        }
        finally
        {
            foreach (ChildProcess child in children)
                await child.DisposeAsync();
        }
    }
}
