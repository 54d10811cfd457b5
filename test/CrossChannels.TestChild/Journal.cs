using System.Globalization;
using System.Text;

namespace CrossChannels.TestChild;

/// <summary>A file that has what this process did even if it is killed the next moment: every line is written at once.</summary>
internal sealed class Journal(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    /// <summary>Writes one entry: <c>r</c> read, <c>s</c> settled for sure, <c>f</c> flushed.</summary>
    public void Write(char what, long id, int deliveries) =>
        _file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what} {id} {deliveries}\n")));

    public void Dispose() => _file.Dispose();
}
