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
        writer.Text(Text(exception, static e => e.Message));
        writer.Text(Text(exception, static e => e.ToString()));
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

    /// <summary>What an exception says, as far as it can; nothing if telling throws.</summary>
    public static string Text(Exception exception, Func<Exception, string?> tell)
    {
        try
        {
            return Cut(tell(exception) ?? "");
        }
#pragma warning disable CA1031 // An exception that cannot even tell what it is.
        catch (Exception)
#pragma warning restore CA1031
        {
            return "";
        }
    }

    private static string Cut(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength] + "...";
}
