namespace CrossChannels.Workers.Running;

/// <summary>How a process learns from its environment that it is a worker.</summary>
internal static class WorkerEnvironment
{
    public const string Marker = "CROSSCHANNELS_WORKER";
    public const string Hooks = "DOTNET_STARTUP_HOOKS";

    /// <summary>What the runtime finds <see cref="StartupHook"/> by.</summary>
    public const string Assembly = "CrossChannels.Workers";

    private static bool s_isWorker;
    private static volatile bool s_isEnding;

    /// <summary>True in a worker that was asked to end: it does not wait for workers of its own.</summary>
    public static bool IsEnding
    {
        get => s_isEnding;
        set => s_isEnding = value;
    }

    /// <summary>The methods that <c>Main</c> listed; <see langword="null"/> if the hook runs, or this is not a worker.</summary>
    public static Delegate[]? Listed { get; set; }

    /// <summary>True in a worker, whether it has begun to run or not.</summary>
    public static bool IsWorker => s_isWorker || IsMarked;

    /// <summary>True in a worker that has not begun to run: neither the hook nor the line in <c>Main</c> took it over.</summary>
    public static bool IsMarked => Environment.GetEnvironmentVariable(Marker) is not null;

    /// <summary>
    /// Takes the signs that this process is a worker out of the environment: programs that it starts are programs like any other.
    /// A hook that the user has stays.
    /// </summary>
    public static void TakeOver()
    {
        s_isWorker = true;
        if (!IsMarked)
            return;
        Environment.SetEnvironmentVariable(Marker, null);
        string? hooks = Environment.GetEnvironmentVariable(Hooks);
        if (hooks is not null && hooks.EndsWith(Assembly, StringComparison.Ordinal))
        {
            int length = hooks.Length - Assembly.Length - 1;
            Environment.SetEnvironmentVariable(Hooks, length > 0 ? hooks.Substring(0, length) : null);
        }
    }

    /// <summary>The user's hooks, and ours behind them, because ours does not return.</summary>
    public static string WithHook(string? hooks) => string.IsNullOrEmpty(hooks) ? Assembly : hooks + Path.PathSeparator + Assembly;
}
