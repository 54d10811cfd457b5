namespace CrossChannels.Tests.Transports;

[TestClass]
public sealed class ChannelAddressTests
{
    [TestMethod]
    [DataRow("jobs", ChannelScheme.Local)]
    [DataRow("jobs.v2-a_b c", ChannelScheme.Local)]
    [DataRow("заказы", ChannelScheme.Local)]
    [DataRow("build#parts", ChannelScheme.Local)]
    [DataRow("build#parts/left", ChannelScheme.Local)]
    [DataRow("unix:/run/app/jobs.sock", ChannelScheme.Unix)]
    [DataRow("unix:/run/a:b#parts", ChannelScheme.Unix)]
    [DataRow("pipe:jobs", ChannelScheme.Pipe)]
    [DataRow("mem:jobs#c", ChannelScheme.Memory)]
    [DataRow("shm:jobs", ChannelScheme.SharedMemory)]
    [DataRow("tcp://127.0.0.1:5000", ChannelScheme.Tcp)]
    [DataRow("tcp://[::1]:0", ChannelScheme.Tcp)]
    [DataRow("tls://build.example:65535#parts", ChannelScheme.Tls)]
    [DataRow("nats:jobs", ChannelScheme.Nats)]
    [DataRow("nats://build.example:4222/shop#jobs", ChannelScheme.Nats)]
    [DataRow("nats://[::1]:4222/main", ChannelScheme.Nats)]
    public void Parse_Valid_RoundTrips(string text, ChannelScheme scheme)
    {
        ChannelAddress address = text;
        Assert.AreEqual(scheme, address.Scheme);
        Assert.AreEqual(text, address.ToString());
        Assert.AreEqual(address, ChannelAddress.Parse(address.ToString()));
        Assert.AreEqual(address.GetHashCode(), ChannelAddress.Parse(text.AsSpan(), null).GetHashCode());
        Assert.IsTrue(ChannelAddress.TryParse(text, out ChannelAddress? again));
        Assert.AreEqual(address, again);
        Assert.AreNotEqual(address, address.WithChannel("another"));
    }

    [TestMethod]
    [DataRow("", "empty")]
    [DataRow("#c", "no endpoint")]
    [DataRow("jobs#", "no channel")]
    [DataRow("jobs#a#b", "second '#'")]
    [DataRow("a/b", "unix:/path")]
    [DataRow("/tmp/x.sock", "unix:/path")]
    [DataRow("a\\b", "cannot contain '\\'")]
    [DataRow("a..b", "'..'")]
    [DataRow(".", "'.'")]
    [DataRow("a\0b", "control characters")]
    [DataRow("a\nb", "control characters")]
    [DataRow(" jobs", "white space")]
    [DataRow("jobs ", "white space")]
    [DataRow("http://localhost", "'http' is not a scheme")]
    [DataRow("nats:", "no channel follows")]
    [DataRow("nats:jobs#more", "names two channels")]
    [DataRow("nats://host/shop#jobs", "no port")]
    [DataRow("nats://host:4222/a-b#jobs", "not '-'")]
    [DataRow("nats://me:secret@host:4222/shop", "credentials")]
    [DataRow("C:\\temp\\x", "'c' is not a scheme")]
    [DataRow("localhost:5000", "Did you mean tls://localhost:5000")]
    [DataRow("pipe:", "no name")]
    [DataRow("mem:a:b", "cannot contain ':'")]
    [DataRow("unix:", "no path")]
    [DataRow("unix:@jobs", "abstract")]
    [DataRow("unix:\0jobs", "abstract")]
    [DataRow("unix:jobs.sock", "absolute")]
    [DataRow("unix:/a/../b", "without '.' and '..'")]
    [DataRow("unix:/tmp/", "separator")]
    [DataRow("unix:/tmp/a\0b", "control characters")]
    [DataRow("unix://host/x", "unix:///path")]
    [DataRow("tcp:localhost:1", "tcp://host:port")]
    [DataRow("tcp://localhost", "no port")]
    [DataRow("tcp://:1", "no host")]
    [DataRow("tcp://localhost:", "'' is not a port")]
    [DataRow("tcp://localhost:65536", "'65536' is not a port")]
    [DataRow("tcp://localhost:-1", "'-1' is not a port")]
    [DataRow("tcp://localhost:+1", "'+1' is not a port")]
    [DataRow("tcp://localhost:1/", "'1/' is not a port")]
    [DataRow("tcp://::1:80", "brackets")]
    [DataRow("tls://[::1]", "no port")]
    [DataRow("tls://[nonsense:]:1", "IPv6")]
    [DataRow("tls://a b:1", "neither a host name")]
    [DataRow("tls://me@host:1", "neither a host name")]
    public void Parse_Malformed_ShowsTheAddressAndWhatIsWrong(string text, string expected)
    {
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => (ChannelAddress)text);
        StringAssert.Contains(e.Message, expected);
        StringAssert.Contains(e.Message, "The address '");
        if (!text.Any(char.IsControl))
        {
            StringAssert.Contains(e.Message, $"'{text}'");
        }

        Assert.IsFalse(e.Message.Any(char.IsControl));
        Assert.IsFalse(ChannelAddress.TryParse(text, out ChannelAddress? address));
        Assert.IsNull(address);
    }

    [TestMethod]
    public void Parse_Null_Throws()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => (ChannelAddress)(string)null!);
        Assert.IsFalse(ChannelAddress.TryParse(null, out _));
    }

    [TestMethod]
    public void Parse_UnpairedSurrogate_Throws()
    {
        // An attribute cannot carry it.
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Parse("a\uD800b"));
        StringAssert.Contains(e.Message, "'a\\uD800b'");
        StringAssert.Contains(e.Message, "unpaired surrogates");
    }

    [TestMethod]
    public void Parse_OtherSpellings_AreEqual()
    {
        Assert.AreEqual(ChannelAddress.Parse("tcp://localhost:5"), ChannelAddress.Parse("TCP://LocalHost:5"));
        Assert.AreEqual(ChannelAddress.Parse("tcp://[::1]:5"), ChannelAddress.Parse("tcp://[0:0::1]:5"));
        Assert.AreEqual(ChannelAddress.Parse("unix:/run/x"), ChannelAddress.Parse("unix:///run/x"));
        Assert.AreNotEqual(ChannelAddress.Parse("jobs"), ChannelAddress.Parse("Jobs"));
        Assert.AreNotEqual(ChannelAddress.Parse("jobs"), ChannelAddress.Parse("pipe:jobs"));
    }

    [TestMethod]
    public void Factories_MatchTheGrammar()
    {
        Assert.AreEqual<ChannelAddress>("jobs", ChannelAddress.Local("jobs"));
        Assert.AreEqual<ChannelAddress>("unix:/run/x#c", ChannelAddress.Unix("/run/x").WithChannel("c"));
        Assert.AreEqual<ChannelAddress>("pipe:x", ChannelAddress.Pipe("x"));
        Assert.AreEqual<ChannelAddress>("mem:x", ChannelAddress.Memory("x"));
        Assert.AreEqual<ChannelAddress>("shm:x", ChannelAddress.SharedMemory("x"));
        Assert.AreEqual<ChannelAddress>("tcp://[::1]:5", ChannelAddress.Tcp("::1", 5));
        Assert.AreEqual<ChannelAddress>("tcp://[::1]:5", ChannelAddress.Tcp("[::1]", 5));
        Assert.AreEqual<ChannelAddress>("tls://host:0", ChannelAddress.Tls("host", 0));
        Assert.AreEqual<ChannelAddress>("x", ChannelAddress.Local("x").WithChannel("c").WithChannel(null));
    }

    [TestMethod]
    public void Unique_IsAnotherEachTime_AndParses()
    {
        ChannelAddress first = ChannelAddress.Unique("jobs"), second = ChannelAddress.Unique("jobs");
        Assert.AreNotEqual(first, second);
        Assert.AreEqual(ChannelScheme.Local, first.Scheme);
        StringAssert.StartsWith(first.Name, $"jobs-{Environment.ProcessId}-");
        Assert.AreEqual(first, ChannelAddress.Parse(first.ToString()));
        Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Unique("a/b"));
    }

    [TestMethod]
    public void Factories_Malformed_Throw()
    {
        Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Local("a:b"));
        Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Unix("/a#b"));
        Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Tcp("h", -1));
        Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Tcp("h", 65536));
        Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Tls("", 1));
        Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Local("a").WithChannel(""));
        Assert.ThrowsExactly<ArgumentNullException>(() => ChannelAddress.Unix(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => ChannelAddress.Pipe(null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => ChannelAddress.Tcp(null!, 1));
    }

    [TestMethod]
    public void Parse_LongName_ThrowsBeyondTheLimit()
    {
        Assert.AreEqual(200, ChannelAddress.Parse(new string('n', 200)).Name!.Length);
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Parse(new string('n', 201)));
        StringAssert.Contains(e.Message, "at most 200 characters, not 201");
        Assert.IsTrue(Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Parse(new string('n', 100_000))).Message.Length < 600);
    }

    [TestMethod]
    public void Parse_PathOverTheSystemsLimit_Throws()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("The limit is another one.");
        }

        Assert.AreEqual(107, ChannelAddress.Parse("unix:/" + new string('p', 106)).Path!.Length);
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => ChannelAddress.Parse("unix:/" + new string('é', 54)));
        StringAssert.Contains(e.Message, "109 bytes, and this system allows 107");
    }
}
