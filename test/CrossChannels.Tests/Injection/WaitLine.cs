namespace CrossChannels.Tests.Injection;

/// <summary>All that wait at one end.</summary>
internal sealed class EndWaits
{
    /// <summary>A caller that must keep its place leaves and comes back under it, so that no other call comes between.</summary>
    public Lock Sync { get; } = new();

    public int Waiting { get; set; }
}

/// <summary>Callers that wait at one end, in one way.</summary>
/// <param name="plan">Of the run.</param>
/// <param name="end">All that wait there.</param>
/// <param name="keepsPlaces">Who came first is served first, so that only one that is alone at the end may leave, and comes back at once.</param>
internal sealed class WaitLine(Restlessness plan, EndWaits end, bool keepsPlaces)
{
    private readonly Restlessness _plan = plan;
    private readonly EndWaits _end = end;
    private readonly bool _keepsPlaces = keepsPlaces;

    private bool MayLeave => !_keepsPlaces || _end.Waiting == 1;

    /// <summary>Makes a call of the end, and waits as its caller does.</summary>
    public ValueTask<T> WaitAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken token)
    {
        _plan.Stir();
        return token.IsCancellationRequested ? call(token) : WaitAsync(exit => new Call<T>(call(exit)), token);
    }

    /// <inheritdoc cref="WaitAsync{T}(Func{CancellationToken, ValueTask{T}}, CancellationToken)"/>
    public ValueTask WaitAsync(Func<CancellationToken, ValueTask> call, CancellationToken token)
    {
        _plan.Stir();
        if (token.IsCancellationRequested)
            return call(token);
        ValueTask<bool> wait = WaitAsync(exit => new Call(call(exit)), token);
        return wait.IsCompletedSuccessfully ? default : new ValueTask(wait.AsTask());
    }

    /// <summary>Now and then has a caller come beside the others, who leaves for good.</summary>
    public void Pass<T>(Func<CancellationToken, ValueTask<T>> call)
    {
        if (!_plan.Draw(oneIn: 4))
            return;
        var passer = new Passer(_plan);
        _plan.Add(passer);
        _ = passer.PassAsync(call);
    }

    private ValueTask<T> WaitAsync<T>(Func<CancellationToken, ICall<T>> call, CancellationToken token)
    {
        var visit = new Visit<T>(this, call, token);
        lock (_end.Sync)
        {
            if (visit.Begin() is { IsCompleted: true } served)
                return served.GetResultAsync();
            _plan.Add(visit);
            _end.Waiting++;
            visit.Watch();
        }
        return new ValueTask<T>(visit.EndAsync());
    }

    /// <summary>A call of an end, of which it can be asked at once whether it has been canceled.</summary>
    private interface ICall<T>
    {
        bool IsCompleted { get; }

        bool IsCanceled { get; }

        void OnCompleted(Action continuation);

        ValueTask<T> GetResultAsync();
    }

    private sealed class Call<T>(ValueTask<T> task) : ICall<T>
    {
        public bool IsCompleted => task.IsCompleted;

        public bool IsCanceled => task.IsCanceled;

        public void OnCompleted(Action continuation) => task.GetAwaiter().UnsafeOnCompleted(continuation);

        public ValueTask<T> GetResultAsync() => task;
    }

    private sealed class Call(ValueTask task) : ICall<bool>
    {
        public bool IsCompleted => task.IsCompleted;

        public bool IsCanceled => task.IsCanceled;

        public void OnCompleted(Action continuation) => task.GetAwaiter().UnsafeOnCompleted(continuation);

        public async ValueTask<bool> GetResultAsync()
        {
            await task.ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>One caller, who makes the call again whenever it has left.</summary>
    private sealed class Visit<T>(WaitLine line, Func<CancellationToken, ICall<T>> call, CancellationToken token) : IRestlessWait
    {
        private readonly TaskCompletionSource<T> _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CancellationTokenSource _exit = null!;
        private ICall<T> _current = null!;
        private bool _isAway;

        public ICall<T> Begin()
        {
            _exit = CancellationTokenSource.CreateLinkedTokenSource(token);
            _isAway = false;
            return _current = call(_exit.Token);
        }

        public void Watch()
        {
            ICall<T> current = _current;
            CancellationToken exit = _exit.Token;
            current.OnCompleted(() => OnEnded(current, exit));
        }

        public async Task<T> EndAsync()
        {
            try
            {
                return await _served.Task.ConfigureAwait(false);
            }
            finally
            {
                await line._plan.BeLateAsync().ConfigureAwait(false);
            }
        }

        public void Leave()
        {
            lock (line._end.Sync)
            {
                if (_isAway || !line.MayLeave)
                    return;
                _isAway = true;
                _exit.Cancel();
                // Otherwise it was served in this moment, or comes back once it has noticed that the call is over.
                if (_current.IsCanceled && (line._keepsPlaces || line._plan.Draw(oneIn: 2)))
                    ComeBack();
            }
        }

        private void ComeBack()
        {
            Begin();
            Watch();
        }

        private async Task ComeBackLateAsync()
        {
            if (!line._keepsPlaces)
                await line._plan.BeLateAsync().ConfigureAwait(false);
            lock (line._end.Sync)
                ComeBack();
        }

        private void OnEnded(ICall<T> ended, CancellationToken exit)
        {
            T? result = default;
            Exception? error = null;
            lock (line._end.Sync)
            {
                try
                {
#pragma warning disable CA2012, VSTHRD002 // It is done.
                    result = ended.GetResultAsync().GetAwaiter().GetResult();
#pragma warning restore CA2012, VSTHRD002
                }
                catch (OperationCanceledException e) when (e.CancellationToken == exit)
                {
                    if (ended != _current)
                        return;
                    if (_isAway)
                    {
                        _ = ComeBackLateAsync();
                        return;
                    }
                    error = new OperationCanceledException(token);
                }
                catch (Exception e)
                {
                    error = e;
                }
                _isAway = true;
                line._end.Waiting--;
            }
            line._plan.Remove(this);
            if (error is null)
                _served.SetResult(result!);
            else
                _served.SetException(error);
        }
    }

    /// <summary>A caller that nobody waits for.</summary>
#pragma warning disable CA1001 // It may be told to leave after its call has ended.
    private sealed class Passer(Restlessness plan) : IRestlessWait
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _exit = new();

        public void Leave() => _exit.Cancel();

        public async Task PassAsync<T>(Func<CancellationToken, ValueTask<T>> call)
        {
            try
            {
                await call(_exit.Token).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // It has left, or the channel is over, which those hear of that matter.
            }
            plan.Remove(this);
        }
    }
}
