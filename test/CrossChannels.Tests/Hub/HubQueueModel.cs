using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Hub;

/// <summary>A hub's queue and what is in flight to two readers, against plain lists of numbers, driven in random order.</summary>
internal sealed class HubQueueModel(int elementSize, int seed)
{
    private readonly Random _random = new(seed);
    private readonly ItemTaker _taker = new();
    private readonly HubQueue _queue = new(elementSize);
    private readonly SortedDictionary<long, int> _model = [];
    private readonly Reader[] _readers = [new(elementSize), new(elementSize)];
    private readonly HashSet<Segment> _segments = [];
    private long _next;

    private sealed class Reader(int elementSize)
    {
        public InFlight InFlight { get; } = new(elementSize);

        /// <summary>By the number on the link: number in the channel, and deliveries before this one.</summary>
        public SortedDictionary<long, (long Number, int Deliveries)> Model { get; } = [];

        public long NextOnLink { get; set; }
    }

    public void Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Reader reader = _readers[_random.Next(2)];
            switch (_random.Next(9))
            {
                case 0 or 1: Append(); break;
                case 2 or 3: Send(reader); break;
                case 4: Claim(); break;
                case 5: TakeFixed(); break;
                case 6: TakeOldest(reader); break;
                case 7: TakeNewest(reader); break;
                default: Settle(reader); break;
            }
            Check();
        }
        Finish();
    }

    private void Append()
    {
        int count = 1 + _random.Next(_random.Next(10) == 0 ? 300 : 8);
        byte[] payload = WireItems.Of(_next, count, elementSize);
        if (_random.Next(3) == 0)
        {
            Segment segment = WireItems.InSegment(payload);
            _segments.Add(segment);
            _queue.Append(segment, count);
        }
        else
        {
            _queue.Append(payload, count);
        }
        for (int i = 0; i < count; i++)
            _model.Add(_next++, 0);
    }

    private void Send(Reader reader)
    {
        int maxCount = 1 + _random.Next(12), maxBytes = _random.Next(300);
        Assert.AreEqual(_model.Count > 0, _queue.TryTakeRun(_taker, maxCount, maxBytes, out ItemBatch run));
        if (_model.Count == 0)
            return;
        _segments.Add(run.Segment);
        Assert.IsInRange(1, maxCount, run.Count);
        Assert.IsTrue(run.Bytes <= maxBytes || run.Count == 1);
        run.LinkSequence = reader.NextOnLink;
        for (int i = 0; i < run.Count; i++)
        {
            (long number, int deliveries) = _model.First();
            Assert.AreEqual((run.Sequence + i, run.Deliveries), (number, deliveries));
            reader.Model.Add(reader.NextOnLink++, (number, deliveries));
            _model.Remove(number);
        }
        CheckBytes(run);
        reader.InFlight.Add(run);
    }

    private void Claim()
    {
        Assert.AreEqual(_model.Count > 0, _queue.TryPeek(_taker, out ItemSlice peeked));
        if (_model.Count > 0)
            WireItems.Check(peeked, _model.First().Key, elementSize);
        peeked.Release();
        Assert.AreEqual(_model.Count > 0, _queue.TryClaim(_taker, out ItemSlice slice, out DeliveryTag tag, out int bytes));
        if (_model.Count == 0)
            return;
        (long number, int deliveries) = _model.First();
        Assert.AreEqual(new DeliveryTag(number, deliveries), tag);
        Assert.AreEqual(WireItems.Of(number, elementSize).Length, bytes);
        WireItems.Check(slice, number, elementSize);
        slice.Release();
        _model.Remove(number);
    }

    private void TakeFixed()
    {
        if (elementSize != 8)
            return;
        long[] items = new long[_random.Next(1, 6)];
        int taken = 0;
        if (items.Length == 1)
        {
            taken = _queue.TryTake(_taker, out items[0], out long sequence) ? 1 : 0;
            Assert.IsTrue(taken == 0 || sequence == _model.First().Key);
        }
        else
        {
            // What came back is taken one by one, and the rest at once.
            while (_queue.TakeMany(_taker, items.AsSpan(taken), out long first) is > 0 and { } more)
            {
                Assert.AreEqual(_model.Keys.ElementAt(taken), first);
                taken += more;
            }
        }
        Assert.AreEqual(Math.Min(items.Length, _model.Count), taken);
        foreach (long item in items.Take(taken))
        {
            CollectionAssert.AreEqual(WireItems.Of(_model.First().Key, 8), BitConverter.GetBytes(item));
            _model.Remove(_model.First().Key);
        }
    }

    private void TakeOldest(Reader reader)
    {
        var taken = new List<ItemBatch>();
        int count = _random.Next(Math.Min(reader.Model.Count, 20) + 1);
        long[] expected = [.. reader.Model.Keys.Take(count)];
        reader.InFlight.TakeOldest(count, taken);
        Take(reader, expected, taken, isReturned: false, again: 0);
    }

    private void TakeNewest(Reader reader)
    {
        var taken = new List<ItemBatch>();
        int count = _random.Next(Math.Min(reader.Model.Count, 20) + 1);
        long[] expected = [.. reader.Model.Keys.Skip(reader.Model.Count - count)];
        reader.InFlight.TakeNewest(count, taken);
        // The newest run comes first; which order they come back in must not matter.
        Take(reader, expected, taken, isReturned: true, again: 0);
    }

    private void Settle(Reader reader)
    {
        long first = reader.Model.Count == 0 ? _random.Next(5) : reader.Model.Keys.ElementAt(_random.Next(reader.Model.Count));
        uint count = (uint)_random.Next(1, 8);
        var range = new SettleRange(first, count, _random.Next(3) > 0 ? SettleOutcome.Completed : SettleOutcome.Abandoned);
        long[] expected = [.. Enumerable.Range(0, (int)count).Select(i => first + i).TakeWhile(reader.Model.ContainsKey)];
        var taken = new List<ItemBatch>();
        Assert.AreEqual(expected.Length == count, reader.InFlight.TryTake(range, taken));
        Take(reader, expected, taken, isReturned: range.Outcome == SettleOutcome.Abandoned, again: 1);
    }

    private void Take(Reader reader, long[] expected, List<ItemBatch> taken, bool isReturned, int again)
    {
        CollectionAssert.AreEqual(expected, taken.OrderBy(static run => run.LinkSequence).SelectMany(NumbersOnLink).ToArray());
        foreach (ItemBatch run in taken)
        {
            CheckBytes(run);
            for (int i = 0; i < run.Count; i++)
            {
                Assert.IsTrue(reader.Model.Remove(run.LinkSequence + i, out (long Number, int Deliveries) item));
                Assert.AreEqual((item.Number, item.Deliveries), (run.Sequence + i, run.Deliveries));
                if (isReturned)
                    _model.Add(item.Number, item.Deliveries + again);
            }
            if (isReturned)
                _queue.Return(run with { Deliveries = run.Deliveries + again });
            else
                run.Release();
        }
    }

    private void Check()
    {
        Assert.AreEqual(_model.Count, _queue.Count);
        Assert.AreEqual(_next, _queue.NextSequence);
        Assert.AreEqual(_model.Count > 0, _queue.HasFor(_taker));
        Assert.AreEqual(_model.Keys.Sum(BytesOf), _queue.Bytes);
        foreach (Reader reader in _readers)
        {
            Assert.AreEqual(reader.Model.Count, reader.InFlight.Count);
            Assert.AreEqual(reader.Model.Values.Sum(item => BytesOf(item.Number)), reader.InFlight.Bytes);
            int newest = _random.Next(reader.Model.Count + 1);
            Assert.AreEqual(
                reader.Model.Values.Skip(reader.Model.Count - newest).Select(static item => item.Number).DefaultIfEmpty(long.MaxValue).Min(),
                reader.InFlight.LowestOfNewest(newest));
        }
    }

    /// <summary>Everything comes back, is read in order, and no memory is left behind.</summary>
    private void Finish()
    {
        foreach (Reader reader in _readers)
        {
            var taken = new List<ItemBatch>();
            long[] expected = [.. reader.Model.Keys];
            reader.InFlight.TakeOldest(expected.Length, taken);
            Take(reader, expected, taken, isReturned: true, again: 0);
            Check();
        }
        for (int left = _model.Count / 2; left > 0; left--)
            Claim();
        _queue.Clear();
        Assert.AreEqual((0, 0L), (_queue.Count, _queue.Bytes));
        Assert.IsTrue(_segments.All(WireItems.IsReleased), "A segment is still referred to.");
    }

    private void CheckBytes(in ItemBatch run) =>
        CollectionAssert.AreEqual(WireItems.Of(run.Sequence, run.Count, elementSize), run.Payload.ToArray());

    private static IEnumerable<long> NumbersOnLink(ItemBatch run) => Enumerable.Range(0, run.Count).Select(i => run.LinkSequence + i);

    private long BytesOf(long number) => WireItems.Of(number, elementSize).Length;
}
