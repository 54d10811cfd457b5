using System.Text.Json.Serialization;

namespace EndToEnd.Comparing.Judging;

/// <summary>What a comparison says of the new version.</summary>
internal enum Verdict
{
    /// <summary>It costs less.</summary>
    [JsonStringEnumMemberName("faster")]
    Faster,

    /// <summary>It costs more.</summary>
    [JsonStringEnumMemberName("slower")]
    Slower,

    /// <summary>Nothing differs by more than the noise floor, which is low enough to matter.</summary>
    [JsonStringEnumMemberName("noDifferenceShown")]
    NoDifferenceShown,

    /// <summary>A difference that matters could hide in the noise.</summary>
    [JsonStringEnumMemberName("tooNoisy")]
    TooNoisy,
}
