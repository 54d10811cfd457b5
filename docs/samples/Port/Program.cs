using Port;

using var canceled = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    canceled.Cancel();
};

switch (args)
{
    case ["in-process", string folder]:
        await InProcess.RunAsync(folder, canceled.Token);
        return 0;
    case ["count", string name]:
        await TwoProcesses.CountAsync(name, canceled.Token);
        return 0;
    case ["produce", string name, string folder]:
        await TwoProcesses.ProduceAsync(name, folder, canceled.Token);
        return 0;
    default:
        await Console.Error.WriteLineAsync("Port in-process FOLDER | Port count NAME | Port produce NAME FOLDER");
        return 2;
}
