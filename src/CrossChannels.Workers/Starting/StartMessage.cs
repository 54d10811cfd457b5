using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Reports;

namespace CrossChannels.Workers.Starting;

/// <summary>Writes the first message to a worker: where it reports, which method it runs, and with what.</summary>
internal static class StartMessage
{
    /// <summary>The message, and the tickets of the ends in it.</summary>
    public static async Task<(byte[] Frame, List<TransferTicket> Tickets)> CreateAsync(
        Delegate method, ArgumentList arguments, string worker, Guid token, CancellationToken cancellationToken)
    {
        var message = new MessageWriter();
        message.Byte((byte)ControlKind.Start);
        message.Boolean(TakesToken(method, arguments));
        message.Bytes(Header(worker, token));
        if (StartForm.HasHooks)
        {
            MethodName.Write(message, method.Method, hasTarget: method.Target is not null);
        }
        else
        {
            message.Byte((byte)MethodKind.Listed);
            message.Text(MethodName.Listed(method.Method));
        }
        List<TransferTicket> tickets = await arguments.WriteAsync(message, worker, cancellationToken).ConfigureAwait(false);
        return (message.ToFrame(), tickets);
    }

    /// <summary>What the worker looks at only if it has something to report.</summary>
    private static ReadOnlySpan<byte> Header(string worker, Guid token)
    {
        var header = new MessageWriter();
        header.Text(FailureServer.Instance.Endpoint);
        header.Bytes(token.ToByteArray());
        header.Text(worker);
        return header.Written.Span;
    }

    private static bool TakesToken(Delegate method, ArgumentList arguments) => method.Method.GetParameters().Length > arguments.Count;
}
