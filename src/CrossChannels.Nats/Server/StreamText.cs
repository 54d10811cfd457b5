using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Server;

/// <summary>
/// How a stream or consumer must be configured, for who makes it beforehand: as <c>nats stream add --config</c> and <c>nats consumer add --config</c> read it, and as messages say it.
/// </summary>
internal static class StreamText
{
    /// <summary>What is missing, and what makes it.</summary>
    public static string Missing(StreamConfig stream, ConsumerConfig? consumer = null) =>
        $"Make it with 'nats stream add {stream.Name} --config FILE', where FILE is {Of(stream)}"
        + (consumer is null ? "" : $", and then its consumer: {Missing(stream.Name!, consumer)}");

    /// <inheritdoc cref="Missing(StreamConfig, ConsumerConfig?)"/>
    public static string Missing(string stream, ConsumerConfig consumer) => $"'nats consumer add {stream} {consumer.Name} --config FILE', where FILE is {Of(consumer)}";

    public static string Of(StreamConfig stream) => Write(json =>
    {
        json.WriteString("name", stream.Name);
        json.WriteStartArray("subjects");
        foreach (string subject in stream.Subjects ?? [])
            json.WriteStringValue(subject);
        json.WriteEndArray();
        json.WriteString("retention", Text(stream.Retention));
        json.WriteString("discard", Text(stream.Discard));
        json.WriteString("storage", Text(stream.Storage));
        json.WriteNumber("num_replicas", stream.NumReplicas);
        json.WriteNumber("max_consumers", -1);
        json.WriteNumber("max_msgs", stream.MaxMsgs);
        json.WriteNumber("max_bytes", stream.MaxBytes);
        json.WriteNumber("max_msgs_per_subject", stream.MaxMsgsPerSubject);
        json.WriteNumber("max_msg_size", -1);
        json.WriteNumber("max_age", 0);
        if (stream.DuplicateWindow > TimeSpan.Zero)
            json.WriteNumber("duplicate_window", Nanoseconds(stream.DuplicateWindow));
        if (stream.AllowBatchPublish)
            json.WriteBoolean("allow_batched", true);
        if (stream.Republish is { } republish)
        {
            json.WriteStartObject("republish");
            json.WriteString("src", republish.Src);
            json.WriteString("dest", republish.Dest);
            json.WriteEndObject();
        }
        if (stream.Metadata is not { } metadata)
            return;
        json.WriteStartObject("metadata");
        foreach ((string key, string value) in metadata)
            json.WriteString(key, value);
        json.WriteEndObject();
    });

    public static string Of(ConsumerConfig consumer) => Write(json =>
    {
        json.WriteString("durable_name", consumer.Name);
        json.WriteString("name", consumer.Name);
        json.WriteString("deliver_policy", "all");
        json.WriteString("replay_policy", "instant");
        json.WriteString("ack_policy", Text(consumer.AckPolicy));
        json.WriteNumber("ack_wait", Nanoseconds(consumer.AckWait));
        json.WriteNumber("max_deliver", consumer.MaxDeliver);
        json.WriteNumber("max_ack_pending", consumer.MaxAckPending);
        json.WriteNumber("max_waiting", consumer.MaxWaiting);
    });

    /// <summary>In what a stream that is there is not as it must be; null if in nothing that matters. What a channel is stands in its metadata, and is compared elsewhere.</summary>
    public static string? DifferenceFrom(this StreamConfig needed, StreamConfig there)
    {
        if (there.Retention != needed.Retention)
            return $"its retention is {Text(there.Retention)}, not {Text(needed.Retention)}";
        if (there.Discard != needed.Discard && needed.Retention == StreamConfigRetention.Workqueue)
            return $"it discards {Text(there.Discard)} items when it is full, not {Text(needed.Discard)} ones";
        if (Math.Max(-1, there.MaxMsgsPerSubject == 0 ? -1 : there.MaxMsgsPerSubject) != needed.MaxMsgsPerSubject && needed.MaxMsgsPerSubject != 0)
            return string.Create(CultureInfo.InvariantCulture, $"it keeps {there.MaxMsgsPerSubject} messages of a subject, not {needed.MaxMsgsPerSubject}");
        if (needed.Subjects!.Except(there.Subjects ?? [], StringComparer.Ordinal).FirstOrDefault() is { } subject)
            return $"it does not take '{subject}'";
        if (needed.Republish is { } republish && (there.Republish?.Src != republish.Src || there.Republish.Dest != republish.Dest))
            return $"it does not republish '{republish.Src}' to '{republish.Dest}'";
        return null;
    }

    /// <summary>The same of a consumer.</summary>
    public static string? DifferenceFrom(this ConsumerConfig needed, ConsumerConfig there)
    {
        if (there.AckPolicy != needed.AckPolicy)
            return $"its ack_policy is {Text(there.AckPolicy)}, not {Text(needed.AckPolicy)}";
        if (there.AckWait != needed.AckWait)
            return string.Create(CultureInfo.InvariantCulture, $"its ack_wait is {there.AckWait.TotalSeconds:0.###} s, not the {needed.AckWait.TotalSeconds:0.###} s of the channel's metadata");
        if (there.MaxDeliver > 0)
            return string.Create(CultureInfo.InvariantCulture, $"its max_deliver is {there.MaxDeliver}, not -1");
        if (there.MaxAckPending > 0)
            return string.Create(CultureInfo.InvariantCulture, $"its max_ack_pending is {there.MaxAckPending}, not -1");
        return null;
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>As the server spells it.</summary>
    private static string Text<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
