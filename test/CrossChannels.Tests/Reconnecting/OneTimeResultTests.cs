using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;
using CrossChannels.Diagnostics;
using CrossChannels.Reconnecting;

namespace CrossChannels.Tests.Reconnecting;

/// <summary>The result of a wait on a link can be taken once: from then on its waiter serves the next caller.</summary>
[TestClass]
public sealed class OneTimeResultTests
{
    /// <summary>An item that comes while the call is made, as it often does by shared memory.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task WaitToRead_EndsDuringTheCall_ItsResultIsTakenOnce(bool result)
    {
        var inner = new EndedWaits(result);
        var recipe = new EndRecipe<CrossChannelReader<int>>(
            ChannelAddress.Parse("mem:nowhere"), new MetricTags("", "reader"), _ => Task.FromResult<CrossChannelReader<int>>(inner), static _ => new TaskCompletionSource().Task, static _ => null, static _ => Task.FromResult(0L));
        await using var reader = new ReconnectingReader<int>(recipe, new ConnectionOptions(), new ReconnectOptions());
        await reader.Keeper.OpenAsync(CancellationToken.None).Done();
        for (int call = 1; call <= 3; call++)
        {
            Assert.AreEqual(result, await reader.WaitToReadAsync().Done());
            Assert.AreEqual(call, inner.Taken);
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task IsTrue_OfAWaitThatHasEnded_LeavesItToBeAwaited(bool result)
    {
        Assert.AreEqual(result, OneTimeResult.IsTrue(new ValueTask<bool>(new EndedWait(result), 0), out ValueTask<bool> wait));
        Assert.AreEqual(result, await wait.Done());
    }

    [TestMethod]
    public async Task IsTrue_OfAWaitThatLasts_LeavesItAlone()
    {
        var source = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.IsFalse(OneTimeResult.IsTrue(new ValueTask<bool>(source.Task), out ValueTask<bool> wait));
        source.SetResult(true);
        Assert.IsTrue(await wait.Done());
    }

    /// <summary>A reader whose waits have ended when they are returned.</summary>
    private sealed class EndedWaits(bool result) : CrossChannelReader<int>
    {
        private readonly List<EndedWait> _waits = [];

        public int Taken => _waits.Count(static wait => wait.IsTaken);

        public override Ending? Ending => null;

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
        {
            _waits.Add(new EndedWait(result));
            return new ValueTask<bool>(_waits[^1], 0);
        }

        public override bool TryRead([MaybeNullWhen(false)] out int item) => throw new NotSupportedException();

        public override int TryReadMany(Span<int> destination) => throw new NotSupportedException();

        public override ValueTask<int> ReadManyAsync(Memory<int> destination, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask CloseAsync(string? reason = null) => default;

        public override ValueTask DisposeAsync() => default;

        public override void Dispose()
        {
        }

        internal override bool TryReadInto(Memory<byte> destination, out int length) => throw new NotSupportedException();
    }

    /// <summary>A wait that has ended, and does not know of itself once its result was taken.</summary>
    private sealed class EndedWait(bool result) : IValueTaskSource<bool>
    {
        public bool IsTaken { get; private set; }

        public ValueTaskSourceStatus GetStatus(short token) => IsTaken ? throw new InvalidOperationException("It was taken.") : ValueTaskSourceStatus.Succeeded;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => throw new NotSupportedException();

        public bool GetResult(short token)
        {
            ValueTaskSourceStatus status = GetStatus(token);
            IsTaken = true;
            return status == ValueTaskSourceStatus.Succeeded && result;
        }
    }
}
