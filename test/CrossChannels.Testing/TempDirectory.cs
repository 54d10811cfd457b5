namespace CrossChannels.Testing;

/// <summary>A directory of one test, of mode 0700, deleted with what is in it.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cc-").FullName;

    /// <summary>A path within it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
