using System.Diagnostics;

namespace CrossChannels.TestChild;

/// <summary>Starts one process that puts a greeting and one that prints it, and returns at once.</summary>
internal static class StartTwoCommand
{
    public static int Run(string address)
    {
        foreach (string command in new[] { "put-greeting", "print-greeting" })
            Process.Start(Environment.ProcessPath!, ["exec", typeof(StartTwoCommand).Assembly.Location, command, address]).Dispose();
        return 0;
    }
}
