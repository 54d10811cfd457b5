namespace CrossChannels;

/// <summary>The error with which the writer, in another process, completed the channel.</summary>
public sealed class RemoteChannelException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public RemoteChannelException(string remoteTypeName, string remoteMessage)
        : base(EndingKind.Faulted, $"The writer completed the channel with {remoteTypeName}: {remoteMessage}")
    {
        RemoteTypeName = remoteTypeName;
        RemoteMessage = remoteMessage;
    }

    /// <summary>Full name of the exception's type in the writer's process.</summary>
    public string RemoteTypeName { get; }

    /// <summary>Its message.</summary>
    public string RemoteMessage { get; }
}
