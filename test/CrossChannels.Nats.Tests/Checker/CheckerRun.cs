using System.Globalization;
using CrossChannels.Nats.Server;
using CrossChannels.TestChild.Checked;
using NATS.Client.Core;

namespace CrossChannels.Nats.Tests.Checker;

/// <summary>One run of the checker: writers, readers and users of a lock in processes of their own, each with a way of its own to the server, and harm that is done to all of them.</summary>
internal sealed class CheckerRun(CheckerPlan plan) : IAsyncDisposable
{
    private const string Space = "checked";
    private static readonly LeaseOptions s_settled = new() { CapacityRelease = CapacityRelease.Settled };
    private static readonly SharedChannelOptions s_owner = new() { Completion = CompletionPolicy.Owner };

    private readonly TempDirectory _directory = new();
    private readonly Random _random = new(plan.Seed);
    private readonly List<Checked> _all = [];
    private readonly List<Task> _healing = [];
    private readonly List<string> _done = [];
    private NatsServer? _server;
    private ServerProxy? _loneWay;
    private string _step = "start";
    private bool _isOver;
    private int _killsOfServer;

    /// <summary>A process, its way to the server, and what befell it.</summary>
    private sealed class Checked(string role, int id, ChildProcess process, ServerProxy way)
    {
        public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"{role} {id}");

        public string Role => role;

        public ChildProcess Process => process;

        public ServerProxy Way => way;

        public bool WasKilled { get; set; }

        public bool WasHarmed { get; set; }

        /// <summary>Something is done to it that will pass.</summary>
        public bool IsBusy { get; set; }
    }

    /// <summary>Runs, and checks what all have written down.</summary>
    /// <returns>How much that was.</returns>
    public async Task<string> RunAsync()
    {
        try
        {
            CheckedHistory history = await WriteHistoryAsync();
            _step = "check";
            List<string> broken = HistoryRules.Check(history);
            Assert.IsEmpty(broken, string.Join(Environment.NewLine, broken.Take(20)));
            return $"{plan}: {string.Join(", ", history.Processes.SelectMany(static process => process.Entries).CountBy(static entry => entry.What).OrderBy(static count => count.Key).Select(static count => $"{count.Key} {count.Value}"))}; harm: {string.Join(", ", _done)}";
        }
        catch (Exception e)
        {
            string kept = await KeepAsync();
            throw new AssertFailedException($"{plan}, at '{_step}': {e.Message}\nharm done: {string.Join(", ", _done)}\njournals: {kept}\n{e}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Checked one in _all)
        {
            await one.Process.DisposeAsync();
            await one.Way.DisposeAsync();
        }
        if (_loneWay is { } way)
            await way.DisposeAsync();
        if (_server is { } server)
            await server.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<CheckedHistory> WriteHistoryAsync()
    {
        _server = await NatsServer.StartAsync();
        _loneWay = new ServerProxy(_server);
        await using NatsChannels nats = await NatsChannels.ConnectAsync(_server.Url, CheckedEnds.OptionsOf(Space)).Done();
        await using LeasedChannel<long> leased = await nats.CreateLeasedAsync<long>(CheckedEnds.Leased, plan.Capacity, s_settled, s_owner).Done();
        await using SharedChannel<long> plain = await nats.CreateBoundedAsync<long>(CheckedEnds.Plain, plan.Capacity, s_owner).Done();
        await using SharedChannel<long> lone = await nats.CreateBoundedAsync<long>(CheckedEnds.Lone, plan.Capacity, s_owner).Done();
        await using NatsChannels far = await NatsChannels.ConnectAsync(_loneWay.Url, CheckedEnds.OptionsOf(Space)).Done();
        using var journal = new CheckJournal(_directory["lone"]);
        Task reading = CheckedEnds.ReadAsync(await far.OpenReaderAsync<long>(CheckedEnds.Lone).Done(), CheckedEnds.Lone, new Random(plan.Seed), journal);
        await Task.WhenAll(Enumerable.Range(0, plan.Writers + plan.Readers).Select(i => StartAsync(i < plan.Writers ? "write" : "read")));

        _step = "harm";
        await HarmAsync(plan.Duration);
        _step = "complete";
        _isOver = true;
        // One that stands still while the end is decided, for longer than that is waited for.
        if (_all.FirstOrDefault(static one => one is { Role: "write", WasKilled: false, IsBusy: false }) is { } late)
        {
            Task stopping = StopAsync(late, 3000);
            _healing.Add(stopping);
            await Wait.Until(() => stopping.IsCompleted || Signals.State(late.Process.Id) == 'T', "a writer to stand still");
        }
        leased.Writer.Complete();
        plain.Writer.Complete();
        lone.Writer.Complete();
        await HarmAsync(TimeSpan.FromSeconds(1));
        await Task.WhenAll(_healing).Done();
        _step = "end";
        await reading.Done();
        foreach (Checked one in _all.Where(static one => !one.WasKilled))
        {
            string? said = await one.Process.TryReadLineAsync();
            int code = await one.Process.WaitForExitAsync();
            Assert.AreEqual("done", said, $"{one.Name}: {await one.Process.ReadErrorsAsync()}");
            Assert.AreEqual(0, code, one.Name);
        }
        return new CheckedHistory(
            [
                new CheckedProcess("lone reader", CheckJournal.Load(_directory["lone"])),
                .. _all.Select(one => new CheckedProcess(one.Name, CheckJournal.Load(_directory[one.Name]), one.WasKilled, one.WasHarmed)),
            ],
            plan.KillsServer,
            plan.StopsServer);
    }

    private async Task StartAsync(string role)
    {
        Checked one;
        lock (_all)
        {
            int id = _all.Count;
            var way = new ServerProxy(_server!);
            string name = string.Create(CultureInfo.InvariantCulture, $"{role} {id}");
            string number = id.ToString(CultureInfo.InvariantCulture), seed = ((plan.Seed * 31) + id).ToString(CultureInfo.InvariantCulture);
            one = new Checked(role, id, ChildProcess.Start("use-server", role, way.Url, Space, number, seed, _directory[name]), way) { IsBusy = true };
            _all.Add(one);
        }
        string? said = await one.Process.TryReadLineAsync();
        Assert.AreEqual("ready", said, said is null ? $"{one.Name}: {await one.Process.ReadErrorsAsync()}" : one.Name);
        one.IsBusy = false;
    }

    /// <summary>Does harm of all kinds, one after the other; what passes by itself goes on meanwhile.</summary>
    private async Task HarmAsync(TimeSpan duration)
    {
        long started = CheckJournal.Now;
        while (System.Diagnostics.Stopwatch.GetElapsedTime(started) < duration)
        {
            await Task.Delay(_random.Next(50, plan.MostPauseMilliseconds));
            foreach (Task healed in _healing.Where(static healing => healing.IsCompleted).ToArray())
            {
                await healed;
                _healing.Remove(healed);
            }
            string role = _random.Next(2) == 0 ? "write" : "read";
            Checked[] able = [.. _all.Where(one => one.Role == role && !one.WasKilled && !one.IsBusy)];
            if (able.Length == 0)
                continue;
            Checked victim = able[_random.Next(able.Length)];
            if (plan.KillsServer && _killsOfServer == 0 && System.Diagnostics.Stopwatch.GetElapsedTime(started) > duration / 2)
            {
                // A short run has it, too.
                await KillServerAsync();
                continue;
            }
            if (!_isOver && Signals.State(victim.Process.Id) is '?' or 'Z')
                throw new AssertFailedException($"{victim.Name} ended by itself: {await victim.Process.ReadErrorsAsync()}");
            switch (_random.Next(10))
            {
                case 0 or 1 when !_isOver:
                    _healing.Add(KillAsync(victim));
                    break;
                case 2 or 3 when !_isOver:
                    _healing.Add(StopAsync(victim, _random.Next(2) == 0 ? _random.Next(300) : _random.Next(2000, 4000)));
                    break;
                case 4:
                    _healing.Add(HoldUpAsync(victim, _random.Next(2) == 0 ? _random.Next(300) : _random.Next(2000, 4000)));
                    break;
                case 5:
                    _done.Add("lone cut");
                    Cut(_loneWay!);
                    break;
                case 6 when plan.KillsServer:
                    await KillServerAsync();
                    break;
                case 7 when plan.StopsServer:
                    _done.Add("server stopped");
                    await _server!.StopAsync();
                    await Task.Delay(_random.Next(800));
                    _server.Continue();
                    break;
                default:
                    _done.Add($"{victim.Name} cut");
                    victim.WasHarmed = true;
                    Cut(victim.Way);
                    break;
            }
        }
    }

    private Task KillServerAsync()
    {
        _killsOfServer++;
        _done.Add("server killed");
        return _server!.RestartAsync();
    }

    private async Task KillAsync(Checked victim)
    {
        _done.Add($"{victim.Name} killed");
        victim.WasKilled = victim.WasHarmed = true;
        await victim.Process.KillAsync();
        await StartAsync(victim.Role);
    }

    private async Task StopAsync(Checked victim, int milliseconds)
    {
        _done.Add($"{victim.Name} stopped {milliseconds}");
        victim.WasHarmed = victim.IsBusy = true;
        await Signals.StopAsync(victim.Process);
        await Task.Delay(milliseconds);
        Signals.Continue(victim.Process);
        victim.IsBusy = false;
    }

    /// <summary>Its connections stay, and carry nothing.</summary>
    private async Task HoldUpAsync(Checked victim, int milliseconds)
    {
        _done.Add($"{victim.Name} held up {milliseconds}");
        victim.WasHarmed = victim.IsBusy = true;
        ProxiedConnection[] held = [.. Connections(victim.Way)];
        foreach (ProxiedConnection connection in held)
        {
            connection.FromClient.Hold();
            connection.FromServer.Hold();
        }
        await Task.Delay(milliseconds);
        foreach (ProxiedConnection connection in held)
        {
            connection.FromClient.Release();
            connection.FromServer.Release();
        }
        victim.IsBusy = false;
    }

    private void Cut(ServerProxy way)
    {
        // The next ones break by themselves, in the middle of what they carry.
        for (int i = _random.Next(6); i > 0; i--)
        {
            long bytes = _random.Next(1_000, 6_000);
            way.Cuts.Enqueue(_random.Next(2) == 0 ? (bytes, long.MaxValue) : (long.MaxValue, bytes));
        }
        foreach (ProxiedConnection connection in Connections(way))
            connection.Cut();
    }

    private static IEnumerable<ProxiedConnection> Connections(ServerProxy way) => Enumerable.Range(0, way.Count).Select(i => way[i]).Where(static connection => !connection.IsCut);

    /// <summary>Copies the journals, and what the server says of the channels, to where they stay, for who looks for the cause.</summary>
    private async Task<string> KeepAsync()
    {
        string kept = Directory.CreateTempSubdirectory("checker-").FullName;
        foreach (string path in Directory.GetFiles(_directory.Path))
            File.Copy(path, Path.Combine(kept, Path.GetFileName(path)));
        if (_server is not { } server)
            return kept;
        await File.WriteAllTextAsync(Path.Combine(kept, "server.log"), server.Log());
        await using var connection = new NatsConnection(NatsOpts.Default with { Url = server.Url });
        var names = new SpaceNames(Space);
        foreach (string channel in (string[])[CheckedEnds.Leased, CheckedEnds.Plain, CheckedEnds.Lone])
        {
            string stream = names.Stream(channel);
            foreach ((string ask, string what) in (IEnumerable<(string, string)>)
                [
                    ($"STREAM.INFO.{stream}", ""),
                    ($"CONSUMER.INFO.{stream}.{SpaceNames.Consumer}", ""),
                    ($"STREAM.MSG.GET.{names.State}", $"{{\"last_by_subj\":\"{names.Course(channel)}\"}}"),
                ])
            {
                string said;
                try
                {
                    said = (await connection.RequestAsync<string, string>($"$JS.API.{ask}", what).Done()).Data ?? "";
                }
                catch (Exception e)
                {
                    said = e.Message;
                }
                await File.AppendAllTextAsync(Path.Combine(kept, "server"), $"{ask}: {said}\n");
            }
        }
        return kept;
    }
}
