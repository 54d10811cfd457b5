namespace CrossChannels;

/// <summary>How a <see cref="ChannelAddress"/> is reached.</summary>
public enum ChannelScheme
{
    /// <summary>A bare name: the best local transport, in a directory that only the current user can enter. Items of links cross by shared memory where both ends can.</summary>
    Local = 0,

    /// <summary><c>unix:/path</c>, a Unix socket at a path of the caller's choice.</summary>
    Unix = 1,

    /// <summary><c>pipe:name</c>, a named pipe; off Windows the same as the bare name.</summary>
    Pipe = 2,

    /// <summary><c>tcp://host:port</c>, loopback only, not encrypted.</summary>
    Tcp = 3,

    /// <summary><c>tls://host:port</c>, with certificates on both sides.</summary>
    Tls = 4,

    /// <summary><c>mem:name</c>, within this process.</summary>
    Memory = 5,

    /// <summary><c>shm:name</c>, the bare name, and a warning where items of a link cannot cross by shared memory and go over the socket.</summary>
    SharedMemory = 6,

    /// <summary><c>nats://host:port/space</c>, or <c>nats:channel</c> in the space that the program has named: a NATS server, by the package CrossChannels.Nats.</summary>
    Nats = 7,
}
