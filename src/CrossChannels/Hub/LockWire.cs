namespace CrossChannels.Hub;

/// <summary>How the two ends of a lock's link talk.</summary>
internal static class LockWire
{
    /// <summary>Unread answers of one end that the hub keeps; a correct end reads at once.</summary>
    private const long MostUnsentBytes = 16 << 20;

    private static readonly ItemOptions<LockRequest> s_requests = new()
    {
        Serializer = ItemSerializer.Unmanaged<LockRequest>(),
        ContractName = LockRequest.Contract,
    };

    private static readonly ItemOptions<LockAnswer> s_answers = new()
    {
        Serializer = ItemSerializer.Unmanaged<LockAnswer>(),
        ContractName = LockAnswer.Contract,
    };

    public static DuplexChannelOptions<LockAnswer, LockRequest> OfHub(ConnectionOptions link) => new()
    {
        Reading = new System.Threading.Channels.UnboundedChannelOptions(),
        WriteItems = s_answers,
        ReadItems = s_requests,
        Connection = link with { MaxUnsentBytes = MostUnsentBytes },
    };

    public static DuplexChannelOptions<LockRequest, LockAnswer> OfEnd(ConnectionOptions link) => new()
    {
        Reading = new System.Threading.Channels.UnboundedChannelOptions(),
        WriteItems = s_requests,
        ReadItems = s_answers,
        Connection = link,
    };
}
