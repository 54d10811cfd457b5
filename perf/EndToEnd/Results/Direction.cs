using System.Text.Json.Serialization;

namespace EndToEnd.Results;

/// <summary>On which side of its target a ratio should be.</summary>
internal enum Direction
{
    [JsonStringEnumMemberName("atLeast")]
    AtLeast,

    [JsonStringEnumMemberName("atMost")]
    AtMost,
}
