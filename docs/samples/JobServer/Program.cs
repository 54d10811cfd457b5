using CrossChannels;
using JobServer;
using OpenTelemetry.Metrics;

// One program, three processes: "hub" holds the jobs, "web" takes them and shows how they are, "work" does them; start as many workers as you like.
switch (args.FirstOrDefault())
{
    case "hub":
        HostApplicationBuilder hub = Host.CreateApplicationBuilder(args);
        hub.Services.AddCrossChannelHub("jobs")
            .AddLeased<Job>("work", 1000, new LeaseOptions { MaxDeliveries = 5 }, new SharedChannelOptions { Completion = CompletionPolicy.Owner })
            .AddBounded<Progress>("progress", 1000, new SharedChannelOptions { Completion = CompletionPolicy.Owner });
        await hub.Build().RunAsync();
        return 0;

    case "work":
        HostApplicationBuilder worker = Host.CreateApplicationBuilder(args);
        worker.Services.AddLeasedWorker<Job, JobHandler>("work", work => work.Concurrency = 4);
        worker.Services.AddChannelWriter<Progress>("progress");
        await worker.Build().RunAsync();
        return 0;

    case "web":
        WebApplicationBuilder web = WebApplication.CreateBuilder(args);
        web.Services.AddSingleton<JobBoard>();
        web.Services.AddHostedService<ProgressReader>();
        // A new hub has none of the jobs of the last one: those that are not done are written again.
        web.Services.AddChannelWriter<Job>("work", end => end.OnReopened = (services, _, stopping) => services.GetRequiredService<JobBoard>().ResubmitAsync(stopping));
        web.Services.AddChannelReader<Progress>("progress");
        web.Services.AddHealthChecks().AddCrossChannels().AddCrossChannel("work", expected => expected.MinReaders = 1);
        web.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddCrossChannelsInstrumentation().AddPrometheusExporter());
        WebApplication app = web.Build();
        app.MapGet("/", static () => Results.Content(Page.Html, "text/html"));
        app.MapGet("/jobs", static (JobBoard board) => board.All);
        app.MapGet("/jobs/{id}", static (string id, JobBoard board) => board.Find(id) is { } state ? Results.Ok(state) : Results.NotFound());
        app.MapPost("/jobs", static async (JobRequest request, JobBoard board, CancellationToken canceled) =>
        {
            if (string.IsNullOrWhiteSpace(request.Text))
                return Results.BadRequest("A job needs a text.");
            JobState state = await board.SubmitAsync(request.Text, canceled);
            return Results.Accepted($"/jobs/{state.Id}", state);
        });
        app.MapHealthChecks("/health");
        app.MapPrometheusScrapingEndpoint("/metrics");
        await app.RunAsync();
        return 0;

    default:
        await Console.Error.WriteLineAsync("Usage: JobServer hub | web | work");
        return 2;
}
