using System.Reflection;

namespace CrossChannels.Workers.Pool;

/// <summary>The arguments of one task. The same type writes them in the parent, and reads them and calls the method in the worker.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IArguments<TSelf>
    where TSelf : struct, IArguments<TSelf>
{
    /// <summary>How many there are.</summary>
    static abstract int Count { get; }

    void Write(TaskWriter writer);

    /// <summary>Notes those that are ends of channels, or locks.</summary>
    void Collect(List<object> ends);

    static abstract TSelf Read(TaskReader reader);

    /// <summary>Makes a call of a method, whatever it returns and whether it takes a token or not.</summary>
    static abstract TaskBody<TSelf, TResult> Bind<TResult>(MethodInfo method, object? target, TaskShape shape);

    /// <exception cref="NotSupportedException">A type cannot cross.</exception>
    static abstract void Check();
}
