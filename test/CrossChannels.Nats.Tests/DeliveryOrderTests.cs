using CrossChannels.Nats.Receiving;

namespace CrossChannels.Nats.Tests;

/// <summary>In which order a plain reader passes items on, by what it knows of those that are missing.</summary>
[TestClass]
public sealed class DeliveryOrderTests
{
    private readonly DeliveryOrder _order = new();
    private readonly List<long> _passed = [];

    [TestMethod]
    public void NoDoubt_PassesAsTheyCome()
    {
        Arrive(3, 7, 5);
        Passed(3, 7, 5);
    }

    [TestMethod]
    public void Doubt_NothingIsMissing_PassesAtOnce()
    {
        Arrive(3);
        Doubt();
        Arrive(4, 5);
        Passed(3, 4, 5);
    }

    [TestMethod]
    public void Doubt_MissingComesLater_IsWaitedFor()
    {
        Arrive(3);
        Doubt();
        Arrive(6, 8, 5);
        Passed(3);
        Arrive(4);
        Passed(3, 4, 5, 6);
        Arrive(7);
        Passed(3, 4, 5, 6, 7, 8);
    }

    [TestMethod]
    public void Doubt_MissingIsSettled_GoesOn()
    {
        Arrive(3);
        Doubt();
        Arrive(6, 8);
        Settled(4);
        Passed(3);
        Settled(5);
        Passed(3, 6);
    }

    [TestMethod]
    public void Doubt_MissingWasSettledHere_GoesOn()
    {
        Arrive(3);
        Doubt();
        Arrive(5);
        Do(() => _order.ArrivedAgain(4));
        Passed(3, 5);
    }

    [TestMethod]
    public void Doubt_EndsBehindWhatCouldBeMissing()
    {
        Arrive(3);
        Doubt();
        Do(() => _order.DoubtUntil(5));
        Arrive(9, 5);
        Passed(3);
        Arrive(4);
        // What is behind the bound went to others, and is not waited for.
        Passed(3, 4, 5, 9);
        Arrive(12);
        Passed(3, 4, 5, 9, 12);
    }

    [TestMethod]
    public void Doubt_Again_LiftsTheBound()
    {
        Arrive(3);
        Doubt();
        Do(() => _order.DoubtUntil(5));
        Doubt();
        Arrive(4, 5, 7);
        Passed(3, 4, 5);
        Do(() => _order.DoubtUntil(5));
        Passed(3, 4, 5, 7);
    }

    [TestMethod]
    public void GivenBack_ComesAgain_BeforeWhatIsBehindIt()
    {
        Arrive(3, 4, 5);
        Do(() => _order.GivenBack(4));
        Do(() => _order.GivenBack(5));
        Doubt();
        Arrive(6, 5);
        Passed(3, 4, 5);
        Arrive(4);
        Passed(3, 4, 5, 4, 5, 6);
    }

    private void Doubt() => Do(_order.Doubt);

    private void Settled(long sequence) => Do(() => _order.SettledUpTo(sequence));

    private void Arrive(params long[] sequences)
    {
        foreach (long sequence in sequences)
        {
            Do(() =>
            {
                if (_order.Arrived(new HeldItem(sequence, 0, null, IsNull: true)))
                    _passed.Add(sequence);
            });
        }
    }

    private void Do(Action step)
    {
        step();
        while (_order.TryPass(out HeldItem item))
            _passed.Add(item.Sequence);
    }

    private void Passed(params long[] expected) => CollectionAssert.AreEqual(expected, _passed);
}
