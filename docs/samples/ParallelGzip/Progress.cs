using System.Diagnostics;

namespace ParallelGzip;

/// <summary>Shows how far the job is, on standard error: one line drawn anew at a terminal, a line every few seconds elsewhere.</summary>
internal sealed class Progress : IAsyncDisposable
{
    private static readonly TimeSpan s_redraw = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_nextLine = TimeSpan.FromSeconds(3);

    private const long MiddleOfTheUnknown = 8 * BlockChannel.BlockBytes;

    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private readonly string _title;
    private readonly long? _total;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly PeriodicTimer _timer;
    private readonly Task _drawing;
    private long _bytesRead;
    private long _bytesWritten;
    private int _blocksInFlight;
    private Action? _onMiddle;

    /// <param name="title">What is going on.</param>
    /// <param name="total">How many bytes there are to read, where that is known.</param>
    public Progress(string title, long? total)
    {
        _title = title;
        _total = total;
        _timer = new PeriodicTimer(_isTerminal ? s_redraw : s_nextLine);
        _drawing = DrawAsync();
    }

    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    public TimeSpan Elapsed => _clock.Elapsed;

    public void BlockRead(int bytes)
    {
        Interlocked.Increment(ref _blocksInFlight);
        if (Interlocked.Add(ref _bytesRead, bytes) >= (_total / 2 ?? MiddleOfTheUnknown))
            Interlocked.Exchange(ref _onMiddle, null)?.Invoke();
    }

    /// <summary>Called once, when half of the input has been read, or the eighth block where nobody knows how much there is.</summary>
    public void OnMiddle(Action action) => Volatile.Write(ref _onMiddle, action);

    public void BlockWritten(int bytes)
    {
        Interlocked.Decrement(ref _blocksInFlight);
        Interlocked.Add(ref _bytesWritten, bytes);
    }

    /// <summary>Says something that stays.</summary>
    public Task NoteAsync(string line) => Console.Error.WriteLineAsync(_isTerminal ? $"\r{line}\e[K" : line);

    public async ValueTask DisposeAsync()
    {
        _clock.Stop();
        _timer.Dispose();
        await _drawing;
        if (_isTerminal)
            await Console.Error.WriteAsync("\r\e[K");
    }

    private async Task DrawAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            if (_isTerminal)
                await Console.Error.WriteAsync($"\r{Line()}\e[K");
            else
                await Console.Error.WriteLineAsync(Line());
        }
    }

    private string Line()
    {
        long read = Volatile.Read(ref _bytesRead);
        double rate = read / _clock.Elapsed.TotalSeconds;
        string share = _total is > 0 and { } total ? $" of {Size.Text(total)} ({Math.Min(1.0, (double)read / total):P0})" : "";
        string left = _total > read && rate > 0 ? $", {TimeSpan.FromSeconds((_total.Value - read) / rate):m\\:ss} left" : "";
        return $"{_title}: {Size.Text(read)}{share}, {Size.Text(rate)}/s{left}, {Volatile.Read(ref _blocksInFlight)} blocks in flight";
    }
}
