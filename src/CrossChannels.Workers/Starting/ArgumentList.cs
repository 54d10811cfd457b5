using System.Buffers;
using System.Reflection;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Starting;

/// <summary>The arguments of a method that is started, in order.</summary>
internal sealed class ArgumentList
{
    private readonly List<Argument> _all = [];
    private MessageWriter?[] _values = [];

    public int Count => _all.Count;

    public ArgumentList Add<T>(T value)
    {
        _all.Add(new Argument<T>(value));
        return this;
    }

    /// <summary>Encodes what is no end, before anything has happened that would have to be undone.</summary>
    /// <exception cref="ArgumentException">One cannot go to another process.</exception>
    public void Encode(MethodInfo method)
    {
        ParameterInfo[] parameters = method.GetParameters();
        _values = new MessageWriter?[_all.Count];
        for (int i = 0; i < _all.Count; i++)
        {
            if (!TransferTicket.IsEnd(_all[i].Value))
                _values[i] = Encode(_all[i], parameters[i]);
        }
    }

    /// <summary>Writes the arguments, and gives away the ends among them. Returns the tickets of those.</summary>
    /// <param name="message">Where they go.</param>
    /// <param name="to">Name of the worker, for the errors of an end that was given away.</param>
    /// <param name="cancellationToken">Cancels giving.</param>
    public async Task<List<TransferTicket>> WriteAsync(MessageWriter message, string to, CancellationToken cancellationToken)
    {
        var tickets = new List<TransferTicket>();
        try
        {
            message.Byte((byte)_all.Count);
            for (int i = 0; i < _all.Count; i++)
            {
                if (_values[i] is { } value)
                {
                    message.Raw(value.Written.Span);
                    continue;
                }
                object end = _all[i].Value!;
                TransferTicket ticket = await TransferTicket.GiveAsync(end, to, cancellationToken).ConfigureAwait(false);
                tickets.Add(ticket);
                message.Byte((byte)ArgumentKind.End);
                message.Text(EndTypes.Find(end.GetType()).AssemblyQualifiedName!);
                message.Bytes(ticket.ToChildBytes());
            }
            return tickets;
        }
        catch (Exception e)
        {
            foreach (TransferTicket ticket in tickets)
                ticket.Withdraw(e);
            throw;
        }
    }

    private static MessageWriter Encode(Argument argument, ParameterInfo parameter)
    {
        var writer = new MessageWriter();
        switch (argument.Value)
        {
            case null:
                writer.Byte((byte)ArgumentKind.Null);
                break;
            case string text:
                writer.Byte((byte)ArgumentKind.String);
                writer.Text(text);
                break;
            case byte[] bytes:
                writer.Byte((byte)ArgumentKind.Bytes);
                writer.Bytes(bytes);
                break;
            case bool flag:
                writer.Byte((byte)ArgumentKind.Boolean);
                writer.Boolean(flag);
                break;
            case int number:
                writer.Byte((byte)ArgumentKind.Int32);
                writer.Int32(number);
                break;
            case long number:
                writer.Byte((byte)ArgumentKind.Int64);
                writer.Int64(number);
                break;
            case double number:
                writer.Byte((byte)ArgumentKind.Double);
                writer.Int64(BitConverter.DoubleToInt64Bits(number));
                break;
            default:
                Serialize(writer, argument, parameter);
                break;
        }
        return writer;
    }

    private static void Serialize(MessageWriter writer, Argument argument, ParameterInfo parameter)
    {
        if (RefusedArguments.ReasonFor(argument.Value!) is { } reason)
            throw new ArgumentException($"Argument '{parameter.Name}' of type {argument.Value!.GetType()} {reason}", parameter.Name);
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            argument.Serialize(bytes);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new ArgumentException($"Argument '{parameter.Name}' cannot go to another process: {e.Message}", parameter.Name, e);
        }
        writer.Byte((byte)ArgumentKind.Serialized);
        writer.Text(parameter.ParameterType == argument.Type ? "" : argument.Type.AssemblyQualifiedName!);
        writer.Bytes(bytes.WrittenSpan);
    }
}
