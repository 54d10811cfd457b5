using System.Runtime.ExceptionServices;

namespace CrossChannels.Hub;

/// <summary>What a comparer threw while this thread wrote to an ordered channel: kept until the built-in queue is whole again.</summary>
internal static class ComparerFailure
{
    [ThreadStatic]
    private static Exception? t_last;

    public static void Forget() => t_last = null;

    public static void Note(Exception error) => t_last = error;

    public static void ThrowIfAny()
    {
        if (t_last is not { } error)
            return;
        t_last = null;
        ExceptionDispatchInfo.Throw(error);
    }
}
