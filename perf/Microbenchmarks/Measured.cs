using System.Text.Json.Serialization;

namespace Microbenchmarks;

/// <summary>A record of about 100 bytes as JSON.</summary>
public sealed record Measured(long Id, string Sensor, double Celsius, DateTimeOffset Time, bool IsValid)
{
    public static readonly Measured Sample = new(123_456, "turbine-7/bearing-2", 71.25, new DateTimeOffset(2024, 2, 29, 12, 30, 15, TimeSpan.Zero), true);
}

/// <summary>Its metadata.</summary>
[JsonSerializable(typeof(Measured))]
internal sealed partial class MeasuredJson : JsonSerializerContext;
