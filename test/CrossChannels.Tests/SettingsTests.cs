using System.Threading.Channels;

namespace CrossChannels.Tests;

/// <summary>Options are checked where they are set, defaults are what the documentation says.</summary>
[TestClass]
public sealed class SettingsTests
{
    [TestMethod]
    public void ConnectionOptions_Defaults_AreAsDocumented()
    {
        var settings = new ConnectionOptions();

        Assert.AreEqual(TimeSpan.FromSeconds(10), settings.ConnectTimeout);
        Assert.AreEqual(TimeSpan.FromSeconds(30), settings.GreetingTimeout);
        Assert.AreEqual(TimeSpan.FromSeconds(5), settings.CloseTimeout);
        Assert.AreEqual(TimeSpan.FromSeconds(2), settings.ExitTimeout);
        Assert.AreEqual(Timeout.InfiniteTimeSpan, settings.PeerTimeout);
        Assert.AreEqual(10_000, settings.MaxLinks);
        Assert.AreEqual(128, settings.MaxPendingGreetings);
        Assert.AreEqual(1_000, settings.MaxEmptyFramesPerSecond);
        Assert.AreEqual(64L * 1024 * 1024, settings.MaxUnreadBytes);
        Assert.AreEqual(256L * 1024 * 1024, settings.MaxUnsentBytes);
        Assert.IsNull(settings.Tls);
        Assert.IsFalse(settings.AllowPlainTcp);
        Assert.AreEqual(SharedMemoryUse.Automatic, settings.SharedMemory);
        Assert.IsTrue(settings.Key.IsEmpty && settings.RequiredKeyToWrite.IsEmpty && settings.RequiredKeyToRead.IsEmpty);
        Assert.IsNull(settings.Logger);
        Assert.AreSame(TimeProvider.System, settings.TimeProvider);
    }

    [TestMethod]
    public void ItemOptions_Defaults_AreAsDocumented()
    {
        var settings = new ItemOptions<int>();

        Assert.IsNull(settings.Serializer);
        Assert.IsNull(settings.ContractName);
        Assert.AreEqual(16 * 1024 * 1024, settings.MaxItemBytes);
    }

    [TestMethod]
    public void DuplexChannelOptions_Defaults_AreAsDocumented()
    {
        var options = new DuplexChannelOptions<int, string>();

        var reading = (BoundedChannelOptions)options.Reading;
        Assert.AreEqual(1024, reading.Capacity);
        Assert.AreEqual(BoundedChannelFullMode.Wait, reading.FullMode);
        Assert.IsFalse(options.Reading.AllowSynchronousContinuations || options.AllowSynchronousWriteContinuations);
        Assert.IsNull(options.ItemDropped);
    }

    [TestMethod]
    public void SharedChannelOptions_Defaults_AreAsDocumented()
    {
        var options = new SharedChannelOptions();

        Assert.AreSame(CompletionPolicy.AnyWriter, options.Completion);
        Assert.AreEqual(64L * 1024 * 1024, options.MaxQueuedBytes);
    }

    /// <summary>What one of them says is varied by <c>with</c>, and everything else stays: so they are records.</summary>
    [TestMethod]
    public void Options_AreSealedRecords()
    {
        Type[] all = [.. typeof(CrossChannel).Assembly.GetExportedTypes().Where(type => type.Name.Split('`')[0].EndsWith("Options", StringComparison.Ordinal))];
        Assert.HasCount(9, all);
        foreach (Type type in all)
        {
            Assert.IsNotNull(type.GetMethod("<Clone>$"), $"{type} is not a record.");
            Assert.IsTrue(type.IsSealed || !type.IsGenericType, $"{type} is not sealed.");
        }
    }

    [TestMethod]
    public void With_KeepsWhatItDoesNotName()
    {
        ItemOptions<string> items = new ItemOptions<string> { ContractName = "a", MaxItemBytes = 7, Serializer = ItemSerializer.Default<string>() } with { MaxItemBytes = 8 };
        Assert.AreEqual("a", items.ContractName);
        Assert.AreEqual(8, items.MaxItemBytes);
        Assert.IsNotNull(items.Serializer);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => items with { MaxItemBytes = 0 });
    }

    [TestMethod]
    public void ConnectionOptions_AsText_ShowsNoKey()
    {
        string text = new ConnectionOptions { Key = "secret"u8.ToArray(), ConnectTimeout = TimeSpan.FromSeconds(3) }.ToString();
        StringAssert.Contains(text, "ConnectTimeout = 00:00:03");
        Assert.DoesNotContain("Key", text);
    }

    [TestMethod]
    [DataRow(-2L)]
    [DataRow(-10_000_000L)]
    [DataRow((long)int.MaxValue + 1)]
    public void ConnectionOptions_TimeoutOutOfRange_Throws(long milliseconds)
    {
        var bad = TimeSpan.FromMilliseconds(milliseconds);

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { ConnectTimeout = bad });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { GreetingTimeout = bad });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { CloseTimeout = bad });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { ExitTimeout = bad });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { PeerTimeout = bad });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HubOptions { DrainTimeout = bad });
        ArgumentOutOfRangeException e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HubOptions { RevokeTimeout = bad });
        Assert.AreEqual("RevokeTimeout", e.ParamName);
        StringAssert.Contains(e.Message, "RevokeTimeout must be zero or more, below 25 days");
    }

    [TestMethod]
    public void ConnectionOptions_TimeoutAtTheEdge_IsTaken()
    {
        foreach (TimeSpan good in (TimeSpan[])[Timeout.InfiniteTimeSpan, TimeSpan.Zero, TimeSpan.FromMilliseconds(int.MaxValue)])
            Assert.AreEqual(good, new ConnectionOptions { ConnectTimeout = good, CloseTimeout = good, PeerTimeout = good }.ConnectTimeout);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    [DataRow(int.MinValue)]
    public void ConnectionOptions_LimitBelowOne_Throws(int bad)
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { MaxLinks = bad });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { MaxPendingGreetings = bad });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { MaxEmptyFramesPerSecond = bad });
    }

    [TestMethod]
    public void ConnectionOptions_KeyOver256Bytes_Throws()
    {
        byte[] good = new byte[256], bad = new byte[257];

        Assert.AreEqual(256, new ConnectionOptions { Key = good, RequiredKeyToRead = good, RequiredKeyToWrite = good }.Key.Length);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { Key = bad });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { RequiredKeyToRead = bad });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { RequiredKeyToWrite = bad });
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(-1)]
    [DataRow((1 << 30) + 1)]
    public void ItemOptions_MaxItemBytesOutOfRange_NamesIt(int bad)
    {
        ArgumentOutOfRangeException e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ItemOptions<int> { MaxItemBytes = bad });
        StringAssert.Contains(e.Message, "MaxItemBytes must be 1 to 1,073,741,824");
    }

    [TestMethod]
    [DataRow(0L)]
    [DataRow(long.MinValue)]
    public void ByteLimit_BelowOne_NamesIt(long bad)
    {
        ArgumentOutOfRangeException e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { MaxUnreadBytes = bad });
        StringAssert.Contains(e.Message, "MaxUnreadBytes");
        e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionOptions { MaxUnsentBytes = bad });
        StringAssert.Contains(e.Message, "MaxUnsentBytes");
        e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SharedChannelOptions { MaxQueuedBytes = bad });
        StringAssert.Contains(e.Message, "MaxQueuedBytes");
        e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new HubOptions { MaxBytes = bad });
        StringAssert.Contains(e.Message, "MaxBytes");
    }

    [TestMethod]
    public void DuplexChannelOptions_Null_NamesIt()
    {
        Assert.AreEqual("Reading", Assert.ThrowsExactly<ArgumentNullException>(() => new DuplexChannelOptions<int, int> { Reading = null! }).ParamName);
        Assert.AreEqual("Connection", Assert.ThrowsExactly<ArgumentNullException>(() => new DuplexChannelOptions<int, int> { Connection = null! }).ParamName);
        Assert.AreEqual("ReadItems", Assert.ThrowsExactly<ArgumentNullException>(() => new DuplexChannelOptions<int, int> { ReadItems = null! }).ParamName);
        Assert.AreEqual("WriteItems", Assert.ThrowsExactly<ArgumentNullException>(() => new DuplexChannelOptions<int, int> { WriteItems = null! }).ParamName);
    }

    [TestMethod]
    public void Options_Rendezvous_IsRefused()
    {
        var options = new DuplexChannelOptions<NoItem, int> { Reading = new BoundedChannelOptions(0) };
        NotSupportedException e = Assert.ThrowsExactly<NotSupportedException>(() => CrossChannel.CreatePair(options));
        StringAssert.Contains(e.Message, "capacity 0");
    }

    [TestMethod]
    public void Options_Prioritized_IsRefused()
    {
        var options = new DuplexChannelOptions<NoItem, int> { Reading = new UnboundedPrioritizedChannelOptions<int>() };
        NotSupportedException e = Assert.ThrowsExactly<NotSupportedException>(() => CrossChannel.CreatePair(options));
        StringAssert.Contains(e.Message, "UnboundedPrioritizedChannelOptions");
    }

    [TestMethod]
    public void Options_NeitherDirection_IsRefused() =>
        Assert.ThrowsExactly<NotSupportedException>(() => CrossChannel.CreatePair<NoItem, NoItem>());

    [TestMethod]
    [DataRow(-2)]
    [DataRow(-1000)]
    public async Task Timeouts_Negative_Throw(int milliseconds)
    {
        var bad = TimeSpan.FromMilliseconds(milliseconds);
        var channel = Channel.CreateUnbounded<int>();

        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () => await channel.Reader.ReadAsync(bad));
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () => await channel.Reader.WaitToReadAsync(bad));
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () => await channel.Writer.WriteAsync(1, bad));
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () => await channel.Writer.WaitToWriteAsync(bad));
    }

    [TestMethod]
    public void Over_SwappedStreams_AsksWhetherTheyAreSwapped()
    {
        using var readable = new MemoryStream([1], writable: false);
        ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => CrossChannel.Over<int, int>(readable, readable));
        StringAssert.Contains(e.Message, "swapped");
    }

    [TestMethod]
    public async Task Tls_CertificateWithoutItsKey_IsRefusedWhereItIsSet()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=localhost", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        using var whole = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var open = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(whole.RawData);
        var options = new DuplexChannelOptions<int, int> { Connection = new ConnectionOptions { Tls = new TlsOptions { Certificate = open } } };
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => CrossChannel.ListenAsync("tls://localhost:0", options));
        StringAssert.Contains(e.Message, "private key");
    }
}
