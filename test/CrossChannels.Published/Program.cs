using System.Runtime.CompilerServices;
using System.Text.Json;
using CrossChannels;
using CrossChannels.Workers;
using Published;

// Both lines are for programs that were trimmed or published as native code; they do no harm in others.
ItemSerializer.UseJson<Metadata>();
if (WorkerProcess.IsWorker)
    return await WorkerProcess.RunAsync(WorkerMethods.All);

if (args is ["--start"])
    return 0;

Console.WriteLine($"dynamic code: {RuntimeFeature.IsDynamicCodeSupported}; JSON by reflection: {JsonSerializer.IsReflectionEnabledByDefault}");
int failed = 0;
foreach (Ability ability in Abilities.All)
{
    if (args.Length > 0 && !args.Contains(ability.Name))
        continue;
    try
    {
        await ability.Run().WaitAsync(TimeSpan.FromSeconds(60));
        Console.WriteLine($"ok {ability.Name}");
    }
    catch (Exception e)
    {
        failed++;
        Console.WriteLine($"FAILED {ability.Name}: {e}");
    }
}
return failed;
