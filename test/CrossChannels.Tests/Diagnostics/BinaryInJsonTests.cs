using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Tests.Diagnostics;

[TestClass]
public sealed class BinaryInJsonTests
{
    [TestMethod]
    public async Task WriteAsync_LargeBytesWithinJson_WarnsOnceAndNamesTheMember()
    {
        var log = new MessageList();
        var options = new DuplexChannelOptions<Photo, NoItem>
        {
            Connection = new ConnectionOptions { Logger = log },
            WriteItems = new ItemOptions<Photo> { ContractName = "photo" },
        };
        (DuplexChannel<Photo, NoItem> here, DuplexChannel<NoItem, Photo> there) = CrossChannel.CreatePair(
            options, new DuplexChannelOptions<NoItem, Photo> { ReadItems = new ItemOptions<Photo> { ContractName = "photo" } });
        await using (here)
        await using (there)
        {
            foreach (int length in (int[])[10, 100_000, 100_000])
            {
                await here.Writer.WriteAsync(new Photo("p", new byte[length])).Done();
                Assert.HasCount(length, (await there.Reader.ReadAsync().Done()).Pixels);
                Assert.AreEqual(length == 10 ? 0 : 1, log.Messages.Count(message => message.Contains("Base64", StringComparison.Ordinal)));
            }

            Assert.Contains("Photo.Pixels", log.Messages.Single(message => message.Contains("Base64", StringComparison.Ordinal)));
        }
    }

    private sealed class MessageList : ILogger
    {
        public ConcurrentQueue<string> Messages { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Enqueue(formatter(state, exception));
    }

    private sealed record Photo(string Name, byte[] Pixels);
}
