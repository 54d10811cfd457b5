namespace ParallelGzip;

/// <summary>A file that has its name only once it is whole; disposed before that, it is gone.</summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly bool _replace;
    private bool _isCommitted;

    /// <param name="path">What the file is called in the end.</param>
    /// <param name="replace">Whether a file that is there gives way.</param>
    /// <param name="source">What is compressed: who may read that may read the output.</param>
    public OutputFile(string path, bool replace, string source)
    {
        _path = path;
        _replace = replace;
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder.");
        if (!replace && Path.Exists(path))
            throw new IOException($"{path} exists; --force replaces it.");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows() && File.Exists(source))
            options.UnixCreateMode = File.GetUnixFileMode(source) | UnixFileMode.UserWrite;
        Stream = new FileStream(PartialPath(path), options);
    }

    public FileStream Stream { get; }

    /// <summary>Where the file is until it is whole.</summary>
    public static string PartialPath(string path) => $"{path}.partial-{Environment.ProcessId}";

    /// <summary>Gives the file its name.</summary>
    public async Task CommitAsync()
    {
        await Stream.DisposeAsync();
        File.Move(Stream.Name, _path, _replace);
        _isCommitted = true;
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        if (!_isCommitted)
            File.Delete(Stream.Name);
    }
}
