using System.Text;

namespace CrossChannels.Workers.Starting;

/// <summary>How this program is started once more: the file, and what stands before its own arguments.</summary>
internal static class ProgramCommand
{
    private const string Host = "dotnet";

    /// <summary>The executable.</summary>
    /// <exception cref="InvalidOperationException">This program has no executable that could be started.</exception>
    public static string File => Environment.ProcessPath
        ?? throw new InvalidOperationException("The path of this program is not known, so it cannot be started as a worker.");

    /// <summary>
    /// Nothing if the executable is the program; for <c>dotnet app.dll</c> what was said to <c>dotnet</c>: the program, and options such as
    /// <c>--depsfile</c> before it.
    /// </summary>
    public static IReadOnlyList<string> Arguments { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == Host ? HostArguments() : [];

    /// <summary>The value of an option that was said to <c>dotnet</c>; <see langword="null"/> if it was not.</summary>
    public static string? Option(string name)
    {
        for (int i = 0; i + 1 < Arguments.Count; i++)
        {
            if (string.Equals(Arguments[i], name, StringComparison.Ordinal))
                return Arguments[i + 1];
        }
        return null;
    }

    private static string[] HostArguments()
    {
        // The program's arguments are the last of all, and the first that it sees is its own file.
        string[] own = Environment.GetCommandLineArgs();
        string[] all = Encoding.UTF8.GetString(System.IO.File.ReadAllBytes("/proc/self/cmdline")).TrimEnd('\0').Split('\0');
        int count = all.Length - (own.Length - 1);
        if (count < 2)
            return ["exec", own[0]];
        string[] arguments = all[1..count];
        for (int i = 0; i < arguments.Length; i++)
        {
            // The worker may have another working directory.
            if (System.IO.File.Exists(arguments[i]))
                arguments[i] = Path.GetFullPath(arguments[i]);
        }
        return arguments;
    }
}
