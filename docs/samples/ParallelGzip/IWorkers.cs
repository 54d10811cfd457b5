using System.Threading.Channels;

namespace ParallelGzip;

/// <summary>The workers of one job, and the two channels that they share. Disposing ends those that still work, at once.</summary>
internal interface IWorkers : IAsyncDisposable
{
    int Count { get; }

    ChannelWriter<NumberedBytes> Blocks { get; }

    /// <summary>In any order, and twice where a worker was killed after its work.</summary>
    ChannelReader<NumberedBytes> Members { get; }

    /// <summary>Canceled when what is left of the workers cannot finish the job.</summary>
    CancellationToken Lost { get; }

    /// <summary>Says why they cannot; null if they can.</summary>
    WorkerLostException? WhyLost { get; }

    /// <summary>Sends the workers home once the pipeline has everything back.</summary>
    /// <returns>The CPU time of their processes, without this one.</returns>
    Task<TimeSpan> FinishAsync();
}
