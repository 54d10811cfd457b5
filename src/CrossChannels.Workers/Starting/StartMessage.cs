using CrossChannels.Workers.Arguments;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Methods;
using CrossChannels.Workers.Reports;

namespace CrossChannels.Workers.Starting;

/// <summary>Writes the first message to a worker: where it reports, what it serializes with, which method it runs, and with what.</summary>
internal static class StartMessage
{
    /// <param name="method">What to run.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="worker">Name of the worker.</param>
    /// <param name="exitsOnSignal">Whether SIGTERM and SIGHUP end it.</param>
    /// <param name="token">What it reports with.</param>
    public static byte[] Create(Delegate method, GivenArguments arguments, string worker, bool exitsOnSignal, Guid token)
    {
        var message = new MessageWriter();
        message.Byte((byte)ControlKind.Start);
        message.Boolean(exitsOnSignal);
        message.Bytes(Header(worker, token));
        message.Text(ItemSerializer.FactoryName ?? "");
        MethodName.Write(message, method);
        message.Append(arguments.Bytes.Span);
        return message.ToFrame();
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
}
