using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Pool;

namespace CrossChannels.Workers;

/// <summary>
/// A static method, and its argument, that each worker of a pool runs before its first task. For more than one value pass a tuple or a
/// record.
/// </summary>
public sealed class WorkerInitializer
{
    private readonly ArgumentList _arguments;

    private WorkerInitializer(Delegate method, ArgumentList arguments)
    {
        Method = PoolMethod.Create<NoItem>(method);
        _arguments = arguments.Encode(method.Method);
    }

    internal PoolMethod Method { get; }

    /// <summary>A method without arguments.</summary>
    /// <exception cref="ArgumentException">
    /// The method cannot be found again in another process, or the argument cannot go there.
    /// </exception>
    public static WorkerInitializer Create(Action method) => new(method, new ArgumentList());

    /// <summary>An asynchronous method without arguments.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create(Func<Task> method) => new(method, new ArgumentList());

    /// <summary>A method with one argument.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create<T>(Action<T> method, T arg) => new(method, new ArgumentList().Add(arg));

    /// <summary>An asynchronous method with one argument.</summary>
    /// <inheritdoc cref="Create(Action)" path="/exception"/>
    public static WorkerInitializer Create<T>(Func<T, Task> method, T arg) => new(method, new ArgumentList().Add(arg));

    /// <summary>Gives away the ends among the arguments, to one worker.</summary>
    internal ValueTask<GivenArguments> GiveAsync(string to) => _arguments.GiveAsync(to, CancellationToken.None);

    internal void Write(MessageWriter writer, GivenArguments given)
    {
        Method.Write(writer);
        writer.Append(given.Bytes.Span);
    }
}
