using System.Net;
using System.Net.Http.Json;

namespace CrossChannels.Hosting.Tests;

/// <summary>docs/samples/JobServer, in real processes: whoever dies or is asked to end, every job that was accepted is done.</summary>
[TestClass]
public sealed class JobServerTests : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<JobServerProcess> _processes = [];
    private readonly List<string> _accepted = [];
    private HttpClient _client = new();

    private string[] Arguments =>
    [
        $"--CrossChannels:Hubs:jobs:Address=unix:{_directory["hub"]}",
        $"--CrossChannels:Hubs:jobs:DrainTimeout=00:00:00.1",
        $"--CrossChannels:Channels:work:Address=unix:{_directory["hub"]}#work",
        $"--CrossChannels:Channels:progress:Address=unix:{_directory["hub"]}#progress",
        "--CrossChannels:Channels:work:MaxReopenDelay=00:00:00.2",
        "--CrossChannels:Channels:progress:MaxReopenDelay=00:00:00.2",
        $"--Jobs={_directory["jobs"]}",
        "--Step=00:00:00.02",
        "--urls=http://127.0.0.1:0",
    ];

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (JobServerProcess process in _processes)
            await process.DisposeAsync();
        _directory.Dispose();
    }

    [TestMethod]
    public async Task KilledWorker_KilledWeb_KilledHub_EveryAcceptedJobIsDone()
    {
        RequireUnix();
        JobServerProcess hub = await StartAsync("hub");
        JobServerProcess web = await StartWebAsync();
        JobServerProcess worker = await StartAsync("work");
        await SubmitAsync(10);
        await WaitForProgressAsync();
        await worker.KillAsync();
        await StartAsync("work");
        await WaitUntilDoneAsync();

        await SubmitAsync(10);
        await web.KillAsync();
        await StartWebAsync();
        await WaitUntilDoneAsync();

        using HttpResponseMessage refused = await _client.PostAsJsonAsync("/jobs", new { }).Done();
        Assert.AreEqual(HttpStatusCode.BadRequest, refused.StatusCode, "a job without a text, which no hub would take");
        await SubmitAsync(10);
        await hub.KillAsync();
        await SubmitAndLeaveAsync();
        Task late = SubmitAsync(5);
        await StartAsync("hub");
        await late.Done();
        await WaitUntilDoneAsync();
        StringAssert.Contains(await _client.GetStringAsync("/metrics").Done(), "crosschannels_links");
        using HttpResponseMessage health = await _client.GetAsync("/health").Done();
        Assert.AreEqual((HttpStatusCode.OK, "Healthy"), (health.StatusCode, await health.Content.ReadAsStringAsync().Done()));
    }

    [TestMethod]
    public async Task Sigterm_OfWorkerWebAndHub_EveryAcceptedJobIsDone()
    {
        RequireUnix();
        JobServerProcess hub = await StartAsync("hub");
        JobServerProcess web = await StartWebAsync();
        JobServerProcess worker = await StartAsync("work");
        await SubmitAsync(10);
        await WaitForProgressAsync();
        await worker.TerminateAsync();
        await StartAsync("work");
        await SubmitAsync(10);
        await web.TerminateAsync();
        await StartWebAsync();
        await SubmitAsync(10);
        await hub.TerminateAsync();
        await StartAsync("hub");
        await WaitUntilDoneAsync();
        using HttpResponseMessage page = await _client.GetAsync("/").Done();
        Assert.AreEqual("text/html", page.Content.Headers.ContentType!.MediaType);
        using HttpResponseMessage unknown = await _client.GetAsync("/jobs/none").Done();
        Assert.AreEqual(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private static void RequireUnix()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Needs Unix sockets and signals.");
    }

    private async Task<JobServerProcess> StartAsync(string role)
    {
        JobServerProcess process = await JobServerProcess.StartAsync(role, Arguments);
        _processes.Add(process);
        return process;
    }

    private async Task<JobServerProcess> StartWebAsync()
    {
        JobServerProcess web = await StartAsync("web");
        string line = await web.WaitForLineAsync("Now listening on: ");
        _client.Dispose();
        _client = new HttpClient { BaseAddress = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim()) };
        return web;
    }

    private async Task SubmitAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            using HttpResponseMessage response = await _client.PostAsJsonAsync("/jobs", new { Text = $"job {i}" }).Done();
            Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
            _accepted.Add((await response.Content.ReadFromJsonAsync<State>().Done())!.Id);
        }
    }

    /// <summary>A client that does not wait until there is a hub; what it has submitted is done all the same.</summary>
    private async Task SubmitAndLeaveAsync()
    {
        using var leaving = new CancellationTokenSource();
        Task<HttpResponseMessage> submitting = _client.PostAsJsonAsync("/jobs", new { Text = "job of nobody" }, leaving.Token);
        State[] submitted = [];
        await Wait.Until(async () => (submitted = [.. (await StatesAsync()).Where(static state => state.Text == "job of nobody")]).Length > 0, "the job to be known");
        await leaving.CancelAsync();
        await submitting.Fails<OperationCanceledException>();
        _accepted.Add(submitted.Single().Id);
    }

    private Task WaitForProgressAsync() =>
        Wait.Until(async () => (await StatesAsync()).Any(static state => state.Percent > 0), "a job to be under way");

    private async Task WaitUntilDoneAsync()
    {
        long started = Environment.TickCount64;
        while (true)
        {
            State[] states = await StatesAsync();
            string[] missing = [.. _accepted.Where(id => !states.Any(state => state.Id == id && state.Result?.StartsWith("JOB ", StringComparison.Ordinal) == true))];
            if (missing.Length == 0)
                return;
            if (Environment.TickCount64 - started > Wait.Deadline.TotalMilliseconds)
                Assert.Fail($"{missing.Length} of {_accepted.Count} accepted jobs are not done.\n{AllSaid()}");
            await Task.Delay(50);
        }
    }

    private async Task<State[]> StatesAsync()
    {
        try
        {
            return await _client.GetFromJsonAsync<State[]>("/jobs").Done() ?? [];
        }
        catch (HttpRequestException e)
        {
            throw new AssertFailedException($"The web program does not answer: {e.Message}\n{AllSaid()}", e);
        }
    }

    private string AllSaid() => string.Join("\n\n", _processes.Select(static process => process.Said()));

    private sealed record State(string Id, string Text, int Percent, string? Result);
}
