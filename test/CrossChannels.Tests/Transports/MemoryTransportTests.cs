using CrossChannels.Transports;

namespace CrossChannels.Tests.Transports;

[TestClass]
public sealed class MemoryTransportTests : TransportContract
{
    [TestMethod]
    public async Task CreatePair_Bytes_Arrive()
    {
        (TransportConnection near, TransportConnection far) = MemoryTransport.CreatePair();
        await using (near)
        await using (far)
        {
            await near.Output.WriteAsync(new byte[] { 7 }).Done();
            byte[] received = new byte[1];
            Assert.AreEqual(1, await far.Input.ReadAsync(received).Done());
            Assert.AreEqual(7, received[0]);
        }
    }

    [TestMethod]
    public async Task Write_NobodyReads_Waits()
    {
        (TransportConnection near, TransportConnection far) = MemoryTransport.CreatePair();
        await using (near)
        await using (far)
        {
            Task write = near.Output.WriteAsync(new byte[256 << 10]).Done();
            Assert.IsFalse(write.IsCompleted);
            await far.Input.ReadExactlyAsync(new byte[256 << 10]).Done();
            await write;
        }
    }

    protected override ChannelAddress NewAddress() => ChannelAddress.Memory(TransportTest.UniqueName());
}
