using System.Globalization;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>Which methods run in a worker, with what.</summary>
[TestClass]
public sealed class WorkerStartTests
{
    [TestMethod]
    public async Task StartAsync_SimpleArguments_Arrive()
    {
        string said = await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.SayFour, "täxt", -5, long.MinValue, 2.5, options));
        Assert.AreEqual("täxt -5 -9223372036854775808 2.5\n", said);
        said = await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.SayFour, "", int.MaxValue, 0L, double.NaN, options));
        Assert.AreEqual(" 2147483647 0 NaN\n", said);
        said = await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.SayFlag, true, new byte[] { 1, 255 }, options));
        Assert.AreEqual("True 01FF\n", said);
        said = await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.SayFlag, false, (byte[]?)null, options));
        Assert.AreEqual("False null\n", said);
    }

    [TestMethod]
    public async Task StartAsync_SimpleValuesBehindABase_ArriveAsWhatTheyAre()
    {
        Assert.AreEqual("Int32 7 x\n", await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.SayAny, (object)7, (IComparable)"x", options)));
        Assert.AreEqual("null  2\n", await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.SayAny, (object?)null, (IComparable)2L, options)));
    }

    [TestMethod]
    public async Task StartAsync_HalfASurrogatePair_Arrives()
    {
        string said = await SaidAsync(static options => WorkerProcess.StartAsync(WorkerMethods.SayUnits, "x\ud800", options));
        Assert.AreEqual("120 55296\n", said);
    }

    [TestMethod]
    public async Task StartAsync_OtherArguments_ArriveByTheirSerializers()
    {
        var at = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(1));
        var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff", CultureInfo.InvariantCulture);
        string said = await SaidAsync(options => WorkerProcess.StartAsync(
            WorkerMethods.SayOrder, new WorkerMethods.Order("order", [1, 2], at), new List<int> { 3, 4 }, DayOfWeek.Friday, (id, (byte)8), options));
        Assert.AreEqual($"order 1,2,3,4 {at:O} Friday ({id}, 8)\n", said);
    }

    [TestMethod]
    public async Task StartAsync_ManyBytes_Arrive()
    {
        string text = new('x', 5_000_000);
        Assert.AreEqual(text + "\n", await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.Say, text, options)));
    }

    [TestMethod]
    public async Task StartAsync_EveryKindOfStaticMethod_Runs()
    {
        static void Local(string text) => Console.WriteLine("local " + text);
        Assert.AreEqual("later\n", await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.SayLater, "later", options)));
        Assert.AreEqual("Int32 5\n", await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.SayGeneric, 5, options)));
        Assert.AreEqual("String s\n", await SaidAsync(options => WorkerProcess.StartAsync(WorkerMethods.SayGeneric, "s", options)));
        Assert.AreEqual("Decimal String\n", await SaidAsync(options => WorkerProcess.StartAsync(GenericMethods<decimal>.Say<string>, options)));
        Assert.AreEqual("local x\n", await SaidAsync(options => WorkerProcess.StartAsync(Local, "x", options)));
        Assert.AreEqual("static 3\n", await SaidAsync(options => WorkerProcess.StartAsync(static (int x) => Console.WriteLine($"static {x}"), 3, options)));
        Assert.AreEqual("plain 4\n", await SaidAsync(options => WorkerProcess.StartAsync(x => Console.WriteLine($"plain {x}"), 4, options)));
        Assert.AreEqual("async 5\n", await SaidAsync(options => WorkerProcess.StartAsync(
            static async x =>
            {
                await Task.Yield();
                Console.WriteLine($"async {x}");
            },
            5,
            options)));
    }

    [TestMethod]
    public async Task StartAsync_Surroundings_AreTheSettingsAndClean()
    {
        var output = new StringWriter();
        string directory = Path.GetTempPath().TrimEnd('/');
        await using WorkerProcess worker = await WorkerProcess.StartAsync(
            WorkerMethods.SaySurroundings,
            "OF_THE_TEST",
            new WorkerOptions { Output = output, WorkingDirectory = directory, Environment = new Dictionary<string, string?> { ["OF_THE_TEST"] = "value" } });
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        Assert.AreEqual($"value\n{directory}\nclean\nTrue\nCrossChannels.Tests\nno input\n", output.ToString());
    }

    [TestMethod]
    public async Task StartAsync_Names_AreGivenOrCounted()
    {
        await using WorkerProcess first = await WorkerProcess.StartAsync(WorkerMethods.Nothing);
        await using WorkerProcess second = await WorkerProcess.StartAsync(WorkerMethods.Nothing, new WorkerOptions { Name = "cook" });
        StringAssert.StartsWith(first.Name, "worker-");
        Assert.AreEqual("cook", second.Name);
        Assert.AreNotEqual(Environment.ProcessId, first.ProcessId);
        Assert.AreEqual(0, (await first.WaitForExitAsync().Done()).ExitCode);
        Assert.IsTrue(first.HasExited);
        Assert.IsTrue(first.Exit!.IsSuccess);
    }

    [TestMethod]
    public async Task WaitAllAsync_ReturnsTheExitsInOrder()
    {
        await using WorkerProcess first = await WorkerProcess.StartAsync(WorkerMethods.ExitWith, 3);
        await using WorkerProcess second = await WorkerProcess.StartAsync(WorkerMethods.Nothing);
        WorkerExit[] exits = await WorkerProcess.WaitAllAsync([first, second]).Done();
        CollectionAssert.AreEqual((int[])[3, 0], exits.Select(static exit => exit.ExitCode).ToArray());
    }

    [TestMethod]
    public async Task StartAsync_InAWorker_StartsAnother()
    {
        await using SharedChannel<int> numbers = await CrossChannel.CreateUnboundedAsync<int>(UniqueName());
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkerMethods.StartAnother, numbers.Writer);
        int outer = await numbers.Reader.ReadAsync().Done();
        int inner = await numbers.Reader.ReadAsync().Done();
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        Assert.AreEqual(worker.ProcessId, outer);
        Assert.AreNotEqual(outer, inner);
        Assert.IsFalse(LiveProcesses.IsAlive(inner));
    }

    internal static string UniqueName() => $"test-{Guid.NewGuid():N}";

    internal static async Task<string> SaidAsync(Func<WorkerOptions, Task<WorkerProcess>> start)
    {
        var output = new StringWriter();
        await using WorkerProcess worker = await start(new WorkerOptions { Output = output });
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        return output.ToString();
    }

    private static class GenericMethods<T>
    {
        public static void Say<TOther>() => Console.WriteLine($"{typeof(T).Name} {typeof(TOther).Name}");
    }
}
