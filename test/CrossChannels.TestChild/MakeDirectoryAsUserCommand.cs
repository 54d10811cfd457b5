namespace CrossChannels.TestChild;

/// <summary>Makes a directory that belongs to another user.</summary>
internal static class MakeDirectoryAsUserCommand
{
    public static async Task<int> RunAsync(string user, string path)
    {
        OtherUser.Become(user);
        Directory.CreateDirectory(path);
        await TestChildProgram.SayAsync("made");
        return 0;
    }
}
