using System.IO.Pipes;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: runs rounds over one plain stream, with calls that block.</summary>
internal abstract class StreamConnectingPart(string kind, string place) : Part
{
    private StreamEnds? _ends;
    private Peer? _other;

    protected StreamEnds Ends => _ends!;

    public override async Task StartAsync() => _ends = kind == StreamKind.Pipe ? await StartOtherAsync() : await StreamEnds.ConnectAsync(kind, place);

    public override async ValueTask StopAsync()
    {
        _ends?.Dispose();
        if (_other is not null)
            await _other.DisposeAsync();
    }

    /// <summary>The part at the other end; it listens at this place.</summary>
    protected abstract PartSpec Other(string place);

    // Anonymous pipes are inherited, so that whoever has them starts who gets them.
    private async Task<StreamEnds> StartOtherAsync()
    {
        var output = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        var input = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        _other = await Peer.StartAsync(Other($"{output.GetClientHandleAsString()},{input.GetClientHandleAsString()}"), CancellationToken.None);
        output.DisposeLocalCopyOfClientHandle();
        input.DisposeLocalCopyOfClientHandle();
        return new StreamEnds(input, output);
    }
}
