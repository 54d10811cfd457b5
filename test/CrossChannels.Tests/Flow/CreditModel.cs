using CrossChannels.Flow;

namespace CrossChannels.Tests.Flow;

/// <summary>A sender and a receiver with queues between them, driven in random order; checks what must hold after every step.</summary>
internal sealed class CreditModel
{
    private readonly long _capacity;
    private readonly long _windowBytes;
    private readonly int _maxItemBytes;
    private readonly Random _random;
    private readonly Queue<(int Count, int Bytes)> _wire = new();
    private readonly Queue<(long Items, long Bytes)> _grants = new();
    private readonly Queue<int> _unread = new();
    private readonly Queue<int> _unsent = new();
    private SendCredit _credit;
    private ReceiveWindow _window;
    private (long Items, long Bytes) _lastGrant;

    public CreditModel(long capacity, long windowBytes, int maxItemBytes, int seed)
    {
        (_capacity, _windowBytes, _maxItemBytes, _random) = (capacity, windowBytes, maxItemBytes, new Random(seed));
        _window = new ReceiveWindow(capacity, windowBytes, maxItemBytes);
        _lastGrant = _window.Granted;
        _credit.Open(_lastGrant.Items, _lastGrant.Bytes);
    }

    /// <summary>Until all items have passed; fails if nothing can be done before that.</summary>
    public void Run(int items)
    {
        long consumed = 0;
        for (int idle = 0; consumed < items;)
        {
            bool didSomething = _random.Next(4) switch
            {
                0 => Accept(items),
                1 => Send(),
                2 => Arrive(),
                _ => Read(ref consumed),
            };
            Check();
            idle = didSomething ? 0 : idle + 1;
            if (idle > 200)
                Assert.Fail($"Stuck after {consumed} of {items} items: {_unsent.Count} unsent, {_wire.Count} on the wire, {_unread.Count} unread.");
        }
        Assert.AreEqual(items, _window.ReceivedItems);
        Assert.AreEqual(items, _window.ConsumedItems);
    }

    private bool Accept(int items)
    {
        if (_credit.Items <= 0 || _credit.AcceptedItems == items)
            return false;
        _credit.Accept(1);
        _unsent.Enqueue(_random.Next(_maxItemBytes) + 1);
        return true;
    }

    private bool Send()
    {
        if (_grants.TryDequeue(out (long Items, long Bytes) grant))
        {
            Assert.IsTrue(_credit.TryGrant(grant.Items, grant.Bytes), "A correct grant was refused.");
            return true;
        }
        // A batch never exceeds the window, as a block of the item sender does not; a lone item may.
        if (!_unsent.TryPeek(out int bytes))
            return false;
        int count = 1;
        foreach (int more in _unsent.Skip(1).Take(_random.Next(4)))
        {
            if (bytes + more > _windowBytes)
                break;
            bytes += more;
            count++;
        }
        if (!_credit.MaySend(bytes, count))
        {
            // Half of a block does not leave; but the whole of it must be able to, once the reader has read all.
            return false;
        }
        for (int i = 0; i < count; i++)
            _unreadLater.Enqueue(_unsent.Dequeue());
        _credit.Sent(bytes, count);
        _wire.Enqueue((count, bytes));
        return true;
    }

    private readonly Queue<int> _unreadLater = new();

    private bool Arrive()
    {
        if (!_wire.TryDequeue(out (int Count, int Bytes) batch))
            return false;
        Assert.IsTrue(_window.TryReceive(batch.Count, batch.Bytes), "What was sent within credit was refused.");
        for (int i = 0; i < batch.Count; i++)
            _unread.Enqueue(_unreadLater.Dequeue());
        return true;
    }

    private bool Read(ref long consumed)
    {
        if (_unread.TryDequeue(out int bytes))
        {
            _window.Consume(1, bytes);
            consumed++;
            if (_window.IsGrantDue)
                Grant();
            return true;
        }
        // A reader that finds nothing gives back what is free before it waits.
        if (!_window.HasGrant)
            return false;
        Grant();
        return true;
    }

    private void Grant()
    {
        (long Items, long Bytes) grant = _window.Grant();
        Assert.IsTrue(grant.Items >= _lastGrant.Items && grant.Bytes >= _lastGrant.Bytes, "Credit went back.");
        _lastGrant = grant;
        _grants.Enqueue(grant);
    }

    private void Check()
    {
        if (_capacity != long.MaxValue)
        {
            long taken = _window.Granted.Items - _window.ConsumedItems;
            Assert.IsTrue(taken <= _capacity, $"Credit and unread items are {taken}, and the capacity is {_capacity}.");
            Assert.IsTrue(_unread.Count <= _capacity);
        }
        long unreadBytes = _unread.Sum(static bytes => (long)bytes);
        Assert.IsTrue(unreadBytes <= _windowBytes || _unread.Count == 1, $"{_unread.Count} items of {unreadBytes} bytes are unread, and the window is {_windowBytes}.");
        Assert.IsTrue(_credit.Items >= 0 && _credit.CertainlyRead <= _window.ConsumedItems);
    }
}
