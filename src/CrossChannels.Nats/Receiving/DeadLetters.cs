using System.Globalization;
using CrossChannels.Links;
using CrossChannels.Nats.Diagnostics;
using CrossChannels.Nats.Sending;
using CrossChannels.Nats.Server;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Receiving;

/// <summary>Where the items of a leased channel go that were delivered too often: a channel like any other.</summary>
internal static class DeadLetters
{
    /// <summary>Who writes them, to the subjects.</summary>
    private const string Writer = "dead";

    /// <summary>How long the server knows that one was put there.</summary>
    public static readonly TimeSpan DuplicateWindow = TimeSpan.FromHours(1);

    public static string NameOf(string channel) => channel.Length == 0 ? "dead-letters" : $"{channel}.dead-letters";

    /// <summary>Puts an item there, and settles it; what fails is delivered again.</summary>
    /// <param name="server">Where the channels are.</param>
    /// <param name="facts">The channel from which it comes.</param>
    /// <param name="reply">Where it is settled.</param>
    /// <param name="numbers">The delivery that was one too many.</param>
    /// <param name="segment">Its bytes, which are released.</param>
    /// <param name="isNull">It has none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task PutAsync(
        ServerClient server, ChannelFacts facts, string reply, DeliveryNumbers numbers, Segment? segment, bool isNull, CancellationToken cancellationToken)
    {
        try
        {
            NatsHeaders headers = [];
            headers.Add("CC-Deliveries", (numbers.Delivered - 1).ToString(CultureInfo.InvariantCulture));
            if (isNull)
                headers.Add(NatsSender.NullHeader, "1");
            byte[] bytes = segment is null ? [] : segment.Array.AsSpan(0, segment.Written).ToArray();
            // The number names the item, so that one that is put there twice, because its reader died in between, is there once.
            var options = new NatsJSPubOpts { MsgId = string.Create(CultureInfo.InvariantCulture, $"{facts.Epoch}:{numbers.Sequence}") };
            string subject = server.Names.Items(NameOf(facts.Name), Writer);
            PubAckResponse answer = await server.AskAsync(
                (js, token) => js.PublishAsync(subject, bytes, NatsRawSerializer<byte[]>.Default, options, headers, token), cancellationToken).ConfigureAwait(false);
            if (answer.Error is { } error)
                throw new NatsJSApiException(error);
            await server.SendAsync(reply, Acknowledgement.Done, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            NatsLog.DeadLetterFailed(server.Options.Logger, facts.Name, e.Message);
        }
        finally
        {
            segment?.Release();
        }
    }
}
