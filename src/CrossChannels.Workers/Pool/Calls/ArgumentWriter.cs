using System.Reflection;
using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Methods;

namespace CrossChannels.Workers.Pool;

/// <summary>Writes an item of a map as the arguments of one task.</summary>
internal delegate void ArgumentWriter<in TItem>(MessageWriter writer, TItem item);

/// <summary>Makes those of methods of one parameter and of two.</summary>
internal static class ArgumentWriter
{
    /// <exception cref="ArgumentException">The type of the parameter cannot cross.</exception>
    public static ArgumentWriter<T> Single<T>(MethodInfo method) => Of<T>(method, 0);

    /// <inheritdoc cref="Single{T}"/>
    public static ArgumentWriter<(T1 First, T2 Second)> Pair<T1, T2>(MethodInfo method)
    {
        ArgumentWriter<T1> first = Of<T1>(method, 0);
        ArgumentWriter<T2> second = Of<T2>(method, 1);
        return (writer, item) =>
        {
            first(writer, item.First);
            second(writer, item.Second);
        };
    }

    private static ArgumentWriter<T> Of<T>(MethodInfo method, int index)
    {
        ParameterInfo parameter = method.GetParameters()[index];
        ValueCodec codec = parameter.ParameterType == typeof(T) ? ValueCodec<T>.Instance : ValueCodec.For(parameter.ParameterType);
        try
        {
            codec.Check();
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException(
                $"Argument '{parameter.Name}' of {MethodName.Display(method)} cannot go to another process: {e.Message}",
                parameter.Name,
                e);
        }
        return codec is ValueCodec<T> typed ? typed.Write : (writer, item) => codec.Write(writer, item);
    }
}
