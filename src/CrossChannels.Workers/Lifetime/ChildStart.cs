using System.Diagnostics;
using System.Text;
using CrossChannels.Workers.Running;
using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers.Lifetime;

/// <summary>
/// How the process of a worker is started: this program once more, with the signs in its environment that make it a worker.
/// </summary>
internal static class ChildStart
{
    private static readonly Dictionary<string, string?> s_nothing = new(StringComparer.Ordinal);

    public static ProcessStartInfo Create(string name, WorkerOptions options)
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        bool isDirect = StartForm.HasHooks && DirectStart.Host is not null;
        var start = new ProcessStartInfo(
            isDirect ? DirectStart.Host! : ProgramCommand.File,
            isDirect ? [.. DirectStart.Arguments, name] : ProgramCommand.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            StandardInputEncoding = encoding,
            RedirectStandardOutput = options.Output is not null,
            RedirectStandardError = options.Error is not null,
            WorkingDirectory = options.WorkingDirectory ?? "",
        };
        if (options.Output is not null)
            start.StandardOutputEncoding = encoding;
        if (options.Error is not null)
            start.StandardErrorEncoding = encoding;
        foreach ((string variable, string? value) in options.Environment ?? s_nothing)
        {
            if (value is null)
                start.Environment.Remove(variable);
            else
                start.Environment[variable] = value;
        }

        // To take a variable out again costs a worker more than a millisecond.
        if (!isDirect)
            start.Environment[WorkerEnvironment.Marker] = "1";
        if (StartForm.HasHooks && !isDirect)
        {
            start.Environment.TryGetValue(WorkerEnvironment.Hooks, out string? hooks);
            start.Environment[WorkerEnvironment.Hooks] = WorkerEnvironment.WithHook(hooks);
        }
        return start;
    }
}
