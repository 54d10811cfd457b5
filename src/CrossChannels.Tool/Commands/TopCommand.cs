using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using CrossChannels.Tool.Output;
using Spectre.Console;

namespace CrossChannels.Tool.Commands;

/// <summary><c>top</c>: a hub at work.</summary>
internal static class TopCommand
{
    private static readonly Argument<ChannelAddress> s_address = CommonOptions.Address("A hub, such as build.");
    private static readonly Option<TimeSpan?> s_interval = CommonOptions.Time("--interval", "How often to look. Default: 1s.");
    private static readonly Option<int?> s_count = new("--count", "-n") { Description = "Ends after so many looks.", HelpName = "N" };
    private static readonly ConnectOptions s_connect = new();

    public static Command Create()
    {
        var command = new Command(
            "top", "Shows the channels of a hub as they fill and empty: rates, and who waits for whom. Where the output is not a terminal, a line of JSON for each look.")
        {
            s_address, s_interval, s_count,
        };
        s_connect.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ChannelAddress address = parsed.GetRequiredValue(s_address);
        ConnectionOptions connection = s_connect.Read(parsed);
        TimeSpan interval = parsed.GetValue(s_interval) ?? TimeSpan.FromSeconds(1);
        if (interval <= TimeSpan.Zero)
            throw new UsageException("--interval has to be above zero.");
        int left = parsed.GetValue(s_count) ?? int.MaxValue;
        using var timer = new PeriodicTimer(interval);
        var rates = new Rates();
        if (Console.IsOutputRedirected)
        {
            await using var output = new LineOutput();
            do
            {
                HubStatus hub = await CrossChannel.GetHubStatusAsync(address, connection, cancellationToken);
                await output.WriteAsync(JsonSerializer.Serialize(hub, StatusJson.Default.HubStatus));
                await output.FlushAsync();
            }
            while (--left > 0 && await timer.WaitForNextTickAsync(cancellationToken));
            return ExitCode.Success;
        }
        await AnsiConsole.Live(new Text($"{address} ...")).AutoClear(false).StartAsync(async context =>
        {
            do
            {
                HubStatus hub = await CrossChannel.GetHubStatusAsync(address, connection, cancellationToken);
                context.UpdateTarget(Draw(hub, rates));
            }
            while (--left > 0 && await timer.WaitForNextTickAsync(cancellationToken));
        });
        return ExitCode.Success;
    }

    internal static Rows Draw(HubStatus hub, Rates rates)
    {
        rates.Note(hub);
        Table channels = new Table().RoundedBorder().AddColumns("channel", "queued", "of", "at readers", "oldest lease", "in/s", "out/s", "writers", "readers", "waits");
        foreach (ChannelStatus channel in hub.Channels)
        {
            (double written, double read) = rates.Of(channel.Name);
            string name = channel.Name + (channel.IsLeased ? " (leased)" : "") + (channel.IsCompleted ? " (completed)" : "");
            channels.AddRow(
                Markup.Escape(name), StatusText.Number(channel.Depth), channel.Capacity is { } most ? StatusText.Number(most) : "-", StatusText.Number(channel.InFlight),
                StatusText.Age(channel.OldestLease), StatusText.Number((long)written), StatusText.Number((long)read), StatusText.Number(channel.Writers.Count), StatusText.Number(channel.Readers.Count),
                Markup.Escape(StatusText.Waiting(channel).TrimStart(';', ' ')));
        }
        var title = new Markup($"[bold]{Markup.Escape(hub.Address)}[/], process {hub.ProcessId}, {DateTimeOffset.Now:HH:mm:ss}");
        return hub.Locks.Count == 0
            ? new Rows(title, channels)
            : new Rows(title, channels, new Rows(hub.Locks.Select(static gate => new Text($"lock {StatusText.Of(gate)}"))));
    }

    /// <summary>How much the ends of a channel have written and read, between two looks.</summary>
    internal sealed class Rates
    {
        private readonly Dictionary<string, (double Written, double Read)> _rates = new(StringComparer.Ordinal);
        private Dictionary<(string Channel, string Endpoint, DateTimeOffset? Since), long> _before = [];
        private long _at;

        public (double Written, double Read) Of(string channel) => _rates.GetValueOrDefault(channel);

        /// <summary>Ends come and go, so that each is compared with itself.</summary>
        public void Note(HubStatus hub)
        {
            double seconds = _at == 0 ? double.PositiveInfinity : Stopwatch.GetElapsedTime(_at).TotalSeconds;
            _at = Stopwatch.GetTimestamp();
            var now = new Dictionary<(string Channel, string Endpoint, DateTimeOffset? Since), long>();
            foreach (ChannelStatus channel in hub.Channels)
            {
                _rates[channel.Name] = (
                    Sum(channel.Writers, static peer => peer.ItemsWritten) / seconds,
                    Sum(channel.Readers, static peer => peer.ItemsRead) / seconds);

                long Sum(IReadOnlyList<PeerStatus> peers, Func<PeerStatus, long> count)
                {
                    long sum = 0;
                    foreach (PeerStatus peer in peers)
                    {
                        (string Channel, string Endpoint, DateTimeOffset? Since) key = (channel.Name, $"{peer.Role} {peer.Endpoint}", peer.Since);
                        now[key] = now.GetValueOrDefault(key) + count(peer);
                        sum += count(peer) - _before.GetValueOrDefault(key);
                    }
                    return Math.Max(0, sum);
                }
            }
            _before = now;
        }
    }
}
