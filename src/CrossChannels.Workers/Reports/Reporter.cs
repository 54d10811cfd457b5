using System.Net.Sockets;
using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Reports;

/// <summary>Tells the parent what was thrown in this worker. Only then is there a connection.</summary>
internal sealed class Reporter(ReadOnlyMemory<byte> start)
{
    // A parent that is alive and does not listen must not keep a worker that has nothing more to do.
    private const int TimeoutMilliseconds = 10_000;

    // Of a start message: its kind and its flags.
    private const int HeaderStart = 2;

    private int _reports;

    /// <summary>What follows in the start message behind the fields that are for reports.</summary>
    public MessageReader SkipHeader()
    {
        var message = new MessageReader(start);
        message.Skip(HeaderStart);
        message.Bytes();
        return message;
    }

    /// <summary>For exceptions that end the process from another thread.</summary>
    public void OnUnhandled(object sender, UnhandledExceptionEventArgs e)
    {
        if (e.ExceptionObject is Exception exception)
            Report(exception, toConsole: false);
    }

    /// <summary>Sends an exception, and waits until the parent has it. The first one counts.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="toConsole">Whether it goes to standard error too; the runtime does that for unhandled exceptions.</param>
    public void Report(Exception exception, bool toConsole)
    {
        if (Interlocked.Exchange(ref _reports, 1) != 0)
            return;
        var header = new MessageReader(start);
        header.Skip(HeaderStart + sizeof(int));
        string endpoint = header.Text();
        ReadOnlyMemory<byte> token = header.Bytes();
        if (toConsole)
            Console.Error.WriteLine($"Unhandled exception in {header.Text()}. {FailureReport.Text(exception, static e => e.ToString())}");
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            {
                SendTimeout = TimeoutMilliseconds,
                ReceiveTimeout = TimeoutMilliseconds,
            };
            socket.Connect(new UnixDomainSocketEndPoint(endpoint));
            socket.Send(ToFrame(token, exception));
            socket.Receive(new byte[1]);
        }
        catch (SocketException)
        {
            // The parent is gone, or too busy: the exit code says that it failed.
        }
    }

    private static byte[] ToFrame(ReadOnlyMemory<byte> token, Exception exception)
    {
        var writer = new MessageWriter();
        writer.Bytes(token.Span);
        FailureReport.Write(writer, exception);
        return writer.ToFrame();
    }
}
