using System.Text.Json.Serialization;

namespace CrossChannels.Tool.Output;

/// <summary>Statuses as JSON for scripts: names as in JavaScript, enumerations as text.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(HubStatus))]
[JsonSerializable(typeof(ChannelStatus))]
[JsonSerializable(typeof(LockStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
