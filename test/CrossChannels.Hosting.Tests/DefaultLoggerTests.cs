using Microsoft.Extensions.DependencyInjection;

namespace CrossChannels.Hosting.Tests;

/// <summary>What a program opens by itself, beside its host. The default logger is the process's, so nothing else may run beside these tests.</summary>
[TestClass]
[DoNotParallelize]
public sealed class DefaultLoggerTests
{
    /// <summary>A host of another test may not have come to its end.</summary>
    [TestInitialize]
    public void Reset() => ConnectionOptions.DefaultLogger = null;

    [TestMethod]
    public async Task HubDoesNotStart_TheHostLetsGo()
    {
        string address = TestHost.NewAddress();
        await using ChannelHub other = await ChannelHub.StartAsync(address).Done();
        TestHost host = TestHost.Build(builder => builder.Services.AddCrossChannelHub("build", hub => hub.Address = address));
        await Assert.ThrowsAsync<EndpointException>(() => host.StartAsync().Done());
        Assert.IsNull(ConnectionOptions.DefaultLogger);
    }

    [TestMethod]
    public async Task Links_OutsideOfServices_LogToTheHost_WhileItRuns()
    {
        TestHost host = await TestHost.StartAsync(static builder => builder.Services.AddCrossChannelHub("build", static hub => hub.Address = TestHost.NewAddress()));
        await LeaveAsync();
        Assert.AreEqual(1, host.Log.Count("OwnerLeft"));
        await host.DisposeAsync();
        Assert.IsNull(ConnectionOptions.DefaultLogger);
        await LeaveAsync();
        Assert.AreEqual(1, host.Log.Count("OwnerLeft"));
    }

    [TestMethod]
    public async Task Links_WithALoggerOfTheirOwn_LogToThat()
    {
        var own = new LogList();
        await using TestHost host = await TestHost.StartAsync(static builder => builder.Services.AddCrossChannelHub("build", static hub => hub.Address = TestHost.NewAddress()));
        await LeaveAsync(own);
        Assert.AreEqual((1, 0), (own.Count("OwnerLeft"), host.Log.Count("OwnerLeft")));
    }

    [TestMethod]
    public async Task Program_HasSetADefault_KeepsIt()
    {
        var programs = new LogList();
        ConnectionOptions.DefaultLogger = programs;
        try
        {
            await using (TestHost host = await TestHost.StartAsync(static builder => builder.Services.AddCrossChannelHub("build", static hub => hub.Address = TestHost.NewAddress())))
            {
                await LeaveAsync();
                Assert.AreEqual((1, 0), (programs.Count("OwnerLeft"), host.Log.Count("OwnerLeft")));
            }
            Assert.AreSame(programs, ConnectionOptions.DefaultLogger);
        }
        finally
        {
            ConnectionOptions.DefaultLogger = null;
        }
    }

    /// <summary>An owner that leaves its channel with an item in it, which is logged.</summary>
    private static async Task LeaveAsync(LogList? log = null)
    {
        SharedChannel<string> channel = await CrossChannel.CreateUnboundedAsync<string>(
            TestHost.NewAddress(), hub: new HubOptions { Connection = new ConnectionOptions { Logger = log } }).Done();
        await channel.Writer.WriteAsync("left").Done();
        await channel.DisposeAsync().Done();
    }
}
