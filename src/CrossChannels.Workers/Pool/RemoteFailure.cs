namespace CrossChannels.Workers.Pool;

/// <summary>What was thrown in a worker, as its pool is told.</summary>
internal static class RemoteFailure
{
    private const int MaxTextLength = 128 * 1024;

    public static void Write(TaskWriter writer, Exception exception)
    {
        writer.Text(exception.GetType().FullName ?? exception.GetType().Name);
        writer.Text(Cut(Text(exception, static e => e.Message)));
        writer.Text(Cut(Text(exception, static e => e.ToString())));
    }

    public static WorkerFailedException Read(TaskReader reader)
    {
        string type = reader.Text();
        string message = reader.Text();
        return new WorkerFailedException(message, type, reader.Text());
    }

    private static string Text(Exception exception, Func<Exception, string> tell)
    {
        try
        {
            return tell(exception) ?? "";
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
