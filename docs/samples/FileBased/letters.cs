#!/usr/bin/env dotnet
#:project ../../../src/CrossChannels.Hosting/CrossChannels.Hosting.csproj
#:package Microsoft.Extensions.Hosting
#:property PublishAot=false

// A hub, a leased worker and a writer in one file: dotnet run letters.cs -- Ann Bob
using CrossChannels.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
string address = $"letters-{Environment.ProcessId}";
builder.Services.AddCrossChannelHub(address).AddLeased<Letter>("out", 100);
builder.Services.AddChannelWriter<Letter>($"{address}#out");
builder.Services.AddLeasedWorker<Letter, Postman>($"{address}#out", static worker => worker.Concurrency = 2);
using IHost host = builder.Build();
await host.StartAsync();

HostedChannelWriter<Letter> letters = host.Services.GetRequiredService<HostedChannelWriter<Letter>>();
foreach (string name in args)
    await letters.PublishAsync(new Letter(name));
await letters.JoinAsync();
await host.StopAsync();

internal sealed record Letter(string To);

internal sealed class Postman : ILeaseHandler<Letter>
{
    public Task HandleAsync(Letter item, LeaseContext context, CancellationToken cancellationToken) =>
        Console.Out.WriteLineAsync($"Delivered to {item.To}.");
}
