using CrossChannels.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Links;

/// <summary>Tells the log that memory of a lane was collected before its program disposed it.</summary>
/// <remarks>It frees nothing: who holds a span of that memory, and nothing else, may be using it still.</remarks>
internal sealed class LossWatch : IDisposable
{
    private readonly ILogger _logger;
    private readonly int _length;

    private LossWatch(ILogger logger, int length)
    {
        _logger = logger;
        _length = length;
    }

#pragma warning disable MA0055 // There is no other way to know of it.
    ~LossWatch() => Log.MemoryLost(_logger, _length);
#pragma warning restore MA0055

    /// <returns>To be held by the memory, and disposed with it; null where nobody would hear.</returns>
    public static LossWatch? Start(ILogger? logger, int length) => logger is null ? null : new LossWatch(logger, length);

    public void Dispose() => GC.SuppressFinalize(this);
}
