namespace CrossChannels.TestChild;

/// <summary>Owns a lock until the test lets it go, or kills it.</summary>
internal static class OwnLockCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using CrossLock gate = await CrossChannel.CreateLockAsync(address);
        await TestChildProgram.SayAsync("ready");
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }
}
