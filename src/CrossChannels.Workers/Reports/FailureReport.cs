using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Reports;

/// <summary>What goes from a worker to its parent when something was thrown: the worker's token, the type, the message, all of it as text.</summary>
internal static class FailureReport
{
    /// <summary>Size of a token.</summary>
    public const int TokenLength = 16;

    /// <summary>Above it a report is none.</summary>
    public const int MaxLength = 1024 * 1024;

    private const int MaxTextLength = 128 * 1024;

    public static byte[] ToFrame(byte[] token, Exception exception)
    {
        var writer = new MessageWriter();
        writer.Bytes(token);
        writer.Text(exception.GetType().FullName ?? exception.GetType().Name);
        writer.Text(Cut(exception.Message));
        writer.Text(Cut(exception.ToString()));
        return writer.ToFrame();
    }

    /// <summary>Reads what is in a frame behind its length.</summary>
    public static (Guid Token, WorkerFailedException Exception) Parse(byte[] frame)
    {
        var reader = new MessageReader(frame);
        var token = new Guid(reader.Bytes());
        string type = reader.Text();
        string message = reader.Text();
        return (token, new WorkerFailedException(message, type, reader.Text()));
    }

    private static string Cut(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength] + "...";
}
