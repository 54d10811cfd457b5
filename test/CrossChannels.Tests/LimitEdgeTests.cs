using System.Globalization;
using System.Reflection;
using System.Threading.Channels;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;
using CrossChannels.Tests.Hub;

namespace CrossChannels.Tests;

/// <summary>Every limit at its edges: the least, one below, exactly at, one above, and the greatest.</summary>
[TestClass]
public sealed class LimitEdgeTests : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>The least and the greatest value of every limit among the options.</summary>
    private static readonly Dictionary<string, (object Least, object Greatest)> s_limits = new(StringComparer.Ordinal)
    {
        ["ItemOptions.MaxItemBytes"] = (1, 1 << 30),
        ["ConnectionOptions.ConnectTimeout"] = (TimeSpan.Zero, s_longest),
        ["ConnectionOptions.ListenTimeout"] = (TimeSpan.Zero, s_longest),
        ["ConnectionOptions.GreetingTimeout"] = (TimeSpan.Zero, s_longest),
        ["ConnectionOptions.CloseTimeout"] = (TimeSpan.Zero, s_longest),
        ["ConnectionOptions.ExitTimeout"] = (TimeSpan.Zero, s_longest),
        ["ConnectionOptions.PeerTimeout"] = (TimeSpan.Zero, s_longest),
        ["ConnectionOptions.MaxUnreadBytes"] = (1L, long.MaxValue),
        ["ConnectionOptions.MaxUnsentBytes"] = (1L, long.MaxValue),
        ["ConnectionOptions.MaxLinks"] = (1, int.MaxValue),
        ["ConnectionOptions.MaxPendingGreetings"] = (1, int.MaxValue),
        ["ConnectionOptions.MaxEmptyFramesPerSecond"] = (1, int.MaxValue),
        ["ReconnectOptions.FirstDelay"] = (TimeSpan.FromMilliseconds(1), s_longest),
        ["ReconnectOptions.MaxDelay"] = (TimeSpan.FromMilliseconds(1), s_longest),
        ["ReconnectOptions.GiveUpAfter"] = (TimeSpan.Zero, s_longest),
        ["HubOptions.RevokeTimeout"] = (TimeSpan.Zero, s_longest),
        ["HubOptions.DrainTimeout"] = (TimeSpan.Zero, s_longest),
        ["HubOptions.MaxBytes"] = (1L, long.MaxValue),
        ["LeaseOptions.MaxDeliveries"] = (1, int.MaxValue),
        ["SharedChannelOptions.MaxQueuedBytes"] = (1L, long.MaxValue),
    };

    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["x.sock"]);

    public static IEnumerable<object[]> Limits => Properties().Select(static property => new object[] { property.Name });

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DynamicData(nameof(Limits))]
    public void Limit_IsCheckedWhereItIsSet(string name)
    {
        (PropertyInfo property, Func<object> make) = Properties().Where(one => one.Name == name).Select(static one => (one.Property, one.Make)).First();
        Assert.IsTrue(s_limits.TryGetValue(name, out (object Least, object Greatest) limit), $"{name} is a limit without edges here: add its least and its greatest value.");
        foreach (object good in new[] { limit.Least, limit.Greatest })
        {
            object options = make();
            property.SetValue(options, good);
            Assert.AreEqual(good, property.GetValue(options));
        }
        foreach (object bad in Beyond(limit))
        {
            Exception? error = Assert.ThrowsExactly<TargetInvocationException>(() => property.SetValue(make(), bad), $"{name} = {bad}").InnerException;
            Assert.IsInstanceOfType<ArgumentOutOfRangeException>(error, $"{name} = {bad}");
            StringAssert.Contains(error.Message, property.Name);
        }
    }

    /// <summary>An item of exactly the largest size crosses, and one of a byte more is refused by the write, wherever its writer is.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(FrameLimits.BatchBytes - 4)]
    [DataRow(FrameLimits.BatchBytes)]
    [DataRow(FrameLimits.BatchBytes + 1)]
    [DataRow(100_000)]
    public async Task MaxItemBytes_ExactlyAt_CrossesAndOneMoreIsRefused(int limit)
    {
        ItemOptions<byte[]> items = new() { MaxItemBytes = limit };
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        SharedChannel<byte[]> waiting = hub.CreateBounded("waiting", 4, items: items);
        SharedChannel<byte[]> dropping = hub.CreateBounded("dropping", new BoundedChannelOptions(4) { FullMode = BoundedChannelFullMode.DropWrite }, items: items);
        (CrossChannelWriter<byte[]> pipeWriter, CrossChannelReader<byte[]> pipeReader) = CrossChannel.CreatePipe(items: items);
        await using CrossChannelWriter<byte[]> remote = await CrossChannel.OpenWriterAsync(Address.WithChannel("waiting"), items).Done();
        await using CrossChannelWriter<byte[]> generous = await CrossChannel.OpenWriterAsync<byte[]>(Address.WithChannel("waiting")).Done();
        await using CrossChannelReader<byte[]> reader = await CrossChannel.OpenReaderAsync(Address.WithChannel("waiting"), items).Done();
        await using (pipeWriter)
        await using (pipeReader)
        {
            await CheckAsync("the owner's", waiting.Writer, waiting.Reader);
            await CheckAsync("the owner's, dropping", dropping.Writer, dropping.Reader);
            await CheckAsync("a remote", remote, reader);
            await CheckAsync("one that would allow itself more", generous, reader);
            await CheckAsync("a pipe's", pipeWriter, pipeReader);
        }

        async Task CheckAsync(string what, CrossChannelWriter<byte[]> from, CrossChannelReader<byte[]> to)
        {
            ItemTooLargeException e = await Assert.ThrowsExactlyAsync<ItemTooLargeException>(() => from.WriteAsync(new byte[limit + 1]).Done(), what);
            Assert.AreEqual((limit + 1, limit), (e.Size, e.Limit), what);
            await from.WriteAsync(new byte[limit]).Done($"{what} writer of {limit} bytes");
            Assert.HasCount(limit, await to.ReadAsync().Done($"a reader of what {what} writer wrote"), what);
        }
    }

    /// <summary>As many frames that say nothing new as the limit says are allowed in one second, and not one more.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(1000)]
    public async Task MaxEmptyFramesPerSecond_ExactlyAt_LivesAndOneMoreEndsTheLink(int limit)
    {
        var clock = new ManualTimeProvider();
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync(new() { Connection = new() { MaxEmptyFramesPerSecond = limit, TimeProvider = clock } });
        for (int second = 0; second < 2; second++)
        {
            await link.Raw.SendAsync([.. Enumerable.Range(0, limit - 1).SelectMany(static _ => Wire.Counter(FrameType.Pong, 0)), .. Wire.Counter(FrameType.Ping, second)]);
            Assert.AreEqual(second, (await link.Raw.ReadFrameAsync(FrameType.Pong)).Count);
            if (second == 0)
                clock.Advance(TimeSpan.FromSeconds(1));
        }
        await link.Raw.SendAsync(Wire.Counter(FrameType.Pong, 0));
        StringAssert.Contains((await link.Raw.ReadLastWordsAsync(FrameType.Abort)).Text, $"more than {limit:N0} in a second");
    }

    /// <summary>Bytes that fill a limit exactly leave no room for one more, and what is read leaves it again.</summary>
    [TestMethod]
    [DataRow("channel", 1)]
    [DataRow("channel", 10)]
    [DataRow("hub", 10)]
    public async Task Bytes_ExactlyAtTheLimit_LeaveNoRoom(string what, int items)
    {
        // Each item has four bytes for its length.
        const int Bytes = 100;
        long limit = items * (Bytes + 4L);
        var hub = new HubOptions { MaxBytes = what == "hub" ? limit : 1 << 30, DrainTimeout = TimeSpan.Zero };
        SharedChannelOptions sharing = new() { MaxQueuedBytes = what == "channel" ? limit : 1 << 30 };
        await using SharedChannel<byte[]> channel = await CrossChannel.CreateUnboundedAsync<byte[]>(Address, sharing, hub: hub).Done();
        for (int i = 0; i < items; i++)
            Assert.IsTrue(channel.Writer.TryWrite(new byte[Bytes]), $"item {i} of {items}");
        Assert.IsFalse(channel.Writer.TryWrite([]), "not one more");
        Task<bool> wait = channel.Writer.WaitToWriteAsync().AsTask();
        Assert.IsFalse(wait.IsCompleted);
        Assert.HasCount(Bytes, await channel.Reader.ReadAsync().Done());
        Assert.IsTrue(await wait.Done("a writer waits for bytes"));
        Assert.IsTrue(channel.Writer.TryWrite(new byte[Bytes]));
        Assert.IsFalse(channel.Writer.TryWrite([]), "not one more");
    }

    /// <summary>Every limit at its least, and then at its greatest: slow or generous, but items cross.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AllLimitsAtTheEdge_ItemsCross(bool isLeast)
    {
        long bytes = isLeast ? 1 : long.MaxValue;
        int count = isLeast ? 1 : int.MaxValue;
        ItemOptions<string> items = new() { MaxItemBytes = isLeast ? 1 : 1 << 30 };
        TimeSpan time = isLeast ? TimeSpan.FromSeconds(30) : s_longest;
        var connection = new ConnectionOptions
        {
            MaxUnreadBytes = bytes, MaxUnsentBytes = bytes, MaxPendingGreetings = count, MaxLinks = isLeast ? 3 : count, MaxEmptyFramesPerSecond = isLeast ? 100 : count,
            ConnectTimeout = time, GreetingTimeout = time, CloseTimeout = isLeast ? TimeSpan.FromSeconds(5) : s_longest, PeerTimeout = s_longest,
        };
        var hub = new HubOptions { Connection = connection, MaxBytes = bytes, RevokeTimeout = s_longest, DrainTimeout = TimeSpan.Zero };
        await using LeasedChannel<string> owner = await CrossChannel.CreateLeasedAsync(
            Address, isLeast ? 1 : int.MaxValue, new LeaseOptions { MaxDeliveries = count }, new() { MaxQueuedBytes = bytes }, items, hub).Done();
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync(owner.Address, items, connection).Done();
        await using LeasedReader<string> reader = await CrossChannel.OpenLeasedReaderAsync(owner.Address, items, connection).Done();
        (CrossChannelWriter<string> pipeWriter, CrossChannelReader<string> pipeReader) = CrossChannel.CreatePipe(isLeast ? new BoundedChannelOptions(1) : new BoundedChannelOptions(int.MaxValue), items);
        (DuplexChannel<string, NoItem> here, DuplexChannel<NoItem, string> there) = CrossChannel.CreatePair<string, NoItem>(
            new() { Connection = connection, WriteItems = items }, new() { Connection = connection, ReadItems = items, Reading = isLeast ? new BoundedChannelOptions(1) : new UnboundedChannelOptions() });
        await using (pipeWriter)
        await using (pipeReader)
        await using (here)
        await using (there)
        {
            for (int i = 0; i < 100; i++)
            {
                string item = (i % 10).ToString(CultureInfo.InvariantCulture);
                await writer.WriteAsync(item).Done();
                using (Lease<string> lease = await reader.ReadAsync().Done())
                {
                    Assert.AreEqual(item, lease.Item);
                    lease.Complete();
                }
                await pipeWriter.WriteAsync(item).Done();
                Assert.AreEqual(item, await pipeReader.ReadAsync().Done());
                await here.Writer.WriteAsync(item).Done();
                Assert.AreEqual(item, await there.Reader.ReadAsync().Done());
            }
            await here.Writer.JoinAsync().Done();
            await writer.JoinAsync().Done();
        }
    }

    /// <summary>A lone item passes whatever window of bytes there is: of one byte, its own size less or more one, and without an end.</summary>
    [TestMethod]
    [DataRow(1L)]
    [DataRow(103L)]
    [DataRow(104L)]
    [DataRow(105L)]
    [DataRow(207L)]
    [DataRow(208L)]
    [DataRow(209L)]
    [DataRow(long.MaxValue)]
    public async Task MaxUnreadBytes_AroundTheSizeOfItems_NothingGetsStuck(long window)
    {
        (DuplexChannel<byte[], NoItem> here, DuplexChannel<NoItem, byte[]> there) = CrossChannel.CreatePair<byte[], NoItem>(
            null, new() { Reading = new UnboundedChannelOptions(), Connection = new() { MaxUnreadBytes = window } });
        await using (here)
        await using (there)
        {
            for (int i = 0; i < 10; i++)
                await here.Writer.WriteAsync(new byte[100]).Done();
            here.Writer.Complete();
            int read = 0;
            while (await there.Reader.WaitToReadAsync().Done($"a reader waits for item {read} in a window of {window} bytes"))
            {
                while (there.Reader.TryRead(out byte[]? item))
                {
                    Assert.HasCount(100, item);
                    read++;
                }
            }
            Assert.AreEqual(10, read);
        }
    }

    /// <summary>The greatest demand that a reader can have is no violation, and neither is the greatest window.</summary>
    [TestMethod]
    public async Task Reader_AsksForAsMuchAsCanBeSaid_IsServed()
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(Address, 4).Done();
        await using RawPeer raw = await HubRaw.OpenReaderAsync<long>(owner.Address, 0);
        await raw.SendAsync(Wire.Credit(long.MaxValue, 1 << 20));
        for (int i = 0; i < 10; i++)
        {
            await owner.Writer.WriteAsync(i).Done();
            RawPeer.Frame items = await raw.ReadFrameAsync(FrameType.Items);
            Assert.AreEqual((ulong)i, ItemsHeader.Read(items.Body).FirstSequence);
            await raw.SendAsync(Wire.Counter(FrameType.Report, i + 1));
        }
    }

    private static IEnumerable<object> Beyond((object Least, object Greatest) limit)
    {
        switch (limit)
        {
            case (int least, int greatest):
                foreach (int bad in new[] { int.MinValue, -1, least - 1 })
                    yield return bad;
                if (greatest < int.MaxValue)
                {
                    yield return greatest + 1;
                    yield return int.MaxValue;
                }
                break;
            case (long least, _):
                foreach (long bad in new[] { long.MinValue, -1, least - 1 })
                    yield return bad;
                break;
            case (TimeSpan, TimeSpan greatest):
                foreach (TimeSpan bad in new[] { TimeSpan.MinValue, TimeSpan.FromMilliseconds(-2), TimeSpan.FromTicks(-1), greatest + TimeSpan.FromMilliseconds(1), TimeSpan.MaxValue })
                    yield return bad;
                break;
        }
    }

    /// <summary>Everything among the options that is a number or a time.</summary>
    private static IEnumerable<(string Name, PropertyInfo Property, Func<object> Make)> Properties() =>
        from type in typeof(CrossChannel).Assembly.GetExportedTypes()
        where type is { IsClass: true, IsGenericType: false } && type.Name.EndsWith("Options", StringComparison.Ordinal) && type.GetConstructor(Type.EmptyTypes) is not null
        from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
        where property.CanWrite && (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) is { } plain
            && (plain == typeof(int) || plain == typeof(long) || plain == typeof(TimeSpan))
        select ($"{type.Name}.{property.Name}", property, (Func<object>)(() => Activator.CreateInstance(type)!));
}
