using System.Text.Json;

namespace EndToEnd.Comparing.Calibrating;

/// <summary>The runs of a calibration, one JSON object a line, so that an interrupted one goes on where it was.</summary>
internal sealed class CalibrationLog(FileInfo file)
{
    /// <summary>The runs so far that have this key. A line that an interruption cut off is passed over.</summary>
    public IReadOnlyList<CalibrationRun> Read(string key) => File.Exists(file.FullName)
        ? [.. File.ReadLines(file.FullName).Select(Parse).OfType<CalibrationRun>().Where(run => string.Equals(run.Key, key, StringComparison.Ordinal))]
        : [];

    public void Append(CalibrationRun run)
    {
        file.Directory?.Create();
        using FileStream stream = new(file.FullName, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        bool isCut = false;
        if (stream.Length > 0)
        {
            stream.Seek(-1, SeekOrigin.End);
            isCut = stream.ReadByte() != '\n';
        }
        stream.Write([.. isCut ? "\n"u8 : [], .. JsonSerializer.SerializeToUtf8Bytes(run, CalibrationJson.Default.CalibrationRun), .. "\n"u8]);
    }

    private static CalibrationRun? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, CalibrationJson.Default.CalibrationRun);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
