using System.Text.Json.Serialization;

namespace EndToEnd.Parts;

/// <summary>A record of about 100 bytes as JSON.</summary>
internal sealed record Measured(long Id, string Sensor, double Celsius, DateTimeOffset Time, bool IsValid)
{
    public static readonly Measured Sample = new(123_456, "turbine-7/bearing-2", 71.25, new DateTimeOffset(2024, 2, 29, 12, 30, 15, TimeSpan.Zero), true);

    /// <summary>Ends a round.</summary>
    public static readonly Measured Last = Sample with { Id = -1 };

    public bool IsLast => Id < 0;
}

/// <summary>The metadata that both sides of the pair use.</summary>
[JsonSerializable(typeof(Measured))]
internal sealed partial class MeasuredJson : JsonSerializerContext;
