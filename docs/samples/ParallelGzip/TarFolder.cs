using System.Diagnostics.CodeAnalysis;
using System.Formats.Tar;
using System.IO.Enumeration;
using System.IO.Pipelines;

namespace ParallelGzip;

/// <summary>A folder as a tar stream that is made while it is read, no faster than it is read.</summary>
internal sealed class TarFolder : IAsyncDisposable
{
    private const int HeaderBytes = 512;

    private readonly DirectoryInfo _folder;
    private readonly HashSet<string> _excluded;
    private readonly CancellationTokenSource _over = new();
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 2 * BlockChannel.BlockBytes, resumeWriterThreshold: BlockChannel.BlockBytes, minimumSegmentSize: 64 << 10, useSynchronizationContext: false));
    private readonly Task _writing;

    public TarFolder(string folder, IEnumerable<string> excluded)
    {
        _folder = new DirectoryInfo(folder);
        _excluded = [.. excluded.Select(Path.GetFullPath)];
        _writing = Task.Run(() => WriteAsync(_over.Token));
        Stream = _pipe.Reader.AsStream();
    }

    public Stream Stream { get; }

    /// <summary>About how long the stream will be: the files and their headers, without the rounding of each.</summary>
    public long EstimateLength() => Entries().Sum(static entry => 3 * HeaderBytes + (entry is FileInfo { LinkTarget: null } file ? file.Length : 0));

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Stream.DisposeAsync();
        await _writing;
        _over.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "What goes wrong is thrown to whoever reads the stream.")]
    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using (var tar = new TarWriter(_pipe.Writer.AsStream(leaveOpen: true), TarEntryFormat.Gnu))
            {
                foreach (FileSystemInfo entry in Entries())
                    await tar.WriteEntryAsync(entry.FullName, EntryName(entry), cancellationToken);
            }

            await _pipe.Writer.CompleteAsync();
        }
        catch (Exception e)
        {
            await _pipe.Writer.CompleteAsync(e);
        }
    }

    private string EntryName(FileSystemInfo entry) =>
        Path.GetRelativePath(_folder.FullName, entry.FullName).Replace('\\', '/') + (IsFolder(entry) ? "/" : "");

    private FileSystemEnumerable<FileSystemInfo> Entries() => new(
        _folder.FullName,
        static (ref FileSystemEntry entry) => entry.ToFileSystemInfo(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !_excluded.Contains(entry.ToFullPath()),
        // A link to a folder is an entry, not a way into it.
        ShouldRecursePredicate = static (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
    };

    private static bool IsFolder(FileSystemInfo entry) => entry is DirectoryInfo && (entry.Attributes & FileAttributes.ReparsePoint) == 0;
}
