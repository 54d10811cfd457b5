using CrossChannels.Diagnostics;
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

/// <summary>Which links use shared memory: what an address, the options, the system and listeners to traces say of it.</summary>
internal static class LanePolicy
{
    /// <summary>Of a link that is made now, which may have more against it than its address.</summary>
    /// <param name="address">Where it goes.</param>
    /// <param name="settings">Its options.</param>
    /// <param name="carriesTraces">Its items carry the traces of those that write them.</param>
    /// <exception cref="EndpointException">The options do not allow what the address asks for.</exception>
    public static LaneWish OfConnection(ChannelAddress address, ConnectionOptions settings, bool carriesTraces)
    {
        LaneWish wish = Of(address, settings);
        if (wish != LaneWish.IfPossible || !carriesTraces || !ChannelTracing.IsOn)
            return wish;
        // A lane would leave the traces behind, and nobody asked for it.
        Log.NoLane(settings.Logger, address.ToString(), "somebody listens to traces, which go with items over a connection only", isAsked: false);
        return LaneWish.None;
    }

    /// <exception cref="EndpointException">The options do not allow what the address asks for.</exception>
    public static LaneWish Of(ChannelAddress address, ConnectionOptions settings)
    {
        if (address.Scheme == ChannelScheme.SharedMemory)
        {
            return settings.SharedMemory != SharedMemoryUse.Never ? LaneWish.Asked : throw new EndpointException(
                $"{address} asks for shared memory, and {nameof(ConnectionOptions)}.{nameof(ConnectionOptions.SharedMemory)} is " +
                $"{nameof(SharedMemoryUse.Never)}. Use the bare name, '{address.Name}', or leave the option out.");
        }
        if (!settings.MayUseLanes)
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
