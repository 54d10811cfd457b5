using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Reports;

/// <summary>What a worker tells its parent of an exception.</summary>
internal static class FailureReport
{
    private const int MaxTextLength = 128 * 1024;

    /// <summary>Writes type, message and stack, all of it as text.</summary>
    public static void Write(MessageWriter writer, Exception exception)
    {
        writer.Text(exception.GetType().FullName ?? exception.GetType().Name);
        writer.Text(Text(exception, static e => e.Message));
        writer.Text(Text(exception, static e => e.ToString()));
    }

    /// <summary>Reads what was written.</summary>
    /// <param name="reader">Stands at the report.</param>
    /// <param name="where">Worker, method and item, for the message: "worker-1 failed in Program.Run".</param>
    public static WorkerFailedException Read(MessageReader reader, string where)
    {
        string type = reader.Text();
        string message = reader.Text();
        return new WorkerFailedException($"{where}: {type}: {message}", type, message, reader.Text());
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
