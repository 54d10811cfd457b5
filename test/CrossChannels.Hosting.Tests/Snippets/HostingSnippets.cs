using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CrossChannels.Hosting.Tests.Snippets;

/// <summary>The C# blocks of docs/hosting.md.</summary>
internal static class HostingSnippets
{
    public static async Task HubProgram(string[] args)
    {
        // snippet: hosting-hub
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddCrossChannelHub("mail")
            .AddLeased<Letter>("letters", 1000, new LeaseOptions { MaxDeliveries = 5 })
            .AddUnbounded<Receipt>("receipts")
            .AddLock("printer");
        await builder.Build().RunAsync();
        // end
    }

    public static async Task WorkerProgram(string[] args)
    {
        // snippet: hosting-worker
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddLeasedWorker<Letter, LetterHandler>("mail#letters", worker => worker.Concurrency = 4);
        builder.Services.AddChannelWriter<Receipt>("mail#receipts");
        await builder.Build().RunAsync();
        // end
    }

    public static void Failures(IServiceCollection services)
    {
        // snippet: hosting-failures
        services.AddLeasedWorker<Letter, LetterHandler>("mail#letters", worker =>
            worker.OnFailure = (error, context) => error is FormatException ? LeaseFailureAction.DeadLetter : LeaseFailureAction.Abandon);
        // end
    }

    public static void Reopened(IServiceCollection services)
    {
        // snippet: hosting-reopened
        services.AddChannelWriter<Letter>("mail#letters", end =>
            end.OnReopened = (provider, reopened, stopping) => provider.GetRequiredService<Outbox>().SendUnsentAsync(stopping));
        // end
    }

    public static void Health(IServiceCollection services)
    {
        // snippet: hosting-health
        services.AddHealthChecks()
            .AddCrossChannels()
            .AddCrossChannel("mail#letters", expected =>
            {
                expected.MaxDepth = 10_000;
                expected.MaxWait = TimeSpan.FromMinutes(5);
                expected.MinReaders = 1;
            });
        // end
    }

    public static void Telemetry(IServiceCollection services)
    {
        // snippet: hosting-telemetry
        services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddCrossChannelsInstrumentation())
            .WithTracing(traces => traces.AddCrossChannelsInstrumentation());
        // end
    }

    internal sealed record Letter(string To, string Text);

    internal sealed record Receipt(string To);

    // snippet: hosting-handler
    internal sealed class LetterHandler(ChannelWriter<Receipt> receipts) : ILeaseHandler<Letter>
    {
        public async Task HandleAsync(Letter item, LeaseContext context, CancellationToken cancellationToken)
        {
            await PostOffice.SendAsync(item, cancellationToken);
            await receipts.WriteAsync(new Receipt(item.To), cancellationToken);
        }
    }
    // end

    // snippet: hosting-writer
    internal sealed class Secretary([FromKeyedServices("mail#letters")] HostedChannelWriter<Letter> letters)
    {
        /// <summary>Returns when the hub has the letter.</summary>
        public ValueTask SendAsync(Letter letter, CancellationToken cancellationToken) => letters.PublishAsync(letter, cancellationToken);
    }
    // end

    private static class PostOffice
    {
        public static async Task SendAsync(Letter letter, CancellationToken cancellationToken) => await Console.Out.WriteLineAsync(letter.Text.AsMemory(), cancellationToken);
    }

    private sealed class Outbox(ChannelWriter<Letter> letters)
    {
        public async Task SendUnsentAsync(CancellationToken cancellationToken) => await letters.WriteAsync(new Letter("Ann", "Again."), cancellationToken);
    }
}
