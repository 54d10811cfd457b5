using System.Text.Json;
using EndToEnd.Machine;

namespace EndToEnd.Results;

/// <summary>Everything that one run measured.</summary>
internal sealed class ResultFile
{
    public required MachineInfo Machine { get; init; }

    public required IList<Row> Rows { get; init; }

    /// <exception cref="InvalidDataException">The file is not one of these.</exception>
    public static ResultFile Load(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        return JsonSerializer.Deserialize(stream, ResultJson.Default.ResultFile) ?? throw new InvalidDataException($"{file} has no result.");
    }

    public void Save(FileInfo file)
    {
        file.Directory?.Create();
        using FileStream stream = file.Create();
        JsonSerializer.Serialize(stream, this, ResultJson.Default.ResultFile);
    }
}
