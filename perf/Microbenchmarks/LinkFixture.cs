using CrossChannels.Links;
using CrossChannels.Protocol;

namespace Microbenchmarks;

/// <summary>Sender and receiver of a link that has no connection: what it sends is gone, and what it receives comes from memory.</summary>
internal sealed class LinkFixture
{
    private const int MaxItemBytes = 16 << 20;

    private readonly ManualScheduler _scheduler = new();
    private readonly Outbox _outbox;

    /// <param name="elementSize">Bytes of an item of fixed size, or 0.</param>
    public LinkFixture(int elementSize)
    {
        _outbox = new Outbox(new NullOutput(), _scheduler) { Failed = static e => Environment.FailFast(null, e), LastWritten = static () => { } };
        Sender = new ItemSender(_outbox, new SenderOptions(elementSize, MaxItemBytes, long.MaxValue, WakeInline: false));
        Receiver = new ItemReceiver(_outbox, new ReceiverOptions(elementSize, MaxItemBytes, long.MaxValue, 64 << 20, Drops: null, IsSingleReader: false, WakeInline: false));
        _outbox.Sender = Sender;
        _outbox.Receiver = Receiver;
        _outbox.PostOpening([], isOver: true);
        Sender.Open(new CreditFrame(long.MaxValue, long.MaxValue), MaxItemBytes);
    }

    public ItemSender Sender { get; }

    public ItemReceiver Receiver { get; }

    /// <summary>Sends what was accepted, as a caller does that is about to wait, and as the pool does with what is left then.</summary>
    public void Send()
    {
        _outbox.SendInline(withFeedback: false);
        _scheduler.Run();
    }

    /// <summary>A frame of items arrives; credit that is due leaves.</summary>
    public void Arrive(ReadOnlySpan<byte> payload, int count)
    {
        WakeList wake = default;
        Receiver.Announce(new FrameHeader((uint)(ItemsHeader.Size + payload.Length), FrameType.Items, 0, 0), new ItemsHeader((ulong)Receiver.ReceivedItems, (uint)count, 0), default, out _);
        Receiver.Receive(payload, count, ref wake);
        wake.Wake(inline: false);
        Send();
    }

    /// <summary>Takes every write at once.</summary>
    private sealed class NullOutput : LinkOutput
    {
        public override bool EndsWritesOnClose => true;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => default;

        public override ValueTask CloseAsync() => default;
    }

    /// <summary>Keeps what the pool would do until it is asked, so that one thread does everything.</summary>
    private sealed class ManualScheduler : WorkScheduler
    {
        private IThreadPoolWorkItem? _work;

        public override void Queue(IThreadPoolWorkItem work) => _work = work;

        public void Run()
        {
            while (_work is { } work)
            {
                _work = null;
                work.Execute();
            }
        }
    }
}
