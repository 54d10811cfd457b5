using System.Globalization;

namespace CrossChannels.TestChild;

/// <summary>Takes a lock again and again; what it does with it, two at once could not do.</summary>
internal static class TakeTurnsCommand
{
    /// <param name="address">Of the lock.</param>
    /// <param name="turns">How often.</param>
    /// <param name="marker">A file that is there while somebody has the lock.</param>
    /// <param name="isLost">It says so when it has the lock, and keeps it until it is killed.</param>
    public static async Task<int> RunAsync(string address, int turns, string marker, bool isLost)
    {
        await using CrossLock shared = await CrossChannel.OpenLockAsync(address);
        for (int turn = 0; turn < turns; turn++)
        {
            await using LockHold hold = await shared.AcquireAsync();
            // A holder that was killed left its marker.
            if (hold.WasAbandoned)
                File.Delete(marker);
            await using (new FileStream(marker, FileMode.CreateNew))
            {
                await TestChildProgram.SayAsync(string.Create(CultureInfo.InvariantCulture, $"{hold.FencingToken} {hold.WasAbandoned}"));
                if (isLost)
                    await TestChildProgram.WaitForTestAsync();
                await Task.Yield();
            }
            File.Delete(marker);
        }
        return 0;
    }
}
