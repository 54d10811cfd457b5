using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>Raw clients of a real hub's channel.</summary>
internal static class HubRaw
{
    /// <summary>A raw writer that has greeted and got its first credit.</summary>
    public static Task<RawPeer> OpenWriterAsync<T>(ChannelAddress address) =>
        OpenAsync(address, new LinkIdentity(Contract<T>(), ItemContract.None, address.Channel ?? "", new ConnectionOptions(), LinkRole.Writer), Wire.Welcome(0, 0));

    /// <summary>A raw reader that has greeted and asks for so many items.</summary>
    public static Task<RawPeer> OpenReaderAsync<T>(ChannelAddress address, long items, bool isLeased = false, int maxItemBytes = 16 << 20) =>
        OpenAsync(
            address,
            new LinkIdentity(ItemContract.None, Contract<T>(), address.Channel ?? "", new ConnectionOptions(), isLeased ? LinkRole.LeasedReader : LinkRole.Reader),
            Wire.Welcome(items, 1 << 20, maxItemBytes));

    public static byte[] Reclaimed(long read, long cut)
    {
        byte[] frame = new byte[ReclaimedFrame.Size];
        new ReclaimedFrame(read, cut).Write(frame);
        return frame;
    }

    public static byte[] Settle(bool isAnswerWanted, params SettleRange[] ranges)
    {
        byte[] frame = new byte[FrameHeader.Size + 1 + (ranges.Length * SettleFrame.RangeSize)];
        SettleFrame.Write(frame, isAnswerWanted, ranges);
        return frame;
    }

    private static async Task<RawPeer> OpenAsync(ChannelAddress address, LinkIdentity identity, byte[] welcome)
    {
        RawPeer raw = await RawPeer.ConnectAsync(address);
        await raw.SendAsync(identity.Greeting(), welcome);
        await raw.ReadGreetingAsync();
        await raw.ReadFrameAsync(FrameType.Welcome);
        return raw;
    }

    private static ItemContract Contract<T>() => ItemCodec.Create(new ItemOptions<T>()).Contract;
}
