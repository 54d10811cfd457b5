using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Methods;

/// <summary>Calls one method in a worker with arguments as they were sent. One caller at a time.</summary>
internal sealed class MethodRunner
{
    private readonly MethodInvoker _invoker;
    private readonly object? _target;
    private readonly ParameterInfo[] _parameters;
    private readonly ValueCodec?[] _codecs;
    private readonly object?[] _arguments;
    private readonly Type _returned;
    private readonly Lazy<ValueFunction?> _function;
    private ValueCodec? _result;

    public MethodRunner(MethodInfo method, object? target)
    {
        _invoker = MethodInvoker.Create(method);
        _target = target;
        _parameters = method.GetParameters();
        _codecs = new ValueCodec?[_parameters.Length];
        _arguments = new object?[_parameters.Length];
        _returned = method.ReturnType;
        _function = new Lazy<ValueFunction?>(() => ValueFunction.Create(method, target), LazyThreadSafetyMode.None);
    }

    /// <summary>What a method's task has as its result; <see langword="null"/> if it is none, or has none.</summary>
    public static Type? ResultOfTask(Type returned) =>
        returned.IsGenericType && returned.GetGenericTypeDefinition() == typeof(Task<>) ? returned.GetGenericArguments()[0] : null;

    /// <summary>
    /// Reads the arguments and calls the method, whose exceptions come as they are. Ends that were opened are added to a list, for who
    /// closes them.
    /// </summary>
    public object? Invoke(MessageReader message, ref List<IAsyncDisposable>? ends)
    {
        bool hasEnds = false;
        for (int i = 0; i < _arguments.Length; i++)
        {
            var kind = (ValueKind)message.Byte();
            _arguments[i] = kind switch
            {
                ValueKind.Serialized => (_codecs[i] ??= ValueCodec.For(_parameters[i].ParameterType)).ReadSerialized(message),
                ValueKind.End => EndArgument.Begin(message),
                _ => ValueCodec.ReadSimple(message, kind),
            };
            hasEnds |= kind == ValueKind.End;
        }
        if (hasEnds)
            FinishEnds(ref ends);
        object? returned = _arguments.Length switch
        {
            0 => _invoker.Invoke(_target),
            1 => _invoker.Invoke(_target, _arguments[0]),
            2 => _invoker.Invoke(_target, _arguments[0], _arguments[1]),
            _ => _invoker.Invoke(_target, _arguments.AsSpan()),
        };
        Array.Clear(_arguments);
        return returned;
    }

    /// <summary>Reads the arguments, runs the method to its end, and writes what it returned.</summary>
    public ValueTask RunAsync(MessageReader message, MessageWriter result, ref List<IAsyncDisposable>? ends)
    {
        if (_function.Value is { } function)
        {
            function.Run(message, result);
            return default;
        }
        object? returned = Invoke(message, ref ends);
        if (returned is not Task task)
        {
            WriteResult(result, returned);
            return default;
        }
        if (!task.IsCompletedSuccessfully)
            return FinishAsync(task, result);
        WriteResultOf(task, result);
        return default;
    }

    private void FinishEnds(ref List<IAsyncDisposable>? ends)
    {
        for (int i = 0; i < _arguments.Length; i++)
        {
            if (_arguments[i] is not Func<IAsyncDisposable> finish)
                continue;
            IAsyncDisposable end = finish();
            (ends ??= []).Add(end);
            _arguments[i] = end;
        }
    }

    private async ValueTask FinishAsync(Task task, MessageWriter result)
    {
        await task.ConfigureAwait(false);
        WriteResultOf(task, result);
    }

    private void WriteResultOf(Task task, MessageWriter writer)
    {
        if (ResultOfTask(_returned) is { } type)
            WriteResult(writer, (_result ??= ValueCodec.For(type)).ResultOf(task));
        else
            WriteResult(writer, null);
    }

    private void WriteResult(MessageWriter writer, object? value)
    {
        if (!ValueCodec.TryWriteSimple(writer, value))
            (_result ??= ValueCodec.For(_returned)).Write(writer, value);
    }

    /// <summary>
    /// A function of one value that returns one, as maps of many small tasks have it: called by a delegate, and nothing is boxed.
    /// </summary>
    private abstract class ValueFunction
    {
        /// <summary>Null for any other method, and where no code is made at run time.</summary>
        [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "Not where programs are trimmed: see the condition.")]
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
        public static ValueFunction? Create(MethodInfo method, object? target)
        {
            ParameterInfo[] parameters = method.GetParameters();
            if (!RuntimeFeature.IsDynamicCodeSupported || parameters is not [{ ParameterType.IsValueType: true } parameter] ||
                !method.ReturnType.IsValueType || method.ReturnType == typeof(void))
            {
                return null;
            }
            Type type = typeof(ValueFunction<,>).MakeGenericType(parameter.ParameterType, method.ReturnType);
            return (ValueFunction)Activator.CreateInstance(type, method, target)!;
        }

        public abstract void Run(MessageReader message, MessageWriter result);
    }

    private sealed class ValueFunction<T, TResult>(MethodInfo method, object? target) : ValueFunction
    {
        private readonly Func<T, TResult> _call = method.CreateDelegate<Func<T, TResult>>(target);

        public override void Run(MessageReader message, MessageWriter result) =>
            ValueCodec<TResult>.Instance.Write(result, _call(ValueCodec<T>.Instance.Read(message)));
    }
}
