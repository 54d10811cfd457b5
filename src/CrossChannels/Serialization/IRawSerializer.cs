namespace CrossChannels.Serialization;

/// <summary>Marks a serializer whose items are their own bytes, so that the channel need not call it.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal interface IRawSerializer<T>
{
    /// <summary>The codec to use instead.</summary>
    RawCodec<T> CreateCodec(string? contractName);
}
