using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;

namespace EndToEnd.Scenarios;

/// <summary>The library's side of what is compared, with two processes each.</summary>
internal static class OurParts
{
    /// <summary>Numbers, one a call.</summary>
    public static IReadOnlyList<PartSpec> Longs(Workplace workplace, string capacity)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<LongReader>(address, capacity), PartSpec.Of<LongWriter>(address)];
    }

    /// <summary>A number there and back.</summary>
    public static IReadOnlyList<PartSpec> RoundTrip(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<Echo>(address), PartSpec.Of<Pinger>(address)];
    }

    /// <summary>Time stamps at a rate; the reader runs the rounds.</summary>
    public static IReadOnlyList<PartSpec> Stamps(Workplace workplace, string capacity, double rate)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<StampWriter>(address, rate.ToString("R", CultureInfo.InvariantCulture)), PartSpec.Of<StampReader>(address, capacity)];
    }

    /// <summary>Records as JSON.</summary>
    public static IReadOnlyList<PartSpec> Records(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<RecordReader>(address), PartSpec.Of<RecordWriter>(address)];
    }
}
