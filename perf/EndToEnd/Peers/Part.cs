namespace EndToEnd.Peers;

/// <summary>What one process of a scenario does. It lives in a process of its own, which <see cref="PeerHost"/> runs.</summary>
internal abstract class Part
{
    /// <summary>Listens, or connects to who listens already.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>One round of about this length.</summary>
    /// <returns>One figure a row of the scenario; more may follow.</returns>
    public virtual Task<double[]> RunAsync(TimeSpan duration) => throw new NotSupportedException($"{GetType().Name} follows another part and has no rounds.");

    /// <summary>Closes what is open; the scenario is over.</summary>
    public virtual ValueTask StopAsync() => default;

    /// <summary>Runs what goes on for as long as the process; if it fails, the process ends and the scenario fails.</summary>
    protected static void RunInBackground(Func<Task> work) => _ = Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception e) when (!PeerHost.IsEnding)
        {
            await Console.Error.WriteLineAsync(e.ToString());
            Environment.Exit(PeerHost.FailureCode);
        }
        catch (Exception e)
        {
            // The other end went first while the scenario was taken down.
            GC.KeepAlive(e);
        }
    });
}
