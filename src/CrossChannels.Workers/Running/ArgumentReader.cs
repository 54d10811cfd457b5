using System.Reflection;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Running;

/// <summary>Makes the arguments of the method from the start message.</summary>
internal static class ArgumentReader
{
    /// <param name="message">Stands at the arguments; what is read behind them is of nobody.</param>
    /// <param name="method">The method that takes them.</param>
    /// <param name="cancellation">Of its last parameter; <see langword="null"/> if it takes no token.</param>
    public static object?[] Read(MessageReader message, MethodInfo method, CancellationTokenSource? cancellation)
    {
        int count = message.Byte();
        object?[] arguments = new object?[cancellation is null ? count : count + 1];
        bool hasEnds = false;
        for (int i = 0; i < count; i++)
        {
            var kind = (ArgumentKind)message.Byte();
            arguments[i] = kind switch
            {
                ArgumentKind.Null => null,
                ArgumentKind.String => message.Text(),
                ArgumentKind.Bytes => message.Bytes(),
                ArgumentKind.Boolean => message.Boolean(),
                ArgumentKind.Int32 => message.Int32(),
                ArgumentKind.Int64 => message.Int64(),
                ArgumentKind.Double => BitConverter.Int64BitsToDouble(message.Int64()),
                ArgumentKind.Serialized => SerializedArgument.Read(message, method, i),
                _ => EndArgument.BeginAsync(message, method, i),
            };
            hasEnds |= kind == ArgumentKind.End;
        }
        if (hasEnds)
            EndArgument.FinishAll(arguments);
        if (cancellation is not null)
            arguments[count] = cancellation.Token;
        return arguments;
    }
}
