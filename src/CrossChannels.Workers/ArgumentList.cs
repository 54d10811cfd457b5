namespace CrossChannels.Workers;

/// <summary>The arguments of a method that is started, in order.</summary>
internal sealed class ArgumentList
{
    public ArgumentList Add<T>(T value) => throw new NotSupportedException();
}
