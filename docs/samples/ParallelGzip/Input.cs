namespace ParallelGzip;

/// <summary>What is compressed: a file, standard input, or a folder as a tar stream.</summary>
internal sealed class Input : IAsyncDisposable
{
    private readonly IAsyncDisposable _owner;

    private Input(Stream stream, long? length, IAsyncDisposable owner)
    {
        Stream = stream;
        Length = length;
        _owner = owner;
    }

    public Stream Stream { get; }

    /// <summary>How many bytes there are, for a folder about; null where nobody knows.</summary>
    public long? Length { get; }

    /// <param name="path">A file or a folder, or <see cref="CommandLine.StandardInput"/>.</param>
    /// <param name="excluded">Files that are left out of a folder.</param>
    /// <param name="cancellationToken">Ends the opening of a named pipe that nobody writes to.</param>
    public static async Task<Input> OpenAsync(string path, IReadOnlyCollection<string> excluded, CancellationToken cancellationToken)
    {
        if (path == CommandLine.StandardInput)
        {
            Stream standardInput = Console.OpenStandardInput();
            return new Input(standardInput, null, standardInput);
        }

        if (Directory.Exists(path))
        {
            var folder = new TarFolder(path, excluded);
            return new Input(folder.Stream, folder.EstimateLength(), folder);
        }

        FileStream file = await Task.Run(
            () => new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite, BufferSize = 0, Options = FileOptions.Asynchronous | FileOptions.SequentialScan }),
            cancellationToken).WaitAsync(cancellationToken);
        return new Input(file, file.CanSeek ? file.Length : null, file);
    }

    public ValueTask DisposeAsync() => _owner.DisposeAsync();
}
