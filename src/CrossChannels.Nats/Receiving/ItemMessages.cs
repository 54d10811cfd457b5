using System.Buffers;
using System.Globalization;
using CrossChannels.Links;
using NATS.Client.Core;

namespace CrossChannels.Nats.Receiving;

/// <summary>Copies the bytes of an item from the connection's buffer to memory that a reader holds.</summary>
internal sealed class SegmentReader : INatsDeserialize<Segment>
{
    public static readonly SegmentReader Instance = new();

    private SegmentReader()
    {
    }

    public Segment? Deserialize(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty)
            return null;
        int length = (int)buffer.Length;
        var segment = new Segment(length) { Written = length };
        buffer.CopyTo(segment.Array);
        return segment;
    }
}

/// <summary>What the subject to which a delivery is acknowledged says of it.</summary>
/// <param name="Delivered">Which delivery it is, as the server counts.</param>
/// <param name="Sequence">Where the item stands in its stream.</param>
/// <param name="Delivery">Where the delivery stands among all of the channel.</param>
internal readonly record struct DeliveryNumbers(int Delivered, long Sequence, long Delivery)
{
    /// <summary>Reads <c>$JS.ACK.stream.consumer.delivered.sequence.delivery.…</c>, or the longer form with a domain and an account in front of the stream.</summary>
    public static bool TryParse(ReadOnlySpan<char> subject, out DeliveryNumbers numbers)
    {
        numbers = default;
        if (!subject.StartsWith("$JS.ACK.", StringComparison.Ordinal))
            return false;
        int tokens = subject.Count('.') + 1;
        int at = tokens == 9 ? 4 : tokens >= 11 ? 6 : -1;
        if (at < 0)
            return false;
        int index = 0;
        int delivered = 0;
        long sequence = 0;
        foreach (Range range in subject.Split('.'))
        {
            if (index == at && !int.TryParse(subject[range], NumberStyles.None, CultureInfo.InvariantCulture, out delivered))
                return false;
            if (index == at + 1 && !long.TryParse(subject[range], NumberStyles.None, CultureInfo.InvariantCulture, out sequence))
                return false;
            if (index == at + 2)
            {
                bool isNumber = long.TryParse(subject[range], NumberStyles.None, CultureInfo.InvariantCulture, out long delivery);
                numbers = new DeliveryNumbers(delivered, sequence, delivery);
                return isNumber && delivered > 0 && sequence > 0;
            }
            index++;
        }
        return false;
    }
}

/// <summary>What a reader asks the server for: so many items, for a while, with a sign of life meanwhile.</summary>
internal static class PullRequest
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(30);

    public static byte[] Of(int count)
    {
        long lifetime = s_lifetime.Ticks * 100, heartbeat = Heartbeat.Ticks * 100;
        return System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"batch\":{count},\"expires\":{lifetime},\"idle_heartbeat\":{heartbeat}}}"));
    }
}

/// <summary>What the server is told of one delivery.</summary>
internal static class Acknowledgement
{
    public static readonly byte[] Done = "+ACK"u8.ToArray();
    public static readonly byte[] GivenBack = "-NAK"u8.ToArray();
    public static readonly byte[] Renewed = "+WPI"u8.ToArray();

    /// <summary>Given back, for a second from now: nobody gains by trying at once to read what cannot be read.</summary>
    public static readonly byte[] GivenBackForLater = "-NAK {\"delay\": 1000000000}"u8.ToArray();
}
