using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Threading.Channels;

namespace CrossChannels.Tests;

/// <summary>Mistakes that users make, and what they are told: each message says what is wrong, where, and what to do.</summary>
[TestClass]
public sealed class MistakesTests : IDisposable
{
    private static readonly ConnectionOptions s_soon = new() { ConnectTimeout = TimeSpan.FromMilliseconds(200) };

    /// <summary>What is done, and what the message must have.</summary>
    private static readonly Dictionary<string, (Func<Place, Task> Do, string[] Says)> s_mistakes = new(StringComparer.Ordinal)
    {
        // What an end is opened with.
        ["another item type"] = (
            static p => CrossChannel.OpenWriterAsync<int>(p.Jobs),
            ["System.Int32 (raw, 4 bytes)", "Order (json)", "The end in process", "The other end", "unix:", "Open both with the same type of items"]),
        ["a type of the same shape, and another name"] = (
            static p => CrossChannel.OpenWriterAsync<Order2>(p.Jobs),
            ["MistakesTests+Order2 (json)", "MistakesTests+Order (json)", "[ChannelContract(\"...\")] on both", "ItemOptions.ContractName"]),
        ["items that are too large for the reader"] = (
            static p => CrossChannel.OpenReaderAsync<Order>(p.Jobs, new() { MaxItemBytes = 999 }),
            ["Channel 'jobs'", "1,000,000 bytes", "at most 999", "ItemOptions.MaxItemBytes of 1,000,000 or more"]),
        ["a channel of a name that there is not"] = (
            static p => CrossChannel.OpenWriterAsync<Order>(p.Hub.WithChannel("job")),
            ["nothing named 'job'", "'jobs'", "'work'"]),
        ["a hub without the name of a channel"] = (
            static p => CrossChannel.OpenWriterAsync<Order>(p.Hub),
            ["This is a hub", "add '#' and a name", "'jobs'"]),
        ["a plain reader of a leased channel"] = (
            static p => CrossChannel.OpenReaderAsync<Order>(p.Hub.WithChannel("work")),
            ["'work' is leased", "OpenLeasedReaderAsync"]),
        ["a leased reader of a plain channel"] = (
            static p => CrossChannel.OpenLeasedReaderAsync<Order>(p.Jobs),
            ["'jobs' is not leased", "OpenReaderAsync"]),
        ["a leased reader of a prioritized channel"] = (
            static p => CrossChannel.OpenLeasedReaderAsync<int>(p.Hub.WithChannel("ranked")),
            ["'ranked' has no leases", "OpenReaderAsync"]),
        ["a lock as a channel"] = (
            static p => CrossChannel.OpenWriterAsync<Order>(p.Hub.WithChannel("gate")),
            ["'gate' is a lock", "OpenLockAsync"]),
        ["a channel as a lock"] = (
            static p => CrossChannel.OpenLockAsync(p.Jobs),
            ["'jobs' is a channel", "OpenReaderAsync or OpenWriterAsync"]),
        ["a channel's status at a lock"] = (
            static p => CrossChannel.GetChannelStatusAsync(p.Hub.WithChannel("gate")),
            ["'gate' at unix:", "is a lock", "GetLockStatusAsync"]),
        ["a writer of a shared channel at a listener"] = (
            static async p =>
            {
                await using DuplexChannelListener<NoItem, int> listener = await CrossChannel.ListenAsync<NoItem, int>(p.Free);
                await CrossChannel.OpenWriterAsync<int>(p.Free);
            },
            ["OpenWriterAsync", "ListenAsync", "ConnectAsync", "The other end", "unix:"]),
        ["a plain link at a hub"] = (
            static p => CrossChannel.ConnectAsync<Order, NoItem>(p.Hub),
            ["belongs to a hub", "OpenReaderAsync, OpenWriterAsync", "refused the link"]),
        ["the directions swapped"] = (
            static async p =>
            {
                await using DuplexChannelListener<int, string> listener = await CrossChannel.ListenAsync<int, string>(p.Free);
                await CrossChannel.ConnectAsync<int, string>(p.Free);
            },
            ["Both ends have the same direction", "swap the type arguments at one of them"]),
        ["no key where one is required"] = (
            static async p =>
            {
                var hub = new HubOptions { Connection = new ConnectionOptions { RequiredKeyToWrite = new byte[] { 1 } } };
                await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(p.Free, 1, hub: hub);
                await CrossChannel.OpenWriterAsync<int>(p.Free);
            },
            ["key to write", "ConnectionOptions.Key", "refused the link"]),
        ["a rendezvous from another end"] = (
            static p => CrossChannel.OpenWriterAsync<int>(p.Hub.WithChannel("meeting")),
            ["'meeting' has capacity 0", "within one process only", "least capacity is 1"]),

        // Addresses.
        ["nobody there"] = (
            static p => CrossChannel.OpenWriterAsync<int>(p.Free, connection: s_soon),
            ["No process listened at unix:", "ConnectTimeout, 0.2 s", "Is its owner running, as the same user?"]),
        ["nobody there, tried once"] = (
            static p => CrossChannel.OpenWriterAsync<int>(p.Free, connection: s_soon with { ConnectTimeout = TimeSpan.Zero }),
            ["when it was tried, once because ConnectTimeout is zero"]),
        ["a socket in a directory that is not there"] = (
            static p => CrossChannel.OpenWriterAsync<int>(ChannelAddress.Unix(p.Directory["none/x.sock"]), connection: s_soon),
            ["does not exist", "mkdir"]),
        ["to listen in a directory that is not there"] = (
            static p => CrossChannel.ListenAsync<int, int>(ChannelAddress.Unix(p.Directory["none/x.sock"])),
            ["does not exist", "mkdir"]),
        ["to listen in a directory that all can write"] = (
            static p =>
            {
                DirectoryInfo open = Directory.CreateDirectory(p.Directory["open"]);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(open.FullName, (UnixFileMode)0x1FF /* 0777 */);
                return CrossChannel.ListenAsync<int, int>(ChannelAddress.Unix(p.Directory["open/x.sock"]));
            },
            ["Every user can write to the directory '", "mkdir -m 700"]),
        ["a process that listens and never greets"] = (
            static async p =>
            {
                using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                silent.Bind(new UnixDomainSocketEndPoint(p.Free.Path!));
                silent.Listen();
                await CrossChannel.ConnectAsync<int, int>(p.Free, new() { Connection = s_soon with { GreetingTimeout = TimeSpan.FromMilliseconds(50) } });
            },
            ["unix:", "did not greet within GreetingTimeout, 0.05 s", "stopped, or not using this library", "raise ConnectionOptions.GreetingTimeout"]),
        ["an address that is in use"] = (
            static p => CrossChannel.CreateBoundedAsync<int>(p.Hub, 1),
            ["A process is already listening at unix:", "use another name, or stop that process"]),
        ["tls without certificates"] = (
            static _ => CrossChannel.ListenAsync<int, int>("tls://localhost:5999"),
            ["tls://localhost:5999", "ConnectionOptions.Tls", "Certificate"]),
        ["tls to nobody"] = (
            static p => CrossChannel.ConnectAsync<int, int>("tls://localhost:9", new() { Connection = s_soon with { Tls = p.Tls } }),
            ["tls://localhost:9", "ConnectTimeout, 0.2 s", "Is its owner running there?"]),
        ["plain tcp that is not allowed"] = (
            static _ => CrossChannel.ListenAsync<int, int>("tcp://127.0.0.1:0"),
            ["tcp://127.0.0.1:0", "AllowPlainTcp", "tls://"]),
        ["plain tcp to the world"] = (
            static _ => CrossChannel.ListenAsync<int, int>("tcp://0.0.0.0:5998", new() { Connection = new ConnectionOptions { AllowPlainTcp = true } }),
            ["tcp://0.0.0.0:5998", "127.0.0.1", "tls://"]),
        ["a host and a port alone"] = (
            static _ => CrossChannel.ConnectAsync<int, int>("localhost:5000"),
            ["'localhost:5000'", "'localhost' is not a scheme", "Did you mean tls://localhost:5000"]),
        ["an empty address"] = (static _ => CrossChannel.ConnectAsync<int, int>(""), ["The address '' is malformed", "it is empty"]),
        ["a path as a name"] = (static _ => CrossChannel.ConnectAsync<int, int>("/tmp/x"), ["'/tmp/x'", "a name cannot contain '/'", "unix:/path"]),
        ["a relative path"] = (static _ => CrossChannel.ConnectAsync<int, int>("unix:x.sock"), ["'unix:x.sock'", "must be absolute", "bare name"]),
        ["an abstract socket"] = (static _ => CrossChannel.ConnectAsync<int, int>("unix:@x"), ["'unix:@x'", "abstract sockets are not supported", "a path or a bare name"]),
        ["a path that is too long"] = (
            static _ => CrossChannel.ConnectAsync<int, int>("unix:/tmp/" + new string('x', 120)),
            ["has 125 bytes", "allows", "a shorter one or a bare name"]),
        ["two names of channels"] = (static _ => CrossChannel.OpenWriterAsync<int>("build#a#b"), ["'build#a#b'", "second '#'", "only one separates an address"]),

        // What a channel is made of.
        ["a negative capacity"] = (static p => CrossChannel.CreateBoundedAsync<int>(p.Free, -1), ["0 or more items", "unbounded", "-1", "capacity"]),
        ["leases without room"] = (static p => CrossChannel.CreateLeasedAsync<int>(p.Free, 0), ["1 or more items", "0"]),
        ["leases that are dropped"] = (
            static p => CrossChannel.CreateLeasedAsync<int>(p.Free, new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }),
            ["full mode Wait", "capacity of at least 1"]),
        ["priorities of leases"] = (
            static p => CrossChannel.CreateLeasedAsync<int>(p.Free, new UnboundedPrioritizedChannelOptions<int>()),
            ["UnboundedPrioritizedChannelOptions", "in order", "use CreateUnboundedPrioritized"]),
        ["no options"] = (static p => CrossChannel.CreateUnboundedAsync<int>(p.Free, (UnboundedChannelOptions)null!), ["options"]),
        ["a name that is taken"] = (static p => p.Do(hub => hub.CreateBounded<int>("jobs", 1)), ["The hub at unix:", "something named 'jobs' already", "use another name"]),
        ["a hub that is disposed"] = (
            static async p =>
            {
                ChannelHub hub = await ChannelHub.StartAsync(p.Free);
                await hub.DisposeAsync();
                hub.CreateBounded<int>("more", 1);
            },
            ["The hub at unix:", "is disposed or shut down"]),
        ["no writers to wait for"] = (static _ => Run(static () => CompletionPolicy.LastWriter(0)), ["expectedWriters", "1"]),
        ["a limit of nothing"] = (static _ => Run(static () => new ItemOptions { MaxItemBytes = 0 }), ["MaxItemBytes must be 1 to 1,073,741,824"]),
        ["a key that is too long"] = (static _ => Run(static () => new ConnectionOptions { Key = new byte[257] }), ["Key has 257 bytes", "at most 256"]),
        ["a negative timeout"] = (
            static _ => Run(static () => new ConnectionOptions { ConnectTimeout = TimeSpan.FromSeconds(-2) }),
            ["ConnectTimeout must be zero or more", "InfiniteTimeSpan"]),
        ["a contract without a name"] = (static p => CrossChannel.CreateBoundedAsync<int>(p.Free, 1, items: new() { ContractName = " " }), ["ContractName must not be empty"]),
        ["a declared channel of another name"] = (
            static p => CrossChannel.OpenWriterAsync<int>(p.Hub.WithChannel("declared")),
            ["'declared' was declared for items called 'job'", "System.Int32", "[ChannelContract(\"job\")]"]),

        // Types of items.
        ["items of any type"] = (static p => CrossChannel.CreateBoundedAsync<object>(p.Free, 1), ["System.Object", "[JsonDerivedType]"]),
        ["an interface"] = (static p => CrossChannel.CreateBoundedAsync<IDisposable>(p.Free, 1), ["System.IDisposable", "[JsonDerivedType(", "concrete type"]),
        ["a task as a member"] = (static p => CrossChannel.CreateBoundedAsync<WithTask>(p.Free, 1), ["WithTask", "Done", "Task"]),
        ["a BigInteger"] = (static p => CrossChannel.CreateBoundedAsync<BigInteger>(p.Free, 1), ["System.Numerics.BigInteger", "Send its text (ToString)"]),
        ["an IPAddress"] = (static p => CrossChannel.CreateBoundedAsync<IPAddress>(p.Free, 1), ["System.Net.IPAddress", "Send its text (ToString)"]),
        ["a CultureInfo"] = (static p => CrossChannel.CreateBoundedAsync<CultureInfo>(p.Free, 1), ["System.Globalization.CultureInfo", "Send its Name"]),
        ["an in-process channel"] = (static p => CrossChannel.CreateBoundedAsync<Channel<int>>(p.Free, 1), ["Channel<", "Send the channel's address"]),

        // Items.
        ["an item in a circle"] = (
            static async p =>
            {
                await using SharedChannel<Node> channel = await CrossChannel.CreateBoundedAsync<Node>(p.Free, 1);
                var node = new Node();
                node.Next = node;
                await channel.Writer.WriteAsync(node);
            },
            ["Node contains itself", "at $.Next", "send keys or indexes", "ItemOptions.Serializer"]),
        ["an item that is too large"] = (
            static async p =>
            {
                await using SharedChannel<byte[]> channel = await CrossChannel.CreateBoundedAsync<byte[]>(p.Free, 1, items: new() { MaxItemBytes = 10 });
                await channel.Writer.WriteAsync(new byte[11]);
            },
            ["The item has 11 bytes", "10", "ItemOptions.MaxItemBytes"]),
        ["an item that is too large for the reader of a link"] = (
            static async p =>
            {
                (DuplexChannel<byte[], NoItem> here, DuplexChannel<NoItem, byte[]> there) =
                    CrossChannel.CreatePair<byte[], NoItem>(null, new() { ReadItems = new() { MaxItemBytes = 10 } });
                await using (here)
                await using (there)
                    await here.Writer.WriteAsync(new byte[11]);
            },
            ["The item has 11 bytes", "10", "the reader's ItemOptions.MaxItemBytes"]),
        ["a member that the other shape lacks"] = (
            static async p =>
            {
                await using SharedChannel<Short> channel = await CrossChannel.CreateBoundedAsync<Short>(p.Free, 1, items: new() { ContractName = "shape" });
                await channel.Writer.WriteAsync(new Short(5));
                await using CrossChannelReader<Order> reader = await CrossChannel.OpenReaderAsync<Order>(p.Free, new() { ContractName = "shape" });
                await reader.ReadAsync();
            },
            ["could not be read as shape (json)", "'Name'"]),
        ["memory that is too small"] = (
            static async p =>
            {
                await using SharedChannel<byte[]> channel = await CrossChannel.CreateBoundedAsync<byte[]>(p.Free, 1);
                await channel.Writer.WriteAsync(new byte[11]);
                await channel.Reader.ReadIntoAsync(new byte[10]);
            },
            ["The next item has 11 bytes", "destination 10", "not consumed"]),

        // Waiting.
        ["a read of a channel that nobody completes"] = (
            static async p =>
            {
                await using CrossChannelReader<Order> reader = await CrossChannel.OpenReaderAsync<Order>(p.Jobs);
                await (await CrossChannel.OpenWriterAsync<Order>(p.Jobs)).DisposeAsync();
                await reader.ReadAsync(TimeSpan.FromMilliseconds(1));
            },
            ["The channel unix:", "#jobs", "nothing to read within 1 ms", "nobody has completed it"]),
        ["a write that nobody makes room for"] = (
            static async p =>
            {
                await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(p.Free, 1);
                await channel.Writer.WriteAsync(1);
                await channel.Writer.WriteAsync(2, TimeSpan.FromMilliseconds(1));
            },
            ["The channel unix:", "no room within 1 ms", "it is full and its readers take nothing"]),

        // After the end.
        ["a write after disposal"] = (
            static async p =>
            {
                CrossChannelWriter<Order> writer = await CrossChannel.OpenWriterAsync<Order>(p.Jobs);
                await writer.DisposeAsync();
                await writer.WriteAsync(new Order(1, ""));
            },
            ["The channel 'jobs'", "unix:", "this writer was closed or disposed"]),
        ["a read after disposal"] = (
            static async p =>
            {
                CrossChannelReader<Order> reader = await CrossChannel.OpenReaderAsync<Order>(p.Jobs);
                await reader.DisposeAsync();
                await reader.ReadAsync();
            },
            ["The channel 'jobs'", "unix:", "this end"]),
        ["a second Complete"] = (
            static async p =>
            {
                await using CrossChannelWriter<Order> writer = await CrossChannel.OpenWriterAsync<Order>(p.Jobs);
                writer.Complete();
                writer.Complete();
            },
            ["channel"]),
        ["a write after the hub completed"] = (
            static async p =>
            {
                await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(p.Free, 1);
                await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(p.Free);
                channel.Writer.Complete();
                await Wait.Until(() => writer.Ending is not null);
                await writer.WriteAsync(1);
            },
            ["The channel with unix:", "Complete() was called on it"]),
        ["a read after the hub completed"] = (
            static async p =>
            {
                await using SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(p.Free, 1);
                await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(p.Free);
                channel.Writer.Complete();
                await reader.ReadAsync();
            },
            ["The channel with unix:", "Complete() was called on it"]),
        ["the owner's write after completion"] = (
            static p =>
            {
                SharedChannel<Order> jobs = p.OwnersJobs;
                jobs.Writer.Complete();
                return jobs.Writer.WriteAsync(new Order(1, "")).AsTask();
            },
            ["The channel unix:", "#jobs", "Complete() was called on it"]),
        ["a write after the owner left"] = (
            static async p =>
            {
                SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(p.Free, 1);
                await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(p.Free);
                await channel.DisposeAsync();
                await Wait.Until(() => writer.Ending is not null);
                await writer.WriteAsync(1);
            },
            ["The channel with unix:", "owner", "left"]),
        ["a write after the reader closed"] = (
            static async p =>
            {
                (CrossChannelWriter<int> writer, CrossChannelReader<int> reader) = CrossChannel.CreatePipe<int>();
                await using (writer)
                {
                    await reader.CloseAsync("enough");
                    await Wait.Until(() => writer.Ending is not null);
                    await writer.WriteAsync(1);
                }
            },
            ["The channel", "closed the channel: enough"]),
        ["an end that was given away"] = (
            static async p =>
            {
                CrossChannelWriter<Order> writer = await CrossChannel.OpenWriterAsync<Order>(p.Jobs);
                await writer.TransferAsync("worker 3");
                await writer.WriteAsync(new Order(1, ""));
            },
            ["The writer of unix:", "#jobs", "was given to worker 3", "Open another one"]),
        ["a ticket of another kind"] = (
            static async p =>
            {
                CrossChannelWriter<Order> writer = await CrossChannel.OpenWriterAsync<Order>(p.Jobs);
                TransferTicket ticket = await writer.TransferAsync("worker 3");
                await CrossChannelReader<Order>.OpenAsync(ticket);
            },
            ["The ticket is for", "writer", "reader", "Open it as what was given"]),
        ["a listener that is disposed"] = (
            static async p =>
            {
                DuplexChannelListener<int, int> listener = await CrossChannel.ListenAsync<int, int>(p.Free);
                await listener.DisposeAsync();
                await listener.AcceptAsync();
            },
            ["The listener at unix:", "was disposed"]),
        ["a connection that does not come"] = (
            static async p =>
            {
                await using DuplexChannelListener<int, int> listener = await CrossChannel.ListenAsync<int, int>(p.Free);
                await listener.AcceptAsync(TimeSpan.FromMilliseconds(1));
            },
            ["No connection came at unix:", "within 0.001 s"]),

        // Leases and locks.
        ["a lease that is settled twice"] = (
            static async p =>
            {
                Lease<Order> lease = await p.TakeLeaseAsync();
                lease.Complete();
                lease.Abandon();
            },
            ["The lease is settled already"]),
        ["a lease of a reader that is disposed"] = (
            static async p =>
            {
                LeasedReader<Order> reader = await CrossChannel.OpenLeasedReaderAsync<Order>(p.Hub.WithChannel("work"));
                await p.OwnersWork.Writer.WriteAsync(new Order(1, ""));
                Lease<Order> lease = await reader.ReadAsync();
                await reader.DisposeAsync();
                lease.Complete();
            },
            ["The channel 'work'", "this end"]),
        ["TaskDone without a lease"] = (
            static p => Run(() => p.OwnersWork.Reader.TaskDone()),
            ["TaskDone was called more often than items were taken"]),
        ["a lock that is disposed"] = (
            static async p =>
            {
                CrossLock gate = await CrossChannel.OpenLockAsync(p.Hub.WithChannel("gate"));
                await gate.DisposeAsync();
                await gate.AcquireAsync();
            },
            ["The lock 'gate' with unix:", "is disposed"]),
        ["a lock that is held"] = (
            static async p =>
            {
                await using CrossLock gate = await CrossChannel.OpenLockAsync(p.Hub.WithChannel("gate"));
                await using LockHold first = await gate.AcquireAsync();
                await gate.AcquireAsync(TimeSpan.FromMilliseconds(1));
            },
            ["The lock at unix:", "#gate", "was not free within 0.001 s"]),
    };

    private readonly TempDirectory _directory = new();

    public static IEnumerable<object[]> Mistakes => s_mistakes.Keys.Select(static name => new object[] { name });

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public async Task Message_SaysWhatIsWrongWhereAndWhatToDo(string mistake)
    {
        (Func<Place, Task> make, string[] says) = s_mistakes[mistake];
        await using Place place = await Place.MakeAsync(_directory);
        await Mistake.CheckAsync(mistake, () => make(place), says);
    }

    private static Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static Task Run<T>(Func<T> make) => Run(() => { _ = make(); });

    internal sealed record Order(int Id, string Name);

    internal sealed record Order2(int Id, string Name);

    internal sealed record Short(int Id);

    internal sealed class WithTask
    {
        public Task? Done { get; set; }
    }

    internal sealed class Node
    {
        public Node? Next { get; set; }
    }

    /// <summary>A hub to make mistakes at, and an address that is free.</summary>
    private sealed class Place : IAsyncDisposable
    {
        private readonly ChannelHub _hub;
        private readonly TestCertificates _certificates = new();

        private Place(TempDirectory directory, ChannelHub hub)
        {
            Directory = directory;
            _hub = hub;
            OwnersJobs = hub.CreateBounded<Order>("jobs", 10, items: new() { MaxItemBytes = 1_000_000 });
            OwnersWork = hub.CreateLeased<Order>("work", 10);
            hub.CreateUnboundedPrioritized<int>("ranked");
            hub.CreateBounded<int>("meeting", 0);
            hub.Declare("declared", new BoundedChannelOptions(1), items: new ItemOptions { ContractName = "job" });
            hub.CreateLock("gate");
        }

        public TempDirectory Directory { get; }

        public ChannelAddress Hub => _hub.Address;

        public ChannelAddress Jobs => Hub.WithChannel("jobs");

        public ChannelAddress Free => ChannelAddress.Unix(Directory["free.sock"]);

        public SharedChannel<Order> OwnersJobs { get; }

        public LeasedChannel<Order> OwnersWork { get; }

        public TlsOptions Tls => _certificates.Settings();

        public static async Task<Place> MakeAsync(TempDirectory directory) =>
            new(directory, await ChannelHub.StartAsync(ChannelAddress.Unix(directory["hub.sock"]), new() { DrainTimeout = TimeSpan.Zero }).Done());

        public Task Do(Action<ChannelHub> action)
        {
            action(_hub);
            return Task.CompletedTask;
        }

        public async Task<Lease<Order>> TakeLeaseAsync()
        {
            await OwnersWork.Writer.WriteAsync(new Order(1, ""));
            return await OwnersWork.Reader.ReadAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _hub.DisposeAsync().Done();
            _certificates.Dispose();
        }
    }
}
