using System.Text.Json;
using EndToEnd.Machine;

namespace EndToEnd.Results;

/// <summary>Everything that was measured on one machine: rows, and sections that commands of their own add.</summary>
internal sealed record ResultFile
{
    public required MachineInfo Machine { get; init; }

    public required IReadOnlyList<Row> Rows { get; init; }

    /// <summary>What grows with what.</summary>
    public IReadOnlyList<Series>? Series { get; init; }

    public LatencyResult? Latency { get; init; }

    /// <summary>Rows that should reach something.</summary>
    public IEnumerable<Row> Targets() => Rows.Where(static row => row.Target is not null);

    /// <summary>Rows that only compare.</summary>
    public IEnumerable<Row> Peers() => Rows.Where(static row => row.Target is null);

    /// <summary>With these rows, each in place of one of the same name, in the order of <paramref name="ids"/>.</summary>
    public ResultFile With(IReadOnlyCollection<Row> rows, IEnumerable<string> ids) => this with { Rows = Merge(Rows, rows, static row => row.Id, ids) };

    /// <summary>With these series, each in place of one of the same name, in the order of <paramref name="ids"/>.</summary>
    public ResultFile With(IReadOnlyCollection<Series> series, IEnumerable<string> ids) => this with { Series = Merge(Series ?? [], series, static one => one.Id, ids) };

    /// <exception cref="InvalidDataException">The file is not one of these.</exception>
    public static ResultFile Load(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        return JsonSerializer.Deserialize(stream, ResultJson.Default.ResultFile) ?? throw new InvalidDataException($"{file} has no result.");
    }

    /// <summary>What a file has from the same machine; otherwise nothing but the machine.</summary>
    public static ResultFile LoadOrNew(FileInfo? file, MachineInfo machine)
    {
        var empty = new ResultFile { Machine = machine, Rows = [] };
        if (file is not { Exists: true })
            return empty;
        ResultFile found = Load(file);
        if (found.Machine.IsSame(machine))
            return found;
        Console.Error.WriteLine($"{file} is of another machine or runtime; what it has is not kept.");
        return empty;
    }

    public void Save(FileInfo file)
    {
        file.Directory?.Create();
        using FileStream stream = file.Create();
        JsonSerializer.Serialize(stream, this, ResultJson.Default.ResultFile);
    }

    private static IReadOnlyList<T> Merge<T>(IEnumerable<T> old, IReadOnlyCollection<T> @new, Func<T, string> id, IEnumerable<string> ids)
    {
        string[] order = [.. ids];
        return [.. old.ExceptBy(@new.Select(id), id, StringComparer.Ordinal).Concat(@new).OrderBy(one => Array.IndexOf(order, id(one)))];
    }
}
