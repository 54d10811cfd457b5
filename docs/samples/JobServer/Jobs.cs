using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using CrossChannels.Hosting;

namespace JobServer;

internal sealed record JobRequest(string Text);

internal sealed record Job(string Id, string Text);

internal sealed record Progress(string Id, int Percent, string? Result);

internal sealed record JobState(string Id, string Text, int Percent, string? Result);

/// <summary>Does one job. Doing it twice does no harm: the same result is reported again.</summary>
internal sealed class JobHandler(HostedChannelWriter<Progress> progress, IConfiguration configuration) : ILeaseHandler<Job>
{
    private readonly TimeSpan _step = configuration.GetValue("Step", TimeSpan.FromMilliseconds(200));

    public async Task HandleAsync(Job item, LeaseContext context, CancellationToken cancellationToken)
    {
        for (int percent = 0; percent < 100; percent += 20)
        {
            await progress.WriteAsync(new Progress(item.Id, percent, null), cancellationToken);
            await Task.Delay(_step, cancellationToken);
        }
        // The hub has the result before it forgets the job.
        await progress.PublishAsync(new Progress(item.Id, 100, item.Text.ToUpperInvariant()), cancellationToken);
    }
}

/// <summary>The jobs that were accepted, and how far they are. They are in files too, so that a killed web process finds them again.</summary>
internal sealed class JobBoard
{
    private readonly ConcurrentDictionary<string, JobState> _jobs = new(StringComparer.Ordinal);
    private readonly HostedChannelWriter<Job> _writer;
    private readonly string _directory;

    public JobBoard(HostedChannelWriter<Job> writer, IConfiguration configuration)
    {
        _writer = writer;
        _directory = Directory.CreateDirectory(configuration["Jobs"] ?? "jobs").FullName;
        foreach (string path in Directory.GetFiles(_directory, "*.json"))
            _jobs[Path.GetFileNameWithoutExtension(path)] = JsonSerializer.Deserialize<JobState>(File.ReadAllText(path))!;
    }

    public IEnumerable<JobState> All => _jobs.Values.OrderBy(static job => job.Id, StringComparer.Ordinal);

    public JobState? Find(string id) => _jobs.GetValueOrDefault(id);

    /// <summary>Returns when the job is in a file and in the hub: from then on it is done, whoever dies. Who stops waiting for that does not stop it.</summary>
    public async Task<JobState> SubmitAsync(string text, CancellationToken cancellationToken)
    {
        var state = new JobState(Guid.CreateVersion7().ToString("N"), text, 0, null);
        Save(state);
        _jobs[state.Id] = state;
        await _writer.PublishAsync(new Job(state.Id, text), CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        return state;
    }

    /// <summary>Writes all that is not done to the hub again.</summary>
    public async Task ResubmitAsync(CancellationToken cancellationToken)
    {
        foreach (JobState state in All.Where(static state => state.Result is null))
            await _writer.PublishAsync(new Job(state.Id, state.Text), cancellationToken);
    }

    public void Report(Progress progress)
    {
        if (Find(progress.Id) is not { Result: null } state)
            return;
        _jobs[progress.Id] = state = state with { Percent = progress.Percent, Result = progress.Result };
        if (state.Result is not null)
            Save(state);
    }

    private void Save(JobState state)
    {
        string path = Path.Combine(_directory, $"{state.Id}.json");
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(state));
        File.Move(path + ".new", path, overwrite: true);
    }
}

/// <summary>Takes what workers report.</summary>
internal sealed class ProgressReader(JobBoard board, ChannelReader<Progress> progress) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Of a web process that was killed.
        Task resubmitting = board.ResubmitAsync(stoppingToken);
        await foreach (Progress one in progress.ReadAllAsync(stoppingToken))
            board.Report(one);
        await resubmitting;
    }
}
