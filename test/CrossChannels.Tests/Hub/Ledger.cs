using System.Globalization;

namespace CrossChannels.Tests.Hub;

/// <summary>What a reader, or a writer, wrote down while it lived.</summary>
internal sealed class Ledger
{
    /// <summary>Items in the order in which they were read, with the number of the delivery.</summary>
    public List<(long Id, int Deliveries)> Read { get; } = [];

    /// <summary>Leases of which the hub said that they are settled.</summary>
    public List<(long Id, int Deliveries)> Settled { get; } = [];

    /// <summary>So many items of a writer were in the hub for sure.</summary>
    public long Flushed { get; private set; }

    public static Ledger Load(string path)
    {
        var ledger = new Ledger();
        // The last line of a killed process may be cut only if the write itself was, which the kernel does not do to a few bytes.
        foreach (string line in File.Exists(path) ? File.ReadAllLines(path) : [])
        {
            string[] parts = line.Split(' ');
            long id = long.Parse(parts[1], CultureInfo.InvariantCulture);
            int deliveries = int.Parse(parts[2], CultureInfo.InvariantCulture);
            switch (parts[0])
            {
                case "r": ledger.Read.Add((id, deliveries)); break;
                case "s": ledger.Settled.Add((id, deliveries)); break;
                default: ledger.Flushed = id; break;
            }
        }
        return ledger;
    }
}
