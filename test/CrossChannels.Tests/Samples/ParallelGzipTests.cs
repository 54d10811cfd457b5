using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace CrossChannels.Tests.Samples;

/// <summary>docs/samples/ParallelGzip, with its real worker processes.</summary>
[TestClass]
public sealed class ParallelGzipTests : IDisposable
{
    private const string Sample = "ParallelGzip";
    private const int BlockBytes = 1 << 20;
    private const int BlocksUnderWay = 16;

    private readonly TempDirectory _directory = new();

    private string Input => _directory["input"];

    private string Output => _directory["output.gz"];

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow(0)]
    [DataRow(100)]
    [DataRow(BlockBytes)]
    [DataRow((9 * BlockBytes) + 17)]
    public async Task File_IsTheSameWhenDecompressed(int size)
    {
        byte[] content = Content(size);
        await File.WriteAllBytesAsync(Input, content);

        Succeeded(await SampleProcess.RunAsync(Sample, Input, "--workers", "2", "--level", "fastest"));

        CollectionAssert.AreEqual(content, await DecompressAsync(Input + ".gz"));
        await GzipAcceptsAsync(Input + ".gz");
        Assert.HasCount(2, Directory.GetFileSystemEntries(_directory.Path));
    }

    [TestMethod]
    public async Task Folder_IsATar()
    {
        string folder = _directory["folder"];
        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        byte[] content = Content(3 * BlockBytes);
        await File.WriteAllBytesAsync(Path.Combine(folder, "sub", "data"), content);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "sub");

        // The output lies in the folder, and is no part of itself.
        string output = Path.Combine(folder, "out.tar.gz");
        Succeeded(await SampleProcess.RunAsync(Sample, folder, "-o", output, "-w", "2"));

        var entries = new Dictionary<string, TarEntryType>();
        await using var tar = new TarReader(new GZipStream(File.OpenRead(output), CompressionMode.Decompress));
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            entries.Add(entry.Name, entry.EntryType);
            if (entry.DataStream is not null)
            {
                byte[] read = new byte[entry.Length];
                await entry.DataStream.ReadExactlyAsync(read);
                CollectionAssert.AreEqual(content, read);
            }
        }

        Assert.AreEqual("empty/ link sub/ sub/data", string.Join(' ', entries.Keys.Order(StringComparer.Ordinal)));
        Assert.AreEqual(TarEntryType.SymbolicLink, entries["link"]);
    }

    [TestMethod]
    public async Task VerifyAndCompare_SayThatAllIsTheSame()
    {
        await File.WriteAllBytesAsync(Input, Content(4 * BlockBytes));

        string output = Succeeded(await SampleProcess.RunAsync(Sample, Input, "-o", Output, "--verify", "--compare", "-w", "2", "-l", "fastest"));

        StringAssert.Contains(output, "both outputs have the same bytes");
        StringAssert.Contains(output, "the decompressed content has the SHA-256 of the input");
    }

    [TestMethod]
    public async Task WithoutArguments_PacksTheRuntimeAndLeavesNothing()
    {
        string output = Succeeded(await SampleProcess.RunAsync(Sample, "--level", "fastest"));

        StringAssert.Contains(output, "the decompressed content has the SHA-256 of the input");
        string file = output.Split('\n').Single(static line => line.StartsWith("output", StringComparison.Ordinal))[12..].Split(',')[0];
        Assert.IsFalse(File.Exists(file), file);
    }

    [TestMethod]
    public async Task StartedByDotnet_StartsItsWorkersByDotnet()
    {
        byte[] content = Content(2 * BlockBytes);
        await File.WriteAllBytesAsync(Input, content);

        using SampleProcess process = SampleProcess.StartByHost(Sample, Input, "-o", Output, "-w", "1");
        Succeeded(await process.FinishAsync());

        CollectionAssert.AreEqual(content, await DecompressAsync(Output));
    }

    [TestMethod]
    public async Task MissingInput_Fails()
    {
        (int exitCode, _, string errors) = await SampleProcess.RunAsync(Sample, Input);
        Assert.AreEqual(1, exitCode);
        Assert.AreEqual($"parallel-gzip: {Input} does not exist.\n", errors);
    }

    [TestMethod]
    public async Task ExistingOutput_IsKept()
    {
        await File.WriteAllBytesAsync(Input, Content(10));
        await File.WriteAllTextAsync(Output, "precious");

        (int exitCode, _, string errors) = await SampleProcess.RunAsync(Sample, Input, "-o", Output);

        Assert.AreEqual(1, exitCode);
        StringAssert.Contains(errors, "exists");
        Assert.AreEqual("precious", await File.ReadAllTextAsync(Output));
    }

    [TestMethod]
    [DataRow("--nonsense")]
    [DataRow("--workers", "0")]
    [DataRow("--level", "best")]
    [DataRow("-")]
    [DataRow("--kill-one", "--workers", "1")]
    public async Task WrongCommandLine_IsToldApart(params string[] arguments)
    {
        (int exitCode, _, string errors) = await SampleProcess.RunAsync(Sample, arguments);
        Assert.AreEqual(2, exitCode);
        StringAssert.Contains(errors, "--help");
    }

    [TestMethod]
    public async Task KilledWorker_IsSurvivedAndNamed()
    {
        using JobUnderWay job = await StartUnderWayAsync();

        Kill(job.Workers[1]);
        string line;
        do
            line = await job.Process.ReadErrorLineAsync();
        while (!line.StartsWith("worker ", StringComparison.Ordinal));
        Assert.AreEqual($"worker 2 (process {job.Workers[1]}) was killed (SIGKILL); the others take over what it had", line);
        await job.Input.DisposeAsync();

        Succeeded(await job.Process.FinishAsync());
        CollectionAssert.AreEqual(Content(BlocksUnderWay * BlockBytes), await DecompressAsync(Output));
    }

    [TestMethod]
    public async Task AllWorkersKilled_EndsTheJob()
    {
        using JobUnderWay job = await StartUnderWayAsync();

        foreach (int worker in job.Workers)
            Kill(worker);

        (int exitCode, string output, string errors) = await job.Process.FinishAsync();
        Assert.AreEqual(1, exitCode);
        Assert.AreEqual("", output);
        StringAssert.Contains(errors, "was killed (SIGKILL), and no other is left.");
        NothingIsLeft(job.Workers);
    }

    [TestMethod]
    public async Task KillOne_OutputIsTheSame()
    {
        byte[] content = Content(20 * BlockBytes);
        await File.WriteAllBytesAsync(Input, content);

        (int exitCode, string output, string errors) = await SampleProcess.RunAsync(Sample, Input, "-o", Output, "--kill-one", "--verify", "--compare", "-w", "2", "-l", "fastest");

        Assert.AreEqual(0, exitCode, errors);
        StringAssert.Contains(errors, "killing worker 1 (process ");
        StringAssert.Contains(output, "both outputs have the same bytes");
        StringAssert.Contains(output, "the decompressed content has the SHA-256 of the input");
        CollectionAssert.AreEqual(content, await DecompressAsync(Output));
    }

    [TestMethod]
    [DataRow(UnixCalls.Interrupt)]
    [DataRow(UnixCalls.Terminate)]
    public async Task Signal_EndsAllProcesses(int signal)
    {
        using JobUnderWay job = await StartUnderWayAsync();
        if (Signals.IsIgnored(job.Process.Id, signal))
            Assert.Inconclusive("The tests were started with this signal ignored, and the sample inherits that.");

        // A terminal sends Ctrl+C to every process of the group.
        if (signal == UnixCalls.Interrupt)
        {
            foreach (int worker in job.Workers)
                UnixCalls.Signal(worker, signal);
        }

        UnixCalls.Signal(job.Process.Id, signal);

        (int exitCode, string output, string errors) = await job.Process.FinishAsync();
        Assert.AreEqual(128 + signal, exitCode);
        Assert.AreEqual("", output);
        StringAssert.Contains(errors, "interrupted; no file was written");
        NothingIsLeft(job.Workers);
    }

    [TestMethod]
    public async Task KilledParent_LeavesNoWorkerBehind()
    {
        using JobUnderWay job = await StartUnderWayAsync();

        job.Process.Kill();

        // Standard error ends when the last process that has it is gone.
        await job.Process.FinishAsync();
        Assert.IsFalse(File.Exists(Output));
    }

    /// <summary>Bytes that compress in part, differently from block to block.</summary>
    private static byte[] Content(int size)
    {
        byte[] content = new byte[size];
        var random = new Random(size);
        random.NextBytes(content);
        for (int start = 0; start < size; start += BlockBytes)
            content.AsSpan(start, Math.Min(random.Next(BlockBytes), size - start)).Clear();
        return content;
    }

    private static string Succeeded((int ExitCode, string Output, string Errors) result)
    {
        Assert.AreEqual(0, result.ExitCode, result.Errors);
        return result.Output;
    }

    private static async Task<byte[]> DecompressAsync(string path)
    {
        await using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var content = new MemoryStream();
        await gzip.CopyToAsync(content);
        return content.ToArray();
    }

    private static async Task GzipAcceptsAsync(string path)
    {
        try
        {
            using Process gzip = Process.Start("gzip", ["-t", path]);
            await gzip.WaitForExitAsync().WaitAsync(SampleProcess.Deadline);
            Assert.AreEqual(0, gzip.ExitCode);
        }
        catch (Win32Exception)
        {
            // There is no gzip on this machine.
        }
    }

    private static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    /// <summary>Starts a job that cannot end by itself, since its input is a pipe that stays open, and feeds it until blocks have been written.</summary>
    private async Task<JobUnderWay> StartUnderWayAsync()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Needs named pipes, signals and /proc.");
        UnixCalls.MakeNamedPipe(Input);
        var process = SampleProcess.Start(Sample, Input, "-o", Output, "-w", "2", "-l", "fastest");
        try
        {
            FileStream input = await Task.Run(() => new FileStream(Input, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0)).WaitAsync(SampleProcess.Deadline);
            string line;
            do
                line = await process.ReadErrorLineAsync();
            while (!line.StartsWith("workers: ", StringComparison.Ordinal));
            // More than the job holds at a time, so that a worker has given something back when the last byte is taken.
            await input.WriteAsync(Content(BlocksUnderWay * BlockBytes)).AsTask().WaitAsync(SampleProcess.Deadline);
            return new JobUnderWay(process, [.. line[9..].Split(", ").Select(int.Parse)], input);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    private void NothingIsLeft(int[] workers)
    {
        string[] left = [.. Directory.GetFiles(_directory.Path)];
        CollectionAssert.AreEqual(new[] { Input }, left);
        foreach (int worker in workers)
            Assert.IsFalse(Directory.Exists($"/proc/{worker}"), $"Process {worker} is left.");
    }

    private sealed record JobUnderWay(SampleProcess Process, int[] Workers, FileStream Input) : IDisposable
    {
        public void Dispose()
        {
            Process.Dispose();
            Input.Dispose();
        }
    }
}
