using System.Text.Json.Serialization;
using CrossChannels.Channels;
using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>A link over which a hub says how it is: one item, and it is over.</summary>
internal static class StatusLink
{
    private static readonly ItemOptions<HubStatus> s_items = new()
    {
        Serializer = ItemSerializer.Json(StatusJson.Default.HubStatus),
        ContractName = "crosschannels.status",
    };

    /// <summary>Answers a request that the hub has something for.</summary>
    public static Link Answer(HubRequest request, ConnectionOptions connection, Func<HubStatus> getStatus)
    {
        var options = new DuplexChannelOptions<HubStatus, NoItem> { WriteItems = s_items, Connection = connection };
        LinkChannel<HubStatus, NoItem> channel =
            new LinkChannelFactory<HubStatus, NoItem>(options, request.Hello.Channel, LinkRole.Status).Start(request.Input, request.Output, request.Peer);
        _ = SayAsync(channel, getStatus);
        return channel.Link;
    }

    /// <summary>The end that asks.</summary>
    public static LinkChannelFactory<NoItem, HubStatus> Asking(string? channel, ConnectionOptions connection) =>
        new(new DuplexChannelOptions<NoItem, HubStatus> { ReadItems = s_items, Connection = connection }, channel, LinkRole.Status);

    private static async Task SayAsync(LinkChannel<HubStatus, NoItem> channel, Func<HubStatus> getStatus)
    {
        try
        {
            // Only one that was let in makes work here.
            await channel.Link.Greeted.ConfigureAwait(false);
            await channel.Writer.WriteAsync(getStatus()).ConfigureAwait(false);
            channel.Writer.Complete();
        }
        catch (Exception e)
        {
            // One that was refused, or has gone, does not hear it; one that is still there learns why nothing comes.
            channel.Writer.TryComplete(e);
        }
        await channel.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>Status as JSON without reflection.</summary>
[JsonSerializable(typeof(HubStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
