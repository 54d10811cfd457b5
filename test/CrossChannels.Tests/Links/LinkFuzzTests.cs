using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;
using FsCheck;
using FsCheck.Fluent;

namespace CrossChannels.Tests.Links;

/// <summary>Whatever a peer sends, in whatever pieces: the link ends for a reason that it names, and holds no more than it granted.</summary>
[TestClass]
public sealed class LinkFuzzTests
{
    private const int Capacity = 16;
    private const int Window = 10_000;
    private const int MaxItemBytes = 2_000;

    [TestMethod]
    public void RandomBytes_AfterTheGreeting() => ForAll(400, static random =>
    {
        byte[] bytes = new byte[random.Next(2000)];
        random.NextBytes(bytes);
        return [.. Wire.Greeting<string, long>(), .. random.Next(2) == 0 ? Wire.Welcome() : [], .. bytes];
    });

    [TestMethod]
    public void RandomBytes_FromTheStart() => ForAll(200, static random =>
    {
        byte[] bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return [.. Wire.Greeting<string, long>()[..random.Next(100)], .. bytes];
    });

    [TestMethod]
    public void RandomFrames_OfKnownTypes() => ForAll(600, static random =>
    {
        var stream = new List<byte>([.. Wire.Greeting<string, long>(), .. Wire.Welcome()]);
        FrameType[] types = Enum.GetValues<FrameType>();
        for (int frames = random.Next(30); frames > 0; frames--)
        {
            byte[] body = new byte[random.Next(3) switch { 0 => 8, 1 => 16, _ => random.Next(60) }];
            if (random.Next(2) == 0)
                random.NextBytes(body);
            stream.AddRange(Wire.Frame(types[random.Next(types.Length)], (byte)random.Next(2), 0, body));
        }
        return [.. stream];
    });

    [TestMethod]
    public void ValidStream_Mutated() => ForAll(1500, static random => Mutate(ValidStream(random), random));

    [TestMethod]
    public void ValidStream_Unchanged_IsNoViolation()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            Exception? cause = Run(ValidStream(random), random);
            Assert.IsNotInstanceOfType<ProtocolViolationException>(cause, $"{seed}: {cause}");
        }
    }

    [TestMethod]
    public void ValidStream_FrameOfASharedChannel_IsAViolation()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            FrameType type = SharedFrames.All[random.Next(SharedFrames.All.Length)];
            Exception? cause = Run(OpenStream(random, out _).Concat(SharedFrames.Valid(type, random.Next(100))).ToArray(), random);
            Assert.IsInstanceOfType<ProtocolViolationException>(cause, $"{seed}: {type}, {cause}");
            StringAssert.Contains(cause.Message, $"Frame {type} has no meaning on this link");
        }
    }

    private static void ForAll(int tests, Func<Random, byte[]> make) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            Run(make(random), random);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));

    /// <summary>What a correct writer may send, with credit for nobody and counts that fit.</summary>
    private static byte[] ValidStream(Random random)
    {
        List<byte> stream = OpenStream(random, out int sent);
        switch (random.Next(4))
        {
            case 0: stream.AddRange(Wire.Complete(sent)); break;
            case 1: stream.AddRange(Wire.Complete(sent, CompletionOutcome.Error, "X", "y")); break;
            case 2: stream.AddRange([.. Wire.Counter(FrameType.SendFinished, sent), .. Wire.Counter(FrameType.Goodbye, 0)]); break;
        }
        return [.. stream];
    }

    private static List<byte> OpenStream(Random random, out int sent)
    {
        var stream = new List<byte>([.. Wire.Greeting<string, long>(), .. Wire.Welcome()]);
        sent = 0;
        int bytes = 0;
        for (int frames = random.Next(20); frames > 0; frames--)
        {
            switch (random.Next(5))
            {
                case 0:
                    stream.AddRange(Wire.Counter(FrameType.Ping, random.Next()));
                    break;
                case 1:
                    stream.AddRange(Wire.Counter(FrameType.Flush, sent + random.Next(2)));
                    break;
                case 2:
                    stream.AddRange(Wire.Frame((FrameType)0x7f, FrameHeader.Ignorable, 0, new byte[random.Next(100)]));
                    break;
                default:
                    string?[] items = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => random.Next(8) == 0 ? null : new string('x', random.Next(300)))];
                    int size = items.Sum(static item => 4 + (item?.Length ?? 0));
                    if (sent + items.Length > Capacity || bytes + size > Window)
                        break;
                    stream.AddRange(Wire.Texts((ulong)sent, items));
                    sent += items.Length;
                    bytes += size;
                    break;
            }
        }
        return stream;
    }

    private static byte[] Mutate(byte[] stream, Random random)
    {
        var bytes = stream.ToList();
        for (int mutations = 1 + random.Next(3); mutations > 0 && bytes.Count > 1; mutations--)
        {
            int at = random.Next(bytes.Count), length = random.Next(Math.Min(20, bytes.Count - at) + 1);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length)); break;
                case 4: bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => (byte)random.Next(256))); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }
        return [.. bytes];
    }

    /// <returns>Why the reader's end is over; null for a clean end.</returns>
    private static Exception? Run(byte[] stream, Random random)
    {
        var input = new ScriptedInput();
        var output = new CollectingOutput();
        Link link = LinkTest.Make<long, string>(input, output, capacity: Capacity, window: Window, maxItemBytes: MaxItemBytes);
        for (int at = 0; at < stream.Length;)
        {
            int length = Math.Min(stream.Length - at, random.Next(3) == 0 ? 1 : 1 + random.Next(500));
            input.Add(stream[at..(at + length)]);
            at += length;
        }
        input.End();
        link.Start();
        Task ended = Task.WhenAny(link.Closed, Task.Delay(Wait.Deadline));
#pragma warning disable VSTHRD002 // A property is not asynchronous.
        ended.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        if (!link.Closed.IsCompleted)
        {
            // A stream that said everything and closed leaves a link that waits for its own user.
            link.BeginClose();
            Assert.Fail("The link waits after the end of its input.");
        }

        // Nothing beyond the limits was ever offered room: the staging buffer, or the largest item.
        Assert.IsLessThanOrEqualTo(64 * 1024, input.LargestRoom);
        Assert.IsLessThanOrEqualTo(Capacity, link.Items().Count);
        while (link.Items().TryClaim(out ItemSlice slice, out _, int.MaxValue, out _))
        {
            Assert.IsLessThanOrEqualTo(MaxItemBytes, slice.Length);
            slice.Release();
        }
        Ending? ending = link.Receiver.Ending;
        Assert.IsNotNull(ending, "The reader has no ending.");
        CheckCause(ending.Cause);
        CheckCause(link.Sender.Closure!.Ending.Cause);
        return ending.Cause;
    }

    /// <summary>A defect in the parser would show as a connection that broke for an odd reason.</summary>
    private static void CheckCause(Exception? cause)
    {
        Assert.IsTrue(cause is null or CrossChannelException or OperationCanceledException, $"{cause}");
        Assert.IsTrue(cause?.InnerException is null or MalformedFrameException, $"{cause}");
    }
}
