using System.Globalization;
using System.Threading.Channels;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Injection;

/// <summary>No wake-up is lost, whatever order the work of links runs in, and although callers leave their waits and come back, or come late.</summary>
/// <remarks>A few seeds; CROSSCHANNELS_LONG=1 runs many, and CROSSCHANNELS_SEED that one alone.</remarks>
[TestClass]
[DoNotParallelize]
public sealed class WakeTests : IDisposable
{
    // A pause at every so many points: a crowd is small, and has to meet what is rare.
    private const int ContractPauses = 32;
    private const int CrowdPauses = 6;

    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1";
    private static readonly int s_seeds = s_isLong ? 100 : 1;
    private static readonly int s_crowds = s_isLong ? 2000 : 24;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public Task Link_OverAPair() => RunAsync(static plan => new RestlessPairContract(plan));

    [TestMethod]
    public Task Link_OverASocket() => RunAsync(static plan => new RestlessUnixContract(plan));

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public Task Link_OverLanes() => RunAsync(static plan => new RestlessLaneContract(plan));

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public Task Hub_OwnerReads(bool isWriterRemote) => RunAsync(plan => new RestlessHubContract(plan, isWriterRemote, usesLanes: false));

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public Task Hub_ARemoteReader(bool isWriterRemote) => RunAsync(plan => new RestlessRemoteReaderContract(plan, isWriterRemote, usesLanes: false));

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public Task Hub_OwnerReadsFromALane() => RunAsync(static plan => new RestlessHubContract(plan, isWriterRemote: true, usesLanes: true));

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public Task Hub_LanesOnBothSides() => RunAsync(static plan => new RestlessRemoteReaderContract(plan, isWriterRemote: true, usesLanes: true));

    [TestMethod]
    public Task Hub_BuiltInChannelAtTheOwner() => RunAsync(static plan => new RestlessBackedContract(plan));

    [TestMethod]
    public async Task Crowd_AtAPair() => await EachSeedAsync(s_crowds, CrowdPauses, static async seed =>
    {
        (DuplexChannel<string, NoItem> one, DuplexChannel<NoItem, string> two) = CrossChannel.CreatePair<string, NoItem>(null, Reading<string>(seed));
        await using (one)
        await using (two)
            await new Crowd<string>(seed, Text, Number, writersStay: seed % 2 == 0).RunAsync([one.Writer], [two.Reader], Total(seed));
    });

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Crowd_AtALink(bool usesLanes) => await EachSeedAsync(s_crowds, CrowdPauses, async seed =>
    {
        (DuplexChannel<int, NoItem> one, DuplexChannel<NoItem, int> two) = await ChannelContract.ConnectAsync<int, NoItem>(AddressOf(usesLanes), null, Reading<int>(seed));
        await using (one)
        await using (two)
            await new Crowd<int>(seed, static i => i, static i => i, writersStay: seed % 2 == 0).RunAsync([one.Writer], [two.Reader], Total(seed));
    });

    /// <summary>No end sits on what another waits for, and each reader comes back or leaves, so that nobody needs the hub to look after 10 ms: its clock stands still.</summary>
    [TestMethod]
    public async Task Crowd_AtAHubWhoseClockStands() => await EachSeedAsync(s_crowds, CrowdPauses, async seed =>
        await CrowdAsync(seed, AddressOf(usesLanes: false), new ManualTimeProvider(), isOwnerInIt: false, mostAtAReader: 1, static i => i, static i => i));

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Crowd_AtAHub(bool usesLanes) => await EachSeedAsync(s_crowds, CrowdPauses, async seed =>
        await CrowdAsync(seed, AddressOf(usesLanes), TimeProvider.System, isOwnerInIt: true, mostAtAReader: 3, Text, Number));

    private static async Task CrowdAsync<T>(int seed, ChannelAddress address, TimeProvider clock, bool isOwnerInIt, int mostAtAReader, Func<int, T> make, Func<T, int> numberOf)
    {
        var random = new Random(~seed);
        await using SharedChannel<T> owner = await CrossChannel.CreateBoundedAsync<T>(
            address, Capacity(seed), hub: new() { Connection = new() { TimeProvider = clock }, DrainTimeout = TimeSpan.Zero }).Done();
        List<CrossChannelWriter<T>> writers = [];
        List<CrossChannelReader<T>> readers = [];
        for (int i = random.Next(1, 4); i > 0; i--)
            writers.Add(await CrossChannel.OpenWriterAsync<T>(owner.Address).Done());
        for (int i = random.Next(1, 4); i > 0; i--)
            readers.Add(await CrossChannel.OpenReaderAsync<T>(owner.Address).Done());
        if (isOwnerInIt && random.Next(2) == 0)
            writers.Add(owner.Writer);
        if (isOwnerInIt && random.Next(2) == 0)
            readers.Add(owner.Reader);
        await new Crowd<T>(seed, make, numberOf, mostAtAReader, writersStay: writers.Count == 1 || (isOwnerInIt && seed % 2 == 0)).RunAsync(writers, readers, Total(seed), owner);
    }

    /// <summary>Few items more often than many: what is not asked for is missed at the beginning and at the end.</summary>
    private static int Total(int seed) => seed % 8 == 0 ? 300 : 2 + (seed * 7 % 20);

    private static int Capacity(int seed) => (seed % 5) switch { 0 => 1, 1 => 2, 2 => 3, 3 => 8, _ => 64 };

    private static DuplexChannelOptions<NoItem, T> Reading<T>(int seed) => new() { Reading = new BoundedChannelOptions(Capacity(seed)) };

    private static string Text(int number) => $"item {number}";

    private static int Number(string text) => int.Parse(text.AsSpan("item ".Length), CultureInfo.InvariantCulture);

    private ChannelAddress AddressOf(bool usesLanes) =>
        usesLanes ? ChannelAddress.SharedMemory(TransportTest.UniqueName()) : ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]);

    private static Task RunAsync(Func<Restlessness, ChannelCore> make) => EachSeedAsync(s_seeds, ContractPauses, seed => ContractRun.RunAsync(make, seed));

    private static async Task EachSeedAsync(int count, int pauses, Func<int, Task> runAsync)
    {
        int first = 1;
        if (int.TryParse(Environment.GetEnvironmentVariable("CROSSCHANNELS_SEED"), CultureInfo.InvariantCulture, out int only))
            (first, count) = (only, 1);
        for (int i = 0; i < count; i++)
        {
            using var interleaving = new Interleaving(first + i, pauses);
            await runAsync(first + i);
        }
    }
}
