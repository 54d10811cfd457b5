using System.Reflection;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Methods;
using CrossChannels.Workers.Pool;
using CrossChannels.Workers.Reports;

namespace CrossChannels.Workers.Running;

/// <summary>
/// The life of a worker, from the start message to its exit code. What runs here before the method is compiled while the parent waits.
/// </summary>
internal static class WorkerMain
{
    private const int Failed = 1;

    /// <param name="listed">The methods that <c>Main</c> listed; <see langword="null"/> if the hook runs.</param>
    public static int Run(Delegate[]? listed)
    {
        var watch = new ParentWatch();
        WorkerEnvironment.TakeOver();
        if (listed is not null)
            WorkerEnvironment.Listed = listed = [.. listed, PoolWorkerMain.RunAsync];
        byte[] start = watch.Start();
        var reporter = new Reporter(start);
        AppDomain.CurrentDomain.UnhandledException += reporter.OnUnhandled;
        try
        {
            Invoke(reporter.SkipHeader(), listed);

            // Not 0: another thread may be in Environment.Exit, which closes the channels that the method waited for, and what is returned
            // here would count.
            return WorkerEnvironment.IsEnding ? ParentWatch.AskedToEnd : Environment.ExitCode;
        }
        catch (OperationCanceledException) when (watch.HasAsked)
        {
            return ParentWatch.AskedToEnd;
        }
        catch (Exception) when (WorkerEnvironment.IsEnding)
        {
            // What it used is going away under it.
            return ParentWatch.AskedToEnd;
        }
#pragma warning disable CA1031 // Whatever the method throws is the parent's to know.
        catch (Exception e)
#pragma warning restore CA1031
        {
            reporter.Report(e, toConsole: true);
            return Environment.ExitCode == 0 ? Failed : Environment.ExitCode;
        }
    }

    private static void Invoke(MessageReader message, Delegate[]? listed)
    {
        if (message.Text() is { Length: > 0 } factory)
            ItemSerializer.UseFactoryOfParent(factory);
        MethodInfo method = MethodFinder.Find(message, listed, out object? target);

        // The ends among its arguments stay open for as long as the process lives.
        List<IAsyncDisposable>? ends = null;
        object? result = new MethodRunner(method, target).Invoke(message, ref ends);
#pragma warning disable VSTHRD002 // The process lives as long as the task, and this is its main thread.
        (result as Task)?.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
