using System.ComponentModel;
using System.Threading.Channels;

namespace CrossChannels.Tests;

/// <summary>What callers see of the façade: mistakes, statuses as text, addresses from configuration, one filter for endings.</summary>
[TestClass]
public sealed class PublicSurfaceTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Options_Null_AreRefusedByName()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        ArgumentNullException[] all =
        [
            await Assert.ThrowsExactlyAsync<ArgumentNullException>(() => CrossChannel.CreateBoundedAsync<int>(Address, (BoundedChannelOptions)null!)),
            await Assert.ThrowsExactlyAsync<ArgumentNullException>(() => CrossChannel.CreateUnboundedAsync<int>(Address, (UnboundedChannelOptions)null!)),
            await Assert.ThrowsExactlyAsync<ArgumentNullException>(() => CrossChannel.CreateUnboundedPrioritizedAsync(Address, (UnboundedPrioritizedChannelOptions<int>)null!)),
            await Assert.ThrowsExactlyAsync<ArgumentNullException>(() => CrossChannel.CreateLeasedAsync<int>(Address, (ChannelOptions)null!)),
            Assert.ThrowsExactly<ArgumentNullException>(() => hub.CreateBounded<int>("a", (BoundedChannelOptions)null!)),
            Assert.ThrowsExactly<ArgumentNullException>(() => hub.CreateUnbounded<int>("a", (UnboundedChannelOptions)null!)),
            Assert.ThrowsExactly<ArgumentNullException>(() => hub.CreateUnboundedPrioritized("a", (UnboundedPrioritizedChannelOptions<int>)null!)),
            Assert.ThrowsExactly<ArgumentNullException>(() => hub.CreateLeased<int>("a", (ChannelOptions)null!)),
            Assert.ThrowsExactly<ArgumentNullException>(() => hub.Declare("a", null!)),
        ];
        foreach (ArgumentNullException e in all)
            Assert.AreEqual("options", e.ParamName);
    }

    [TestMethod]
    public async Task Capacity_OutOfRange_SaysTheValueAndWhatToUse()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        ArgumentOutOfRangeException[] all =
        [
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => { _ = CrossChannel.CreateBoundedAsync<int>(Address, -1); }),
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => { _ = CrossChannel.CreateLeasedAsync<int>(Address, -1); }),
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => hub.CreateBounded<int>("a", -1)),
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => hub.CreateLeased<int>("a", -1)),
        ];
        foreach (ArgumentOutOfRangeException e in all)
        {
            Assert.AreEqual("capacity", e.ParamName);
            Assert.AreEqual(-1, e.ActualValue);
            StringAssert.Contains(e.Message, "unbounded");
        }
    }

    [TestMethod]
    public async Task Prioritized_LowestFirst_AlsoForARemoteReader()
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateUnboundedPrioritizedAsync<int>(Address).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(Address).Done();
        foreach (int item in (int[])[5, 1, 4, 2, 3])
            await writer.WriteAsync(item).Done();
        await writer.FlushAsync().Done();
        await Wait.Until(() => owner.Reader.Count == 5);
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(Address).Done();
        for (int expected = 1; expected <= 5; expected++)
            Assert.AreEqual(expected, await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Prioritized_ByAComparer_HighestFirst()
    {
        var options = new UnboundedPrioritizedChannelOptions<int> { Comparer = Comparer<int>.Create(static (x, y) => y.CompareTo(x)) };
        await using SharedChannel<int> owner = await CrossChannel.CreateUnboundedPrioritizedAsync(Address, options).Done();
        foreach (int item in (int[])[2, 3, 1])
            Assert.IsTrue(owner.Writer.TryWrite(item));
        for (int expected = 3; expected >= 1; expected--)
            Assert.AreEqual(expected, await owner.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task OpenedEnds_KnowTheirAddress()
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, 1).Done();
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(Address).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(Address).Done();
        foreach (ChannelAddress? address in (ChannelAddress?[])[owner.Reader.Address, owner.Writer.Address, reader.Address, writer.Address])
            Assert.AreEqual(Address, address);
        (CrossChannelWriter<int> one, CrossChannelReader<int> other) = CrossChannel.CreatePipe<int>();
        Assert.IsNull(one.Address ?? other.Address);
        await one.DisposeAsync().Done();
        await other.DisposeAsync().Done();
    }

    [TestMethod]
    public void Statuses_AsText_ShowWhatTheirListsContain()
    {
        var writer = new PeerStatus("unix:/w", 17, PeerRole.Writer);
        var channel = new ChannelStatus("parts") { Depth = 3, Writers = [writer] };
        string text = channel.ToString();
        StringAssert.StartsWith(text, "ChannelStatus { Name = parts, Depth = 3, ");
        StringAssert.Contains(text, $"Writers = [{writer}], Readers = []");
        StringAssert.Contains(new LockStatus("") { FencingToken = 5, Waiters = [writer, writer] }.ToString(), $"Name = , Holder = , FencingToken = 5, IsAbandoned = False, Waiters = [{writer}, {writer}]");
        Assert.AreEqual($"HubStatus {{ Address = build, ProcessId = 1, Channels = [{channel}], Locks = [] }}", new HubStatus("build", 1) { Channels = [channel] }.ToString());
    }

    [TestMethod]
    public void Address_FromConfiguration_IsConverted()
    {
        TypeConverter converter = TypeDescriptor.GetConverter(typeof(ChannelAddress));
        Assert.IsTrue(converter.CanConvertFrom(typeof(string)));
        Assert.AreEqual(ChannelAddress.Tls("host", 5000).WithChannel("jobs"), converter.ConvertFromInvariantString("tls://host:5000#jobs"));
        Assert.AreEqual("mem:a", converter.ConvertToInvariantString(ChannelAddress.Memory("a")));
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => converter.ConvertFromInvariantString("http://x"));
        StringAssert.Contains(e.Message, "http://x");
    }

    [TestMethod]
    public void EndingFromException_KnowsEveryFormOfAnEnd()
    {
        var lost = new ConnectionLostException("gone", null, 7, 137);
        Assert.AreEqual(new Ending(EndingKind.ConnectionLost, lost, 7, 137), Ending.FromException(lost));
        Assert.AreEqual(new Ending(EndingKind.ConnectionLost, lost, 7, 137), Ending.FromException(new ChannelClosedException(lost)));
        Assert.AreEqual(new Ending(EndingKind.Completed), Ending.FromException(new ChannelClosedException()));
        var own = new FormatException();
        Assert.AreEqual(new Ending(EndingKind.Faulted, own), Ending.FromException(new ChannelClosedException(own)));
        var refused = new LinkRefusedException("no");
        Assert.AreEqual(new Ending(EndingKind.Refused, refused), Ending.FromException(refused));
        Assert.AreEqual(new Ending(EndingKind.ConnectionLost, lost, 7, 137), Ending.FromException(new PartialWriteException(2, lost)));
        Assert.IsNull(Ending.FromException(own));
        Assert.IsNull(Ending.FromException(new OperationCanceledException()));
        Assert.IsNull(Ending.FromException(null));
    }

    [TestMethod]
    public async Task EndingFromException_OneFilter_CatchesReadsAndWritesAfterAnEnd()
    {
        (CrossChannelWriter<int> writer, CrossChannelReader<int> reader) = CrossChannel.CreatePipe<int>();
        await reader.CloseAsync("enough").Done();
        await Wait.Until(() => writer.Ending is not null);
        EndingKind? kind = null;
        try
        {
            await writer.WriteAsync(1).Done();
        }
        catch (Exception e) when (Ending.FromException(e) is { } ending)
        {
            kind = ending.Kind;
        }
        Assert.AreEqual(EndingKind.ReaderClosed, kind);
        await writer.DisposeAsync().Done();
    }

    /// <summary>Two projects, each with a record of its own namespace.</summary>
    [TestMethod]
    public async Task Contract_DiffersByNameAlone_NamesTheEndsAndTheRemedy()
    {
        await using SharedChannel<Here.Order> owner = await CrossChannel.CreateBoundedAsync<Here.Order>(Address, 1).Done();
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.OpenWriterAsync<There.Order>(Address).Done());
        StringAssert.Contains(e.Message, "[ChannelContract(");
        StringAssert.Contains(e.Message, "ItemOptions.ContractName");
        StringAssert.Contains(e.Message, $"in process {Environment.ProcessId}");
        await using CrossChannelWriter<There.Order> writer =
            await CrossChannel.OpenWriterAsync<There.Order>(Address, new() { ContractName = typeof(Here.Order).FullName }).Done();
        await writer.WriteAsync(new There.Order(3)).Done();
        Assert.AreEqual(3, (await owner.Reader.ReadAsync().Done()).Id);
    }

    [TestMethod]
    public async Task Rendezvous_OpenedRemotely_SaysItOnce()
    {
        await using SharedChannel<int> owner = await CrossChannel.CreateBoundedAsync<int>(Address, 0).Done();
        NotSupportedException e = await Assert.ThrowsExactlyAsync<NotSupportedException>(() => CrossChannel.OpenReaderAsync<int>(Address).Done());
        StringAssert.Contains(e.Message, "capacity 0");
        Assert.IsNull(e.InnerException);
    }

    private static class Here
    {
        public sealed record Order(int Id);
    }

    private static class There
    {
        public sealed record Order(int Id);
    }
}
