using System.Globalization;
using System.Text.RegularExpressions;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Tests.Faults;
using CrossChannels.Tests.Hub;

namespace CrossChannels.Tests.Links;

/// <summary>What every frame may cost its receiver stands in a table of docs/protocol.md, and is so: a kind of frame without a row, or without a flood here, fails.</summary>
[TestClass]
public sealed partial class FrameCostTests
{
    private const int Many = 3_000;
    private const long Unlimited = long.MaxValue;

    private static readonly ItemContract s_longs = ItemCodec.Create(new ItemOptions<long>()).Contract;

    private readonly LogList _log = new();
    private readonly ScriptedInput _input = new();
    private readonly CollectingOutput _output = new() { Holds = true };

    /// <summary>The clock stands still, so that everything happens in one second.</summary>
    private readonly ManualTimeProvider _clock = new();

    public static IEnumerable<object[]> Types => Enum.GetValues<FrameType>().Select(static type => new object[] { type.ToString() });

    private static IReadOnlyDictionary<string, Row> Table { get; } = ReadTable();

    private ConnectionOptions Settings => new() { Logger = _log, TimeProvider = _clock };

    [TestMethod]
    public void Table_HasARowForEveryFrameAndNoOther() =>
        CollectionAssert.AreEquivalent(Enum.GetNames<FrameType>(), Table.Keys.ToArray());

    [TestMethod]
    [DynamicData(nameof(Types))]
    public async Task FloodOfFrames_EndsTheLinkAsTheTableSays(string name)
    {
        FrameType type = Enum.Parse<FrameType>(name);
        Link link = Open(type);
        _input.Add([.. Enumerable.Range(0, Many).SelectMany(i => Flood(type, i))]);
        await Wait.Until(() => _log.Count("Ended") > 0, $"the link is to end by a flood of {type}");
        await CloseAsync(link);
        Exception cause = _log.ErrorOf("Ended")!;
        StringAssert.Contains(cause.Message, Table[name].Ending, $"{type}: {cause}");
    }

    /// <summary>The same with frames that each say something new, to an end that cannot get rid of its answers.</summary>
    [TestMethod]
    [DataRow(nameof(FrameType.Flush))]
    [DataRow(nameof(FrameType.Join))]
    [DataRow(nameof(FrameType.Revoke))]
    [DataRow(nameof(FrameType.Reclaim))]
    [DataRow(nameof(FrameType.Settle))]
    [DataRow(nameof(FrameType.Ping))]
    public async Task AnswersThatAreNotRead_AreNoMoreThanTheTableSays(string name)
    {
        FrameType type = Enum.Parse<FrameType>(name);
        (int most, FrameType answer) = Table[name].Answers!.Value;
        _output.Holds = type != FrameType.Settle;
        Link link = Open(type, isHonest: true);
        await Wait.Until(() => _input.Asked == 2, "the link is to take its greeting");
        if (type == FrameType.Settle)
        {
            await Wait.Until(() => _output.Frames().Sum(static frame => frame.Header.Type == FrameType.Items ? ItemsHeader.Read(frame.Body).Count : 0) == 900, "the items are to be sent");
            _output.Holds = true;
        }
        int pieces = 0;
        foreach (byte[] piece in Honest(type, link))
        {
            _input.Add(piece);
            pieces++;
        }
        await Wait.Until(() => _input.Asked == 2 + pieces || _log.Count("Ended") > 0, $"the link is to take all its frames; it took {_input.Asked} of {2 + pieces}");
        Assert.AreEqual(0, _log.Count("Ended"), _log.Errors.FirstOrDefault()?.Message);
        _output.Release();
        await Wait.Until(() => Answers(answer) > 0, $"the link is to answer {type}");
        // What was being written when the flood came does not wait, and takes answers of its own.
        Assert.IsLessThanOrEqualTo(most + 2, Answers(answer));
        await CloseAsync(link);
    }

    /// <summary>A hub keeps one place for a writer that asks with each of its items when it is read.</summary>
    [TestMethod]
    public async Task WriterThatJoinsWithEachItem_HasOnePlaceAmongThoseThatWait()
    {
        QueueChannel channel = MakeChannel(isLeased: false, capacity: Unlimited);
        Link link = Attach(channel, LinkRole.Writer);
        await Wait.Until(() => _input.Asked == 2, "the hub is to take the greeting");
        for (int i = 0; i < 500; i++)
            _input.Add([.. Wire.Longs((ulong)i, i), .. Wire.Counter(FrameType.Join, i + 1)]);
        await Wait.Until(() => _input.Asked == 502, "the hub is to take all items");
        Assert.AreEqual(1, channel.Joining);
        // And the answer comes when the last is read, though nobody asks again.
        for (int i = 0; i < 500; i++)
            Assert.IsTrue(channel.OwnerReads.TryTake(out long _));
        _output.Release();
        await Wait.Until(() => _output.Frames().Any(static frame => frame.Header.Type == FrameType.Joined && BitConverter.ToInt64(frame.Body) == 500), "the last item is to be said to be read");
        Assert.AreEqual(0, channel.Joining);
        await CloseAsync(link);
    }

    /// <summary>A program that polls with a timeout of nothing, at a hub that does not read, keeps no memory for that.</summary>
    [TestMethod]
    public async Task WriterWhoseProgramGivesUpAgainAndAgain_KeepsFewWordsForAHubThatDoesNotRead()
    {
        Link link = OpenEnd(LinkRole.Writer, Wire.Welcome(0, 10_000));
        await Wait.Until(() => _input.Asked == 2, "the link is to take its greeting");
        var sender = (ItemSender)link.Sender;
        for (int i = 0; i < Many; i++)
        {
            using var stop = new CancellationTokenSource();
            Task wait = sender.WaitAsync(stop.Token).AsTask();
            await stop.CancelAsync();
            await Assert.ThrowsAsync<OperationCanceledException>(() => wait.Done());
        }
        _output.Release();
        _input.Add(Wire.Counter(FrameType.Ping, 1));
        await Wait.Until(() => Answers(FrameType.Pong) > 0, "the link is to answer");
        Assert.IsInRange(1, 16, Answers(FrameType.Want) + Answers(FrameType.WantWithdrawn));
        await CloseAsync(link);
    }

    /// <summary>As many as a hub allows in a second, or fewer: a program that polls is not cut off.</summary>
    [TestMethod]
    public async Task WriterWhoseProgramGivesUpAgainAndAgain_SaysSoAHundredTimesASecondAtMost()
    {
        _output.Release();
        Link link = OpenEnd(LinkRole.Writer, Wire.Welcome(0, 10_000));
        await Wait.Until(() => _input.Asked == 2, "the link is to take its greeting");
        var sender = (ItemSender)link.Sender;
        long started = Environment.TickCount64;
        for (int i = 0; i < Many; i++)
        {
            using var stop = new CancellationTokenSource();
            Task wait = sender.WaitAsync(stop.Token).AsTask();
            await stop.CancelAsync();
            await Assert.ThrowsAsync<OperationCanceledException>(() => wait.Done());
        }
        long seconds = ((Environment.TickCount64 - started) / 1000) + 2;
        _input.Add(Wire.Counter(FrameType.Ping, 1));
        await Wait.Until(() => Answers(FrameType.Pong) > 0, "the link is to answer");
        Assert.IsLessThanOrEqualTo((int)seconds * 100, Answers(FrameType.WantWithdrawn));
        await CloseAsync(link);
    }

    /// <summary>One frame of a flood, as much like a good one as can be.</summary>
    private static byte[] Flood(FrameType type, int i) => type switch
    {
        FrameType.Welcome => Wire.Welcome(),
        FrameType.Refuse or FrameType.ReceiveClosing or FrameType.Abort => Wire.Reason(type, ReasonCode.Given, "enough"),
        FrameType.Items => Wire.Longs((ulong)i, i),
        FrameType.Credit => Wire.Credit(1024, 1 << 20),
        FrameType.Want => [.. Wire.Counter(type, 0), .. Wire.Counter(FrameType.WantWithdrawn, 0)],
        FrameType.Doorbell => Wire.Counter(type, Doorbell.Published),
        FrameType.Flush or FrameType.Join => Wire.Counter(type, i + 1),
        FrameType.Reclaimed => HubRaw.Reclaimed(0, 0),
        FrameType.Settle => HubRaw.Settle(isAnswerWanted: false),
        FrameType.Complete => Wire.Complete(0),
        FrameType.Ended => SharedFrames.Valid(type),
        FrameType.WantWithdrawn or FrameType.Revoke or FrameType.Revoked or FrameType.Received or FrameType.Joined or FrameType.Report or FrameType.Reclaim
            or FrameType.Settled or FrameType.SendFinished or FrameType.ReceiveFinished or FrameType.Ping or FrameType.Pong or FrameType.Goodbye => Wire.Counter(type, 0),
        _ => throw new AssertFailedException($"There is no flood of {type} here: say what it may cost, and add one."),
    };

    /// <summary>Pieces that a correct peer may send, each of which asks for an answer.</summary>
    private static IEnumerable<byte[]> Honest(FrameType type, Link link)
    {
        for (int i = 0; i < 900; i++)
        {
            switch (type)
            {
                case FrameType.Flush:
                    yield return [.. Wire.Longs((ulong)i, i), .. Wire.Counter(type, i + 1)];
                    break;
                case FrameType.Join:
                    yield return [.. Wire.Longs((ulong)i, i), .. Wire.Counter(type, i + 1)];
                    Assert.IsTrue(SpinWait.SpinUntil(() => link.Items().TryTake(out long _), Wait.Deadline), "the item that has come is to be taken");
                    break;
                case FrameType.Settle:
                    yield return [.. Wire.Counter(FrameType.Report, i + 1), .. HubRaw.Settle(isAnswerWanted: true, new SettleRange(i, 1, SettleOutcome.Completed))];
                    break;
                default:
                    yield return Wire.Counter(type, 0);
                    break;
            }
        }
    }

    /// <summary>A link of the kind that knows the frame.</summary>
    private Link Open(FrameType type, bool isHonest = false)
    {
        switch (type)
        {
            case FrameType.Want or FrameType.WantWithdrawn or FrameType.Revoked:
                QueueChannel full = MakeChannel(isLeased: false, capacity: 1);
                Assert.IsTrue(full.OwnerWrites.TryAccept(1L));
                return Attach(full, LinkRole.Writer);
            case FrameType.Report or FrameType.Reclaimed:
                return Attach(MakeChannel(isLeased: false, capacity: 1), LinkRole.Reader);
            case FrameType.Settle:
                QueueChannel leased = MakeChannel(isLeased: true, capacity: Unlimited);
                for (long i = 0; isHonest && i < 900; i++)
                    Assert.IsTrue(leased.OwnerWrites.TryAccept(i));
                return Attach(leased, LinkRole.LeasedReader);
            case FrameType.Revoke or FrameType.Ended:
                return OpenEnd(LinkRole.Writer, Wire.Welcome(0, 10_000));
            case FrameType.Reclaim:
                return OpenEnd(LinkRole.Reader, Wire.Welcome());
            case FrameType.Settled:
                return OpenEnd(LinkRole.LeasedReader, Wire.Welcome());
            default:
                Link link = LinkTest.Make<long, long>(_input, _output, Settings, capacity: isHonest ? Unlimited : 16, window: 1 << 20);
                link.Start();
                byte[] before = type == FrameType.Goodbye ? Wire.Counter(FrameType.SendFinished, 0) : [];
                if (type == FrameType.ReceiveFinished)
                    link.TryComplete(null);
                _input.Add([.. Wire.Greeting<long, long>(), .. Wire.Welcome(), .. before]);
                return link;
        }
    }

    /// <summary>An end of a shared channel; the test is its hub.</summary>
    private Link OpenEnd(LinkRole role, byte[] welcome)
    {
        bool isWriter = role == LinkRole.Writer;
        ItemContract writes = isWriter ? s_longs : ItemContract.None, reads = isWriter ? ItemContract.None : s_longs;
        var link = new Link(
            _input,
            _output,
            new LinkIdentity(writes, reads, "", Settings, role),
            new LinkPeer("a test", null, null, null),
            new ItemHalves(
                new SenderOptions(8, 2000, 1 << 20, WakeInline: false, IsShared: isWriter),
                new ReceiverOptions(8, 2000, 16, 10_000, Drops: null, IsSingleReader: false, WakeInline: false,
                    isWriter ? ReaderDemand.Capacity : ReaderDemand.Ahead, IsLeased: role == LinkRole.LeasedReader)));
        link.Start();
        _input.Add([.. new LinkIdentity(reads, writes, "", new ConnectionOptions(), role).Greeting(), .. welcome]);
        return link;
    }

    private QueueChannel MakeChannel(bool isLeased, long capacity) => new(
        "items",
        new QueueOptions(s_longs, capacity, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, new HubOptions { Connection = Settings })
        {
            Leases = isLeased ? new LeaseOptions() : null,
        },
        new HubBudget(1 << 30));

    /// <summary>The hub's end; the test is the other.</summary>
    private Link Attach(QueueChannel channel, LinkRole role)
    {
        bool isWriter = role == LinkRole.Writer;
        var identity = new LinkIdentity(isWriter ? s_longs : ItemContract.None, isWriter ? ItemContract.None : s_longs, channel.Name, new ConnectionOptions(), role);
        byte[] greeting = identity.Greeting();
        Assert.IsTrue(Preamble.TryRead(greeting, out Preamble preamble));
        var hello = Hello.Read(greeting.AsSpan(Preamble.Size, preamble.HelloLength));
        Link link = channel.Attach(new HubRequest(hello, _input, _output, new LinkPeer("a test", null, null, null)));
        _input.Add([.. greeting, .. Wire.Welcome(isWriter ? 0 : 1000, 1 << 20, 1 << 20)]);
        return link;
    }

    private async Task CloseAsync(Link link)
    {
        link.Abort(null);
        _output.Release();
        _input.End();
        await link.Closed.Done();
    }

    private int Answers(FrameType type) => _output.Frames().Count(frame => frame.Header.Type == type);

    private static Dictionary<string, Row> ReadTable()
    {
        string text = File.ReadAllText(Repository.At("docs/protocol.md"));
        const string Heading = "### What a frame may cost its receiver";
        text = text[text.IndexOf(Heading, StringComparison.Ordinal)..];
        text = text[..text.IndexOf("\n## ", StringComparison.Ordinal)];
        return RowPattern().Matches(text).ToDictionary(
            static row => row.Groups["frame"].Value,
            static row => new Row(
                row.Groups["ending"].Value,
                row.Groups["most"].Success ? (int.Parse(row.Groups["most"].Value, CultureInfo.InvariantCulture), Enum.Parse<FrameType>(row.Groups["answer"].Value)) : null),
            StringComparer.Ordinal);
    }

    /// <summary>A row of the table.</summary>
    /// <param name="Ending">What the link's end says after a flood.</param>
    /// <param name="Answers">How many answers wait at most, and of which type.</param>
    private sealed record Row(string Ending, (int Most, FrameType Type)? Answers);

    [GeneratedRegex(@"^\| (?<frame>[A-Z]\w+) \| [^|]+ \| ((?<most>\d+) (?<answer>\w+))? ?\| [^|]+ \| `(?<ending>[^`]+)` \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RowPattern();
}
