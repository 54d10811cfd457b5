using System.Globalization;
using FromPython;

(string Name, Func<Task> RunAsync)[] programs =
[
    ("producer", ProducerConsumer.RunAsync),
    ("cooks", Cooks.RunAsync),
    ("pipe", DuplexPipe.RunAsync),
    ("tasks", TasksAndResults.RunAsync),
    ("two", TwoChildren.RunAsync),
    ("children", ChildToChild.RunAsync),
    ("three", QueueOfThree.RunAsync),
    ("letters", WriterThenReader.RunAsync),
    ("lock", SharedLock.RunAsync),
    ("hub", LockOfAHub.RunAsync),
    ("pool", PoolOfFive.RunAsync),
    ("talk", PoolAndHub.RunAsync),
];

int index = args is [string asked] ? Array.FindIndex(programs, program => program.Name == asked) : -1;
if (index < 0 && args is [string number] && int.TryParse(number, CultureInfo.InvariantCulture, out int parsed))
    index = parsed - 1;
if (index < 0 || index >= programs.Length)
{
    await Console.Error.WriteLineAsync("FromPython NAME | FromPython NUMBER, which is one of:");
    for (int i = 0; i < programs.Length; i++)
        await Console.Error.WriteLineAsync($"  {i + 1,2} {programs[i].Name}");
    return 2;
}
await programs[index].RunAsync();
return 0;
