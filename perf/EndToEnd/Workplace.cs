using System.Globalization;

namespace EndToEnd;

/// <summary>What a running scenario needs beside its processes: a private directory for sockets, and a voice.</summary>
internal sealed class Workplace(string name, CancellationToken cancellationToken) : IDisposable
{
    /// <summary>The scheme of addresses that are paths of Unix sockets.</summary>
    public const string Unix = "unix";

    // On Unix only the current user can enter such a directory.
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosschannels-");
    private int _last;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>A path for a socket that is not in use.</summary>
    public string NewPath() => Path.Combine(_directory.FullName, (++_last).ToString(CultureInfo.InvariantCulture));

    /// <summary>An address of the library that is not in use.</summary>
    /// <param name="scheme"><see cref="Unix"/>, or one whose addresses are names.</param>
    public string NewAddress(string scheme = Unix) => scheme == Unix ? $"{Unix}:{NewPath()}" : $"{scheme}:{_directory.Name}-{++_last}";

    /// <summary>Tells of progress on standard error; standard output has results only.</summary>
    public void Say(string text) => Console.Error.WriteLine($"{name}: {text}");

    public void Dispose() => _directory.Delete(recursive: true);
}
