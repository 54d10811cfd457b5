using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace CrossChannels.Serialization;

/// <summary>Types that have no meaning in another process, or that JSON takes without an error and gives back as something else.</summary>
internal static class RefusedTypes
{
    private const string Stack = "comes back from JSON in reverse order. Use a list or an array.";
    private const string AsText = "Send its text (ToString), and read it at the other end (Parse).";
    private const string InProcess = "is a part of this process. Send the values that it stands for.";
    private const string Pending = "is work within this process. Await it and send its result.";
    private const string Channel = "is a channel of this process, and channels do not travel as items. Send the channel's address, " +
        "and open it there by its address.";
    private const string Pointer = "is a pointer or handle, which means nothing in another process. If it is a number, use long or ulong.";

    // The first that the type is, or derives from, decides.
    private static readonly (Type Type, string Reason)[] _reasons =
    [
        (typeof(nint), Pointer),
        (typeof(nuint), Pointer),
        (typeof(Delegate), "is code, and only data can cross. Send what the code needs, and let the other end have the code."),
        (typeof(Task), Pending),
        (typeof(ValueTask), Pending),
        (typeof(ValueTask<>), Pending),
        (typeof(IAsyncEnumerable<>), "is read asynchronously, which JSON cannot do for one item. Write its elements to a channel of " +
            "their own."),
        (typeof(Channel<,>), Channel),
        (typeof(ChannelReader<>), Channel),
        (typeof(ChannelWriter<>), Channel),
        (typeof(Stream), "is a stream of this process. Send its bytes, as byte[] items, or the path of the file."),
        (typeof(MemberInfo), "is a type or member of this process, and no type is ever loaded by a name from outside. Send a name " +
            "or an enum that the other end knows."),
        (typeof(Assembly), InProcess),
        (typeof(Module), InProcess),
        (typeof(Exception), "is an exception, of which JSON keeps neither type nor stack. Send its message, or complete the channel " +
            "with it."),
        (typeof(CancellationToken), "is a signal within this process. Send an item that says so, or close the channel."),
        (typeof(CancellationTokenSource), "is a signal within this process. Send an item that says so, or close the channel."),
        (typeof(SerializationInfo), InProcess),
        (typeof(WaitHandle), InProcess),
        (typeof(Thread), InProcess),
        (typeof(BigInteger), $"is a number that JSON does not have. {AsText} Or send ToByteArray()."),
        (typeof(IPAddress), $"is not written by JSON as an address. {AsText}"),
        (typeof(IPEndPoint), $"is not written by JSON as an address. {AsText}"),
        (typeof(CultureInfo), "is a part of this process. Send its Name, and use CultureInfo.GetCultureInfo at the other end."),
        (typeof(TimeZoneInfo), "is a part of this process. Send its Id, and use TimeZoneInfo.FindSystemTimeZoneById at the other end."),
        (typeof(Encoding), "is a part of this process. Send its WebName, and use Encoding.GetEncoding at the other end."),
        (typeof(Regex), "is code. Send its pattern and options, and make it at the other end."),
        (typeof(StringBuilder), "is written by JSON without its text. Use string."),
        (typeof(Stack<>), Stack),
        (typeof(ConcurrentStack<>), Stack),
        (typeof(ImmutableStack<>), Stack),
        (typeof(IImmutableStack<>), Stack),
    ];

    /// <summary>Why a type is refused, to follow its name, with what to do; null if it is not.</summary>
    public static string? ReasonFor(Type type)
    {
        if (type == typeof(object))
        {
            return "does not say what the reader should create. Use the type that it is, a base class with [JsonDerivedType], or " +
                "JsonElement.";
        }

        if (type.IsPointer || type.IsFunctionPointer)
            return Pointer;
        if (type.IsArray && !type.IsSZArray)
            return "is an array of several dimensions, which JSON does not have. Use an array of arrays, or a flat array with its " +
                "dimensions.";

        for (Type? current = type; current is not null; current = current.BaseType)
        {
            Type plain = current.IsGenericType ? current.GetGenericTypeDefinition() : current;
            foreach ((Type refused, string reason) in _reasons)
            {
                if (plain == refused)
                    return reason;
            }
        }

        return null;
    }
}
