using System.Diagnostics;
using System.Text;
using CrossChannels.Workers.Running;
using CrossChannels.Workers.Starting;

namespace CrossChannels.Workers.Lifetime;

/// <summary>How the process of a worker is started: this program once more, with the signs in its environment that make it a worker.</summary>
internal static class ChildStart
{
    public static ProcessStartInfo Create(WorkerSettings settings)
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var start = new ProcessStartInfo(ProgramCommand.File, ProgramCommand.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            StandardInputEncoding = encoding,
            RedirectStandardOutput = settings.Output is not null,
            RedirectStandardError = settings.Error is not null,
            WorkingDirectory = settings.WorkingDirectory ?? "",
        };
        if (settings.Output is not null)
            start.StandardOutputEncoding = encoding;
        if (settings.Error is not null)
            start.StandardErrorEncoding = encoding;
        foreach ((string name, string? value) in settings.Environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }
        start.Environment[WorkerEnvironment.Marker] = "1";
        if (StartForm.HasHooks)
        {
            start.Environment.TryGetValue(WorkerEnvironment.Hooks, out string? hooks);
            start.Environment[WorkerEnvironment.Hooks] = WorkerEnvironment.WithHook(hooks);
        }
        return start;
    }
}
