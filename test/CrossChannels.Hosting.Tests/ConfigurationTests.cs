using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CrossChannels.Hosting.Tests;

/// <summary>Options from configuration, checked when the host starts.</summary>
[TestClass]
public sealed class ConfigurationTests : IDisposable
{
    private readonly string _address = TestHost.NewAddress();
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task HubAndEnds_FromConfigurationAlone_Meet()
    {
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["CrossChannels:Hubs:build:Address"] = _address,
                ["CrossChannels:Hubs:build:DrainTimeout"] = "00:00:00",
                ["CrossChannels:Hubs:build:Channels:parts:Capacity"] = "10",
                ["CrossChannels:Hubs:build:Channels:work:Leased"] = "true",
                ["CrossChannels:Hubs:build:Channels:work:MaxDeliveries"] = "3",
                ["CrossChannels:Hubs:build:Channels:work:Completion"] = "LastWriter",
                ["CrossChannels:Hubs:build:Channels:work:ExpectedWriters"] = "2",
                ["CrossChannels:Hubs:build:Locks:0"] = "gate",
                ["CrossChannels:Channels:parts:Address"] = $"{_address}#parts",
                ["CrossChannels:Channels:parts:MaxReopenDelay"] = "00:00:01",
                ["CrossChannels:Connection:ConnectTimeout"] = "00:00:07",
                ["CrossChannels:Channels:parts:Connection:PeerTimeout"] = "infinite",
                ["CrossChannels:Channels:parts:ResendUnreceived"] = "true",
                ["CrossChannels:Hubs:build:Connection:ListenTimeout"] = "00:00:03",
            });
            builder.Services.AddCrossChannelHub("build");
            builder.Services.AddChannelWriter<int>("parts");
        });
        await host.Get<ChannelWriter<int>>("parts").WriteAsync(1).Done();
        HubStatus status = await CrossChannel.GetHubStatusAsync(_address).Done();
        CollectionAssert.AreEquivalent(new[] { "parts", "work", "work.dead-letters" }, status.Channels.Select(channel => channel.Name).ToArray());
        Assert.AreEqual(10, status.Channels.Single(channel => channel.Name == "parts").Capacity);
        Assert.AreEqual("LastWriter(2)", status.Channels.Single(channel => channel.Name == "work").CompletionPolicy);
        Assert.AreEqual("gate", status.Locks.Single().Name);
        ChannelEndOptions<int> options = host.Services.GetRequiredService<IOptionsMonitor<ChannelEndOptions<int>>>().Get("parts");
        Assert.AreEqual((TimeSpan.FromSeconds(7), Timeout.InfiniteTimeSpan), (options.Connection.ConnectTimeout, options.Connection.PeerTimeout));
        Assert.IsTrue(options.Connection.Reconnect!.ResendUnreceived);
        Assert.AreEqual(TimeSpan.FromSeconds(3), host.Services.GetRequiredService<IOptionsMonitor<ChannelHubOptions>>().Get("build").Hub.Connection.ListenTimeout);
    }

    [TestMethod]
    public async Task Code_AfterConfiguration_Counts()
    {
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["CrossChannels:Channels:parts:Address"] = "elsewhere" });
            builder.Services.AddChannelWriter<int>("parts", end => end.Address = _address);
            builder.Services.AddChannelReader<int>("parts");
        });
        Assert.AreEqual(_address, host.Get<HostedChannelReader<int>>("parts").Address.ToString());
    }

    [TestMethod]
    public void Name_ThatIsAnAddress_IsTheAddress()
    {
        TestHost host = TestHost.Build(builder => builder.Services.AddChannelWriter<int>("build#parts"));
        Assert.AreEqual(ChannelAddress.Local("build").WithChannel("parts"), host.Get<HostedChannelWriter<int>>("build#parts").Address);
    }

    [TestMethod]
    [DataRow("CrossChannels:Channels:parts:Address", "tls:nowhere", "CrossChannels:Channels:parts:Address: ")]
    [DataRow("CrossChannels:Channels:parts:Adress", "x", "CrossChannels:Channels:parts:Adress: there is no such setting. There are: Address, ")]
    [DataRow("CrossChannels:Channels:parts:Address", "tls://build:1", "has no certificate")]
    [DataRow("CrossChannels:Channels:parts:Address", "tcp://127.0.0.1:1", "AllowPlainTcp")]
    [DataRow("CrossChannels:Channels:parts:MinReopenDelay", "5", "'5' is not a time such as 00:00:05")]
    [DataRow("CrossChannels:Channels:parts:MinReopenDelay", "00:00:00", "must be 1 ms or more")]
    [DataRow("CrossChannels:Channels:parts:Connection:MaxUnreadBytes", "0", "CrossChannels:Channels:parts:Connection:MaxUnreadBytes: MaxUnreadBytes must be 1 or more.")]
    [DataRow("CrossChannels:Connection:AllowPlainTcp", "yes", "'yes' is neither true nor false")]
    [DataRow("CrossChannels:Channels:parts:Connection:Tls:CertificatePath", "/no/such.pem", "CrossChannels:Channels:parts:Connection:Tls:CertificatePath: ")]
    [DataRow("CrossChannels:Channels:parts:Connection:Tls:TargetHost", "build", "a certificate is needed")]
    public async Task Mistakes_AreSaidAtTheStart_WithTheirPath(string key, string value, string message)
    {
        TestHost host = TestHost.Build(builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [key] = value });
            builder.Services.AddChannelWriter<int>("parts");
        });
        var error = await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => host.StartAsync().Done());
        StringAssert.Contains(error.Message, message);
    }

    [TestMethod]
    [DataRow("CrossChannels:Hubs:build:Address", "build#parts", "leave '#parts' out")]
    [DataRow("CrossChannels:Hubs:build:DrainTimeout", "-00:00:05", "CrossChannels:Hubs:build:DrainTimeout: DrainTimeout must be zero or more")]
    [DataRow("CrossChannels:Hubs:build:Channels:parts:MaxDeliveries", "3", "set Leased to true")]
    [DataRow("CrossChannels:Hubs:build:Channels:parts:Completion", "LastWriter", "LastWriter needs ExpectedWriters")]
    [DataRow("CrossChannels:Hubs:build:Channels:parts:Completion", "me", "none of AnyWriter, LastWriter, Owner")]
    [DataRow("CrossChannels:Hubs:build:Channels:parts:Size", "3", "there is no such setting")]
    public async Task MistakesOfHubs_AreSaidAtTheStart_WithTheirPath(string key, string value, string message)
    {
        TestHost host = TestHost.Build(builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [key] = value });
            builder.Services.AddCrossChannelHub("build");
        });
        var error = await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => host.StartAsync().Done());
        StringAssert.Contains(error.Message, message);
    }
}
