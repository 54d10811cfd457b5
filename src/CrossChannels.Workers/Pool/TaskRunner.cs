using System.Reflection;

namespace CrossChannels.Workers.Pool;

/// <summary>Runs the tasks of one method in a worker.</summary>
internal abstract class TaskRunner
{
    public abstract void Bind(MethodInfo method, object? target, TaskShape shape);

    /// <summary>Reads the arguments, runs the method, and writes what it returns.</summary>
    public abstract ValueTask RunAsync(TaskReader arguments, TaskWriter result, CancellationToken cancellationToken);
}
