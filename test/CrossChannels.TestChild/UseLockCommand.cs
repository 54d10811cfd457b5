namespace CrossChannels.TestChild;

/// <summary>Acquires and releases a lock when the test says so, and says what it got, and when it lost it.</summary>
internal static class UseLockCommand
{
    public static async Task<int> RunAsync(string address)
    {
        CrossLock gate = await CrossChannel.OpenLockAsync(address);
        await TestChildProgram.SayAsync("ready");
        LockHold? hold = null;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line)
            {
                case "acquire":
                    hold = await gate.AcquireAsync();
                    hold.Lost.Register(static () => _ = TestChildProgram.SayAsync("lost"));
                    await TestChildProgram.SayAsync($"{hold.FencingToken} {(hold.WasAbandoned ? "abandoned" : "released")}");
                    break;
                case "release":
                    await TestChildProgram.SayAsync(await TryReleaseAsync(hold!));
                    break;
            }
        }

        // Neither the hold nor the lock is disposed: a process that returns from Main leaves what it holds.
        return 0;
    }

    private static async Task<string> TryReleaseAsync(LockHold hold)
    {
        try
        {
            await hold.ReleaseAsync();
            return "released";
        }
        catch (InvalidOperationException)
        {
            return "not held";
        }
        catch (CrossChannelException)
        {
            return "cut off";
        }
    }
}
