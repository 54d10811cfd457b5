using System.Threading.Channels;

namespace CrossChannels.Tests.Snippets;

/// <summary>What docs/completion.md shows.</summary>
internal static class CompletionSnippets
{
    public static async Task WriteAllAsync(CrossChannelWriter<Job> writer, IEnumerable<Job> jobs)
    {
        // snippet: complete-or-fail
        try
        {
            foreach (Job job in jobs)
                await writer.WriteAsync(job);
            writer.Complete();
        }
        catch (Exception e)
        {
            writer.TryComplete(e);    // the reader faults with RemoteChannelException
            throw;
        }
        // end
    }

    public static async Task<string> WhyAsync(CrossChannelReader<Job> reader)
    {
        // snippet: why-it-ended
        try
        {
            await foreach (Job job in reader.ReadAllAsync())
                Console.WriteLine(job);
            return "complete";
        }
        catch (WriterLeftException)
        {
            return "the writer left; there may be more that nobody sent";
        }
        catch (RemoteChannelException e)
        {
            return $"the writer failed: {e.RemoteTypeName}: {e.RemoteMessage}";
        }
        catch (ConnectionLostException)
        {
            return "the writer was killed, or the connection broke";
        }
        catch (CrossChannelException e)
        {
            return $"{e.Kind}: {e.Message}";
        }
        // end
    }

    public static async Task<string?> ReaderGoneAsync(CrossChannelWriter<Job> writer, Job job)
    {
        // snippet: reader-gone
        try
        {
            await writer.WriteAsync(job);
        }
        catch (ChannelClosedException e) when (e.InnerException is ReaderClosedException closed)
        {
            return closed.Reason;
        }
        // end
        return null;
    }

    public static async Task<bool> CloseAsync(CrossChannelWriter<Job> writer)
    {
        // snippet: close-with-count
        writer.Complete();
        long unreceived = await writer.CloseAsync(TimeSpan.FromSeconds(30));
        if (unreceived > 0)
            await Console.Error.WriteLineAsync($"Up to {unreceived} items were not received.");
        // end
        return unreceived == 0;
    }
}
