using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CrossChannels.Tool.Items;

/// <summary>How the items of a channel look as lines: one JSON value a line, whatever they are in the channel.</summary>
internal abstract class ItemFormat
{
    /// <summary>What a channel has whose first end is this tool, and what .NET programs open as <c>JsonElement</c>.</summary>
    private const string JsonContract = "System.Text.Json.JsonElement";

    private static readonly JsonSerializerOptions s_text = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, Func<string?, ItemFormat>> s_raw = new(StringComparer.Ordinal)
    {
        ["System.Boolean"] = static contract => Parsable(contract, static value => value ? "true" : "false"),
        ["System.Byte"] = static contract => Number<byte>(contract),
        ["System.SByte"] = static contract => Number<sbyte>(contract),
        ["System.Int16"] = static contract => Number<short>(contract),
        ["System.UInt16"] = static contract => Number<ushort>(contract),
        ["System.Int32"] = static contract => Number<int>(contract),
        ["System.UInt32"] = static contract => Number<uint>(contract),
        ["System.Int64"] = static contract => Number<long>(contract),
        ["System.UInt64"] = static contract => Number<ulong>(contract),
        ["System.Single"] = static contract => Number<float>(contract),
        ["System.Double"] = static contract => Number<double>(contract),
        ["System.Decimal"] = static contract => Number<decimal>(contract),
        ["System.Guid"] = static contract => Quoted<Guid>(contract),
        ["System.DateTimeOffset"] = static contract => Quoted<DateTimeOffset>(contract),
        ["System.DateTime"] = static contract => Quoted<DateTime>(contract),
        ["System.TimeSpan"] = static contract => Quoted<TimeSpan>(contract),
    };

    /// <summary>Chooses by what the channel has, or, if nothing has been sent or read in it, by what the user says.</summary>
    /// <param name="status">Of the channel.</param>
    /// <param name="type">json, text, bytes, or the name of a .NET type; null for what the channel has, else json.</param>
    /// <param name="contract">The contract's name, where the channel has none yet; null for the usual one.</param>
    /// <exception cref="UsageException">The items have no form as lines.</exception>
    public static ItemFormat Of(ChannelStatus status, string? type, string? contract)
    {
        contract = status.ContractName ?? contract;
        string form = status.ContentType ?? type ?? "json";
        return form switch
        {
            "json" => new ItemFormat<byte[]>(
                new ItemOptions<byte[]> { Serializer = new JsonBytesSerializer(), ContractName = contract ?? JsonContract }, ParseJson, FormatJson),
            "text" => new ItemFormat<string>(new ItemOptions<string> { ContractName = contract }, ParseText, Quote),
            "bytes" => new ItemFormat<byte[]>(new ItemOptions<byte[]> { ContractName = contract }, ParseBytes, static item => $"\"{Convert.ToBase64String(item)}\""),
            "raw" when s_raw.TryGetValue(type is null ? contract ?? "" : Full(type), out Func<string?, ItemFormat>? make) => make(contract),
            _ when status.ContentType is null && s_raw.TryGetValue(Full(form), out Func<string?, ItemFormat>? make) => make(contract),
            _ => throw new UsageException(
                $"The items of '{status.Name}' are {contract} ({form}), which has no form as lines of JSON. Lines are possible of JSON, text, bytes, and of numbers and the like " +
                $"({string.Join(", ", s_raw.Keys.Select(static name => name["System.".Length..]))}; where the contract has a name of its own, say which with --type)."),
        };
    }

    public abstract Task<ISender> OpenWriterAsync(ChannelAddress address, ConnectionOptions connection, CancellationToken cancellationToken);

    public abstract Task<IReceiver> OpenReaderAsync(ChannelAddress address, bool isLeased, ConnectionOptions connection, CancellationToken cancellationToken);

    private static string Full(string type) => type.Contains('.', StringComparison.Ordinal) ? type : s_raw.Keys.FirstOrDefault(
        name => string.Equals(name["System.".Length..], type, StringComparison.OrdinalIgnoreCase), type);

    private static byte[] ParseJson(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        JsonBytesSerializer.Check(bytes);
        return bytes;
    }

    /// <summary>A value that was written over several lines becomes one.</summary>
    private static string FormatJson(byte[] item)
    {
        if (!item.AsSpan().ContainsAny((byte)'\n', (byte)'\r'))
            return Encoding.UTF8.GetString(item);
        using var stream = new MemoryStream(item.Length);
        using (var document = JsonDocument.Parse(item))
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            document.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static string ParseText(string line)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
        return reader.Read() && reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && !reader.Read()
            ? text
            : throw new JsonException("It is not a string, such as \"abc\".");
    }

    private static byte[] ParseBytes(string line) => Convert.FromBase64String(ParseText(line));

    private static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    private static ItemFormat<T> Number<T>(string? contract)
        where T : struct, IParsable<T>, IFormattable => Parsable<T>(contract, static value => value.ToString(null, CultureInfo.InvariantCulture));

    private static ItemFormat<T> Quoted<T>(string? contract)
        where T : struct, IParsable<T>, IFormattable => new(
            new ItemOptions<T> { ContractName = contract },
            static line => T.Parse(ParseText(line), CultureInfo.InvariantCulture),
            static value => $"\"{value.ToString(value is DateTime or DateTimeOffset ? "O" : null, CultureInfo.InvariantCulture)}\"");

    private static ItemFormat<T> Parsable<T>(string? contract, Func<T, string> format)
        where T : struct, IParsable<T> => new(new ItemOptions<T> { ContractName = contract }, static line => T.Parse(line, CultureInfo.InvariantCulture), format);

    private static ItemFormat<bool> Parsable(string? contract, Func<bool, string> format) => Parsable<bool>(contract, format);
}

/// <inheritdoc/>
internal sealed class ItemFormat<T>(ItemOptions<T> items, Func<string, T> parse, Func<T, string> format) : ItemFormat
{
    private const string Null = "null";

    public override async Task<ISender> OpenWriterAsync(ChannelAddress address, ConnectionOptions connection, CancellationToken cancellationToken) =>
        new Sender(await CrossChannel.OpenWriterAsync(address, items, connection, cancellationToken), parse);

    public override async Task<IReceiver> OpenReaderAsync(ChannelAddress address, bool isLeased, ConnectionOptions connection, CancellationToken cancellationToken) => isLeased
        ? new LeasedReceiver(await CrossChannel.OpenLeasedReaderAsync(address, items, connection, cancellationToken), format)
        : new Receiver(await CrossChannel.OpenReaderAsync(address, items, connection, cancellationToken), format);

    private static string Format(T item, Func<T, string> format) => item is null ? Null : format(item);

    private sealed class Sender(CrossChannelWriter<T> writer, Func<string, T> parse) : ISender
    {
        public ValueTask WriteAsync(string line, CancellationToken cancellationToken)
        {
            T item = default(T) is null && line.AsSpan().Trim().SequenceEqual(Null) ? default! : parse(line);
            return writer.WriteAsync(item, cancellationToken);
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken) => writer.FlushAsync(cancellationToken);

        public ValueTask JoinAsync(CancellationToken cancellationToken) => writer.JoinAsync(cancellationToken);

        public void Complete() => writer.TryComplete();

        public ValueTask<long> CloseAsync() => writer.CloseAsync();

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }

    private sealed class Receiver(CrossChannelReader<T> reader, Func<T, string> format) : IReceiver
    {
        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => reader.WaitToReadAsync(cancellationToken);

        public string? TryRead() => reader.TryRead(out T? item) ? Format(item, format) : null;

        public ValueTask SettleAsync(CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }

    private sealed class LeasedReceiver(LeasedReader<T> reader, Func<T, string> format) : IReceiver
    {
        private readonly List<Lease<T>> _open = [];

        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => reader.WaitToReadAsync(cancellationToken);

        public string? TryRead()
        {
            if (!reader.TryRead(out Lease<T>? lease))
                return null;
            _open.Add(lease);
            return Format(lease.Item, format);
        }

        public async ValueTask SettleAsync(CancellationToken cancellationToken)
        {
            foreach (Lease<T> lease in _open)
                await lease.CompleteAsync(cancellationToken);
            _open.Clear();
        }

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}

/// <summary>A writer whose items are lines.</summary>
internal interface ISender : IAsyncDisposable
{
    ValueTask WriteAsync(string line, CancellationToken cancellationToken);

    ValueTask FlushAsync(CancellationToken cancellationToken);

    ValueTask JoinAsync(CancellationToken cancellationToken);

    void Complete();

    /// <summary>Closes it, and returns how many items were not received.</summary>
    ValueTask<long> CloseAsync();
}

/// <summary>A reader whose items are lines.</summary>
internal interface IReceiver : IAsyncDisposable
{
    /// <summary>Waits for an item; false at the end.</summary>
    ValueTask<bool> WaitAsync(CancellationToken cancellationToken);

    /// <summary>An item that is there; null if there is none.</summary>
    /// <exception cref="ItemUnreadableException">It is not of this form. It was taken all the same.</exception>
    string? TryRead();

    /// <summary>All items that were read are done: those of a leased channel are settled.</summary>
    ValueTask SettleAsync(CancellationToken cancellationToken);
}
