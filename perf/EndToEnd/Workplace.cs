using System.Globalization;

namespace EndToEnd;

/// <summary>What a running scenario needs beside its processes: a private directory for sockets, and a voice.</summary>
internal sealed class Workplace(string name, CancellationToken cancellationToken) : IDisposable
{
    // On Unix only the current user can enter such a directory.
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosschannels-");
    private int _lastPath;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>A path for a socket that nobody has used.</summary>
    public string NewPath() => Path.Combine(_directory.FullName, (++_lastPath).ToString(CultureInfo.InvariantCulture));

    /// <summary>Tells of progress on standard error, so that standard output has results only.</summary>
    public void Say(string text) => Console.Error.WriteLine($"{name}: {text}");

    public void Dispose() => _directory.Delete(recursive: true);
}
