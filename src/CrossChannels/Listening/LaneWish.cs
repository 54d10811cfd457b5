using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>Whether the items of a link are to cross by shared memory.</summary>
internal enum LaneWish
{
    /// <summary>They go over the connection.</summary>
    None,

    /// <summary>If it can be had without anything that was not asked for.</summary>
    IfPossible,

    /// <summary>The address or an option asks for it, so that the log warns where it cannot be had.</summary>
    Asked,
}

/// <summary>What address and options say of shared memory.</summary>
internal static class LaneWishes
{
    /// <exception cref="EndpointException">The options do not allow what the address asks for.</exception>
    public static LaneWish Of(ChannelAddress address, ConnectionOptions settings)
    {
        switch (settings.SharedMemory)
        {
            case SharedMemoryUse.Never when address.Scheme == ChannelScheme.SharedMemory:
                throw new EndpointException(
                    $"{address} asks for shared memory, and {nameof(ConnectionOptions)}.{nameof(ConnectionOptions.SharedMemory)} is " +
                    $"{nameof(SharedMemoryUse.Never)}. Use the bare name, '{address.Name}', or leave the option out.");
            case SharedMemoryUse.Never:
                return LaneWish.None;
        }
        if (address.Scheme == ChannelScheme.SharedMemory)
            return LaneWish.Asked;
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
            return LaneWish.None;
        return address.Scheme switch
        {
            ChannelScheme.Local or ChannelScheme.Pipe => LaneWish.IfPossible,
            ChannelScheme.Unix when settings.SharedMemory == SharedMemoryUse.WherePossible => LaneWish.Asked,
            ChannelScheme.Unix when SocketDirectory.IsOfName(address.Path!) => LaneWish.IfPossible,
            _ => LaneWish.None,
        };
    }
}
