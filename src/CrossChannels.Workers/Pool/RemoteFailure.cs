using CrossChannels.Workers.Reports;

namespace CrossChannels.Workers.Pool;

/// <summary>What was thrown in a worker, as its pool is told.</summary>
internal static class RemoteFailure
{
    public static void Write(TaskWriter writer, Exception exception)
    {
        writer.Text(exception.GetType().FullName ?? exception.GetType().Name);
        writer.Text(FailureReport.Text(exception, static e => e.Message));
        writer.Text(FailureReport.Text(exception, static e => e.ToString()));
    }

    public static WorkerFailedException Read(TaskReader reader)
    {
        string type = reader.Text();
        string message = reader.Text();
        return new WorkerFailedException(message, type, reader.Text());
    }
}
