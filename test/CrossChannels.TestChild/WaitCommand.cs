namespace CrossChannels.TestChild;

/// <summary>Does nothing until the test lets it go.</summary>
internal static class WaitCommand
{
    public static async Task<int> RunAsync()
    {
        await TestChildProgram.SayAsync("ready");
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }
}
