using System.Threading.Channels;

namespace CrossChannels.Tests;

/// <summary>A mistake that a user makes, and what the message must have.</summary>
internal static class Mistake
{
    /// <param name="mistake">What it is.</param>
    /// <param name="make">Makes it.</param>
    /// <param name="says">What the message must have.</param>
    public static async Task CheckAsync(string mistake, Func<Task> make, string[] says)
    {
        Exception? error = null;
        try
        {
            await make().Done($"the mistake '{mistake}' is to fail");
        }
        catch (Exception e) when (e is not UnitTestAssertException)
        {
            error = e;
        }
        Assert.IsNotNull(error, $"Nobody minds: {mistake}.");
        string all = $"{error.GetType().Name}: {error.Message}";
        foreach (string part in says)
            StringAssert.Contains(error.Message, part, $"{mistake}: {all}");
        // The base class library puts the name of the parameter, or of the object, on a line of its own.
        if (error is not (ArgumentException or ObjectDisposedException))
            Assert.IsFalse(error.Message.Any(char.IsControl), all);
        // A chain says each thing once.
        List<string> chain = [];
        for (Exception? e = error; e is not null; e = e.InnerException)
            chain.Add(e.Message);
        Assert.HasCount(chain.Count, chain.Distinct(StringComparer.Ordinal), $"{mistake}: {string.Join(" <- ", chain)}");
        // What a link reports is caught by one filter, and what the caller did wrong is not an ending.
        if (error is CrossChannelException or ChannelClosedException)
            Assert.IsNotNull(Ending.FromException(error), all);
    }
}
