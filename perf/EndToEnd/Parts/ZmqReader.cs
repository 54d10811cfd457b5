using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: pulls numbers and answers the last of a round.</summary>
internal sealed class ZmqReader(string path) : Part
{
    public override Task StartAsync()
    {
        ZmqSocket items = ZmqSocket.Bind(ZmqLibrary.Pull, ZmqWriter.Endpoint(path));
        ZmqSocket drained = ZmqSocket.Bind(ZmqLibrary.Push, ZmqWriter.DrainedEndpoint(path));
        RunInBackground(() =>
        {
            while (true)
            {
                if (items.Receive() == ItemLoops.Last)
                    drained.Send(1);
            }
        });
        return Task.CompletedTask;
    }
}
