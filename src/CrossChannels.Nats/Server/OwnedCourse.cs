using CrossChannels.Nats.Completion;
using CrossChannels.Nats.Diagnostics;
using CrossChannels.Nats.Receiving;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Server;

/// <summary>What the process has in a channel that made it, or found it made: both its ends, which it leaves together; and the channel itself, where that goes with this process.</summary>
internal sealed class OwnedCourse : ICourseEnd, IServerUser
{
    private readonly ServerClient _server;
    private readonly ChannelDirectory _directory;
    private readonly ChannelCourse _course;
    private readonly NatsReceiver _receiver;
    private readonly IAsyncDisposable _writer;
    private readonly bool _isCreator;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _leaving;
    private object? _leavingOnce;

    public OwnedCourse(ServerClient server, ChannelDirectory directory, ChannelCourse course, NatsReceiver receiver, IAsyncDisposable writer, bool isCreator)
    {
        _server = server;
        _directory = directory;
        _course = course;
        _receiver = receiver;
        _writer = writer;
        _isCreator = isCreator;
        if (!isCreator)
            return;
        // The course is followed to its end for as long as an end of it is here.
        course.Add(this);
        server.Add(this);
    }

    bool ICourseEnd.IsReader => false;

    public void Abort(string? reason) => _ = _course.AbortAsync(reason, _server.Stopping);

    /// <summary>Leaves the channel; or completes it, lets readers drain it for a while, and deletes it. Never throws.</summary>
    public ValueTask LeaveAsync() => new(LazyInitializer.EnsureInitialized(ref _leaving, ref _leavingOnce, LeaveCoreAsync));

    void ICourseEnd.OnCourse(CourseRecord record)
    {
        if (record.Phase == CoursePhase.Over)
            _over.TrySetResult();
    }

    void ICourseEnd.OnHint(CourseHint hint, ReadOnlySpan<byte> from)
    {
    }

    void IServerUser.OnReconnected()
    {
    }

    Task IServerUser.ExitAsync() => LeaveAsync().AsTask();

    void IServerUser.OnLost(CrossChannelException error) => _over.TrySetResult();

    private async Task LeaveCoreAsync()
    {
        await Task.Yield();
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _receiver.LeaveAsync().ConfigureAwait(false);
        if (!_isCreator)
            return;
        try
        {
            await _course.CompleteAsync(_server.Stopping).ConfigureAwait(false);
            try
            {
                await _over.Task.WaitAsync(_server.Options.DrainTimeout, _server.Clock).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                StreamInfo? left = await _server.FindStreamAsync(_server.Names.Stream(_course.Facts.Name), _server.Stopping).ConfigureAwait(false);
                NatsLog.NotDrained(_server.Options.Logger, _course.Facts.Name, left?.State.Messages ?? 0);
                await _course.AbortAsync("The process that made it has left.", _server.Stopping).ConfigureAwait(false);
            }
            await _directory.DeleteOverAsync(_course.Facts, _server.Stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            NatsLog.NotDeleted(_server.Options.Logger, _course.Facts.Name, e.Message);
        }
        _course.Remove(this);
        _server.Remove(this);
    }
}
