using System.IO.Pipelines;
using System.Threading.Channels;

namespace CrossChannels.Tests.Channels;

/// <summary>Ends that do not fit are refused, on both sides, and both are named.</summary>
[TestClass]
public sealed class LinkRefusalTests
{
    [TestMethod]
    public async Task Contracts_Differ_BothSidesNameBoth()
    {
        (string atFirst, string atSecond) = await RefusedAsync<int, NoItem, NoItem, string>();
        foreach (string message in (string[])[atFirst, atSecond])
        {
            StringAssert.Contains(message, "do not fit");
            StringAssert.Contains(message, "System.Int32");
            StringAssert.Contains(message, "System.String");
        }
    }

    [TestMethod]
    public async Task ContractNames_Differ_BothSidesNameBoth()
    {
        (string atFirst, string atSecond) = await RefusedAsync<string, NoItem, NoItem, string>(
            new() { WriteItems = new() { ContractName = "orders" } }, new() { ReadItems = new() { ContractName = "invoices" } });
        foreach (string message in (string[])[atFirst, atSecond])
        {
            StringAssert.Contains(message, "orders");
            StringAssert.Contains(message, "invoices");
        }
    }

    [TestMethod]
    public async Task Directions_AreTheSame_SaysToSwapThem()
    {
        (string atFirst, string atSecond) = await RefusedAsync<int, string, int, string>();
        foreach (string message in (string[])[atFirst, atSecond])
        {
            StringAssert.Contains(message, "swap the type arguments");
            StringAssert.Contains(message, "System.Int32");
            StringAssert.Contains(message, "System.String");
        }
    }

    [TestMethod]
    public async Task Direction_IsUsedAtOneEndOnly_IsRefused()
    {
        (string atFirst, _) = await RefusedAsync<int, NoItem, NoItem, NoItem2>();
        StringAssert.Contains(atFirst, "do not fit");
    }

    [TestMethod]
    public async Task Refusal_EndsEveryCallAtBothEnds()
    {
        (DuplexChannel<int, NoItem> first, DuplexChannel<NoItem, string> second) = Pair<int, NoItem, NoItem, string>();
        await using (first)
        await using (second)
        {
            Task write = first.Writer.WriteAsync(1).AsTask();
            Task<string> read = second.Reader.ReadAsync().AsTask();
            Assert.IsInstanceOfType<LinkRefusedException>((await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => write.Done())).InnerException);
            Assert.IsInstanceOfType<LinkRefusedException>((await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => read.Done())).InnerException);
            await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => second.Reader.Completion.Done());
            Assert.AreEqual(EndingKind.Refused, first.Writer.Ending!.Kind);
            Assert.AreEqual(EndingKind.Refused, second.Reader.Ending!.Kind);
            Assert.IsNull(second.Peer);
        }
    }

    [TestMethod]
    [DataRow("#a", "#b")]
    [DataRow("#a", "")]
    [DataRow("", "#b")]
    public async Task ChannelNames_Differ_AreRefused(string atListener, string atConnector)
    {
        string endpoint = $"mem:{Guid.NewGuid():N}";
        await using DuplexChannelListener<NoItem, int> listener = await CrossChannel.ListenAsync<NoItem, int>(endpoint + atListener).Done();
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(
            () => CrossChannel.ConnectAsync<int, NoItem>(endpoint + atConnector).Done());
        StringAssert.Contains(e.Message, $"'{atListener.TrimStart('#')}'");
        StringAssert.Contains(e.Message, $"'{atConnector.TrimStart('#')}'");
    }

    [TestMethod]
    public async Task ChannelNames_AreTheSame_Connect()
    {
        string address = $"mem:{Guid.NewGuid():N}#a";
        await using DuplexChannelListener<NoItem, int> listener = await CrossChannel.ListenAsync<NoItem, int>(address).Done();
        await using DuplexChannel<int, NoItem> channel = await CrossChannel.ConnectAsync<int, NoItem>(address).Done();
        Assert.AreEqual(address, listener.Address.ToString());
    }

    [TestMethod]
    [DataRow("write", "", false)]
    [DataRow("write", "wrong", false)]
    [DataRow("write", "write", true)]
    public async Task RequiredKeyToWrite_IsAskedOfWriters(string required, string shown, bool fits)
    {
        var asks = new ConnectionOptions { RequiredKeyToWrite = Bytes(required), RequiredKeyToRead = Bytes("unused") };
        await AssertFitsAsync<int, NoItem>(new() { Connection = new() { Key = Bytes(shown) } }, new() { Connection = asks }, fits, "key to write");
    }

    [TestMethod]
    [DataRow("read", "", false)]
    [DataRow("read", "write", false)]
    [DataRow("read", "read", true)]
    public async Task RequiredKeyToRead_IsAskedOfReaders(string required, string shown, bool fits)
    {
        var asks = new ConnectionOptions { RequiredKeyToRead = Bytes(required), RequiredKeyToWrite = Bytes("unused") };
        await AssertFitsAsync<NoItem, int>(new() { Connection = new() { Key = Bytes(shown) } }, new() { Connection = asks }, fits, "key to read");
    }

    [TestMethod]
    public void Options_OutOfPlace_AreRefusedWhenTheChannelIsMade()
    {
        NotSupportedException e = Assert.ThrowsExactly<NotSupportedException>(() => CrossChannel.CreatePair<NoItem, int>(
            new() { Reading = new BoundedChannelOptions(0) }));
        StringAssert.Contains(e.Message, "capacity 0");
        e = Assert.ThrowsExactly<NotSupportedException>(() => CrossChannel.CreatePair<NoItem, int>(
            new() { Reading = new UnboundedPrioritizedChannelOptions<int>() }));
        StringAssert.Contains(e.Message, "UnboundedPrioritizedChannelOptions");
        Assert.ThrowsExactly<NotSupportedException>(() => CrossChannel.CreatePair<NoItem, NoItem>());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new BoundedChannelOptions(-1));
    }

    [TestMethod]
    public async Task Arguments_Null_AreRefusedByName()
    {
        Assert.AreEqual("Reading", Assert.ThrowsExactly<ArgumentNullException>(() => new DuplexChannelOptions<int, int> { Reading = null! }).ParamName);
        Assert.AreEqual("WriteItems", Assert.ThrowsExactly<ArgumentNullException>(() => new DuplexChannelOptions<int, int> { WriteItems = null! }).ParamName);
        Assert.AreEqual("ReadItems", Assert.ThrowsExactly<ArgumentNullException>(() => new DuplexChannelOptions<int, int> { ReadItems = null! }).ParamName);
        Assert.AreEqual("Connection", Assert.ThrowsExactly<ArgumentNullException>(() => new DuplexChannelOptions<int, int> { Connection = null! }).ParamName);
        Assert.ThrowsExactly<ArgumentNullException>(() => CrossChannel.Over<int, int>(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => CrossChannel.Over<int, int>(null!, Stream.Null));
        Assert.ThrowsExactly<ArgumentNullException>(() => CrossChannel.Over<int, int>(Stream.Null, null!));
        await Assert.ThrowsExactlyAsync<ArgumentNullException>(() => CrossChannel.ConnectAsync<int, int>(null!).Done());
        await Assert.ThrowsExactlyAsync<ArgumentNullException>(() => CrossChannel.ListenAsync<int, int>(null!).Done());
    }

    [TestMethod]
    public void Settings_OutOfRange_AreRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ItemOptions<int> { MaxItemBytes = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { MaxUnreadBytes = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { MaxUnsentBytes = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { MaxLinks = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { MaxPendingGreetings = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { PeerTimeout = TimeSpan.FromSeconds(-5) });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { Key = new byte[257] });
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static async Task AssertFitsAsync<T1, T2>(DuplexChannelOptions<T1, T2> first, DuplexChannelOptions<T2, T1> second, bool fits, string message)
    {
        (DuplexChannel<T1, T2> one, DuplexChannel<T2, T1> two) = CrossChannel.CreatePair(first, second);
        await using (one)
        await using (two)
        {
            if (fits)
            {
                await Task.WhenAll(one.WaitForPeerAsync(), two.WaitForPeerAsync()).Done();
                return;
            }
            StringAssert.Contains((await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => one.WaitForPeerAsync().Done())).Message, message);
            StringAssert.Contains((await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => two.WaitForPeerAsync().Done())).Message, message);
        }
    }

    private static async Task<(string AtFirst, string AtSecond)> RefusedAsync<T1, T2, T3, T4>(
        DuplexChannelOptions<T1, T2>? firstOptions = null, DuplexChannelOptions<T3, T4>? secondOptions = null)
    {
        (DuplexChannel<T1, T2> first, DuplexChannel<T3, T4> second) = Pair(firstOptions, secondOptions);
        await using (first)
        await using (second)
        {
            LinkRefusedException atFirst = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => first.WaitForPeerAsync().Done());
            LinkRefusedException atSecond = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => second.WaitForPeerAsync().Done());
            return (atFirst.Message, atSecond.Message);
        }
    }

    private static (DuplexChannel<T1, T2> First, DuplexChannel<T3, T4> Second) Pair<T1, T2, T3, T4>(
        DuplexChannelOptions<T1, T2>? firstOptions = null, DuplexChannelOptions<T3, T4>? secondOptions = null)
    {
        Pipe there = new(), back = new();
        return (
            CrossChannel.Over(back.Reader.AsStream(), there.Writer.AsStream(), firstOptions),
            CrossChannel.Over(there.Reader.AsStream(), back.Writer.AsStream(), secondOptions));
    }

    /// <summary>Some other item.</summary>
    internal readonly record struct NoItem2(int Value);
}
