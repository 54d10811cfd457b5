namespace CrossChannels.Workers.Pool;

/// <summary>A method of any shape, as the worker calls it.</summary>
internal delegate ValueTask<TResult> TaskBody<TArguments, TResult>(TArguments arguments, CancellationToken cancellationToken);
