namespace CrossChannels.Tests.Injection;

/// <summary>A clock that is right where it does not fail as planned.</summary>
internal sealed class FaultyClock(FaultPlan plan, TimeProvider inner) : TimeProvider
{
    public override long TimestampFrequency => inner.TimestampFrequency;

    public override long GetTimestamp()
    {
        plan.Call("TimeProvider.GetTimestamp");
        return inner.GetTimestamp();
    }

    public override DateTimeOffset GetUtcNow()
    {
        plan.Call("TimeProvider.GetUtcNow");
        return inner.GetUtcNow();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        plan.Call("TimeProvider.CreateTimer");
        return new FaultyTimer(plan, inner.CreateTimer(callback, state, dueTime, period));
    }

    private sealed class FaultyTimer(FaultPlan plan, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            plan.Call("ITimer.Change");
            return inner.Change(dueTime, period);
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
