namespace ParallelGzip;

/// <summary>A worker ended before its work was done.</summary>
internal sealed class WorkerLostException(string message) : Exception(message);
