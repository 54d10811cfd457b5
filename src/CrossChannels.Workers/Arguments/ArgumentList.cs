using System.Reflection;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Methods;

namespace CrossChannels.Workers.Arguments;

/// <summary>The arguments of one call of a method in another process, in order.</summary>
internal sealed class ArgumentList
{
    /// <summary>
    /// Above it a call is refused: what a message of a pool may have, less than 1 MiB of which stands around the arguments.
    /// </summary>
    public const int MaxBytes = MaxMessageBytes - (1 << 20);

    /// <summary>What one item of a channel may have at most.</summary>
    public const int MaxMessageBytes = 1 << 30;

    private readonly List<Argument> _all = [];

    // The arguments that are not ends, as they are sent.
    private byte[]?[] _values = [];

    /// <summary>Whether there is an end among them, which only one worker can have.</summary>
    public bool HasEnds { get; private set; }

    public ArgumentList Add<T>(T value)
    {
        _all.Add(new Argument(value, typeof(T), ValueCodec<T>.Instance));
        return this;
    }

    /// <summary>Encodes what is not an end, before anything has happened that would have to be undone.</summary>
    /// <exception cref="ArgumentException">One cannot go to another process; the message names it and says what to do.</exception>
    public ArgumentList Encode(MethodInfo method)
    {
        ParameterInfo[] parameters = method.GetParameters();
        _values = new byte[]?[_all.Count];
        var writer = new MessageWriter();
        long length = 0;
        for (int i = 0; i < _all.Count; i++)
        {
            if (EndArgument.IsOne(_all[i].Value))
            {
                HasEnds = true;
                continue;
            }
            writer.Cut(0);
            Encode(writer, _all[i], parameters[i], MethodName.Display(method));
            _values[i] = writer.Written.ToArray();
            length += writer.Length;
            if (length > MaxBytes)
            {
                throw Refuse(
                    parameters[i],
                    MethodName.Display(method),
                    $"has, with those before it, {length:N0} bytes, and {MaxBytes:N0} is the limit.",
                    cause: null);
            }
        }
        return this;
    }

    /// <summary>Gives away the ends among the arguments.</summary>
    /// <param name="to">Who gets them, for the errors of an end that was given away.</param>
    /// <param name="cancellationToken">Cancels giving.</param>
    public async ValueTask<GivenArguments> GiveAsync(string to, CancellationToken cancellationToken)
    {
        var message = new MessageWriter();
        var tickets = new List<TransferTicket>();
        try
        {
            for (int i = 0; i < _all.Count; i++)
            {
                if (_values[i] is { } value)
                {
                    message.Append(value);
                    continue;
                }
                object end = _all[i].Value!;
                TransferTicket ticket = await TransferTicket.GiveAsync(end, to, cancellationToken).ConfigureAwait(false);
                tickets.Add(ticket);
                EndArgument.Write(message, ticket);
            }
            return new GivenArguments(message.Written, tickets);
        }
        catch (Exception e)
        {
            foreach (TransferTicket ticket in tickets)
                ticket.Withdraw(e);
            throw;
        }
    }

    private static void Encode(MessageWriter writer, Argument argument, ParameterInfo parameter, string method)
    {
        // The parameter's own type, since the worker knows no other: a message names no type of a value.
        ValueCodec codec = parameter.ParameterType == argument.Type ? argument.Codec : ValueCodec.For(parameter.ParameterType);
        try
        {
            codec.Write(writer, argument.Value);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw Refuse(parameter, method, $"cannot go to another process: {e.Message}", e);
        }
    }

    private static ArgumentException Refuse(ParameterInfo parameter, string method, string why, Exception? cause) =>
        new($"Argument '{parameter.Name}' of {method} {why}", parameter.Name, cause);

    private sealed record Argument(object? Value, Type Type, ValueCodec Codec);
}
