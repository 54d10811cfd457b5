using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NATS.Client.Core;

namespace CrossChannels.Nats.Tests;

/// <summary>Who may connect to a server, and how.</summary>
[TestClass]
public sealed class SecurityTests
{
    [TestMethod]
    public async Task WrongPassword_IsRefused_AndNotShown()
    {
        await using NatsServer server = await NatsServer.StartAsync("authorization { user: shop, password: open }");
        NatsOptions options = new() { ConnectTimeout = TimeSpan.FromSeconds(2) };
        CrossChannelException error = await NatsChannels.ConnectAsync(
            server.Url, options with { Client = NatsOpts.Default with { AuthOpts = new NatsAuthOpts { Username = "shop", Password = "sesame" } } }).Fails<CrossChannelException>();
        Assert.IsFalse(error.ToString().Contains("sesame"), error.ToString());
        await using NatsChannels nats = await NatsChannels.ConnectAsync(
            server.Url, options with { Client = NatsOpts.Default with { AuthOpts = new NatsAuthOpts { Username = "shop", Password = "open" } } }).Done();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("jobs", 10).Done();
        await owner.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task TwoAccounts_DoNotSeeEachOther()
    {
        await using NatsServer server = await NatsServer.StartAsync(
            "accounts { one { jetstream: enabled, users: [{ user: one, password: first }] }, two { jetstream: enabled, users: [{ user: two, password: second }] } }");
        await using NatsChannels one = await NatsChannels.ConnectAsync(server.Url, As("one", "first")).Done();
        await using NatsChannels two = await NatsChannels.ConnectAsync(server.Url, As("two", "second")).Done();
        await using SharedChannel<int> owner = await one.CreateBoundedAsync<int>("jobs", 10).Done();
        await two.OpenWriterAsync<int>("jobs").Fails<LinkTimeoutException>();
        await using SharedChannel<string> other = await two.CreateBoundedAsync<string>("jobs", 5).Done();
        Assert.AreEqual(10, (await one.GetChannelStatusAsync("jobs").Done()).Capacity);

        static NatsOptions As(string user, string password) => new()
        {
            ConnectTimeout = TimeSpan.FromMilliseconds(500),
            Client = NatsOpts.Default with { AuthOpts = new NatsAuthOpts { Username = user, Password = password } },
        };
    }

    [TestMethod]
    public async Task Tls_BothSidesShowCertificates()
    {
        using var ours = new TestCertificates();
        using var others = new TestCertificates("Another root");
        using var directory = new TempDirectory();
        NatsTlsOpts server = Files(ours, "server"), client = Files(ours, "client"), stranger = Files(others, "stranger");
        await using NatsServer running = await NatsServer.StartAsync(
            $"tls {{ cert_file: \"{server.CertFile}\", key_file: \"{server.KeyFile}\", ca_file: \"{server.CaFile}\", verify: true, timeout: 20 }}");
        string url = $"tls://localhost:{running.Port}";
        await using (NatsChannels nats = await NatsChannels.ConnectAsync(url, With(client)).Done())
        {
            await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("jobs", 10).Done();
            await owner.Writer.WriteAsync(1).Done();
            Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        }
        // One that trusts another root, and one that shows nothing.
        await NatsChannels.ConnectAsync(url, With(client with { CaFile = stranger.CaFile })).Fails<CrossChannelException>();
        await NatsChannels.ConnectAsync(url, With(new NatsTlsOpts { CaFile = client.CaFile })).Fails<CrossChannelException>();

        NatsTlsOpts Files(TestCertificates certificates, string name)
        {
            X509Certificate2 certificate = certificates.Issue("localhost");
            using ECDsa key = certificate.GetECDsaPrivateKey()!;
            File.WriteAllText(directory[$"{name}.pem"], certificate.ExportCertificatePem());
            File.WriteAllText(directory[$"{name}.key"], key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(directory[$"{name}.ca"], certificates.Roots[0].ExportCertificatePem());
            return new NatsTlsOpts { CertFile = directory[$"{name}.pem"], KeyFile = directory[$"{name}.key"], CaFile = directory[$"{name}.ca"], Mode = TlsMode.Require };
        }

        static NatsOptions With(NatsTlsOpts tls) => new() { ConnectTimeout = TimeSpan.FromSeconds(1), Client = NatsOpts.Default with { TlsOpts = tls } };
    }

    [TestMethod]
    public async Task PlainToAnotherMachine_IsRefusedBeforeAnythingIsSent()
    {
        EndpointException error = await NatsChannels.ConnectAsync("nats://192.0.2.1:4222").Fails<EndpointException>();
        StringAssert.Contains(error.Message, "AllowPlainTcp");
        ArgumentException malformed = await NatsChannels.ConnectAsync("http://127.0.0.1").Fails<ArgumentException>();
        StringAssert.Contains(malformed.Message, "nats://host:port");
    }

    [TestMethod]
    public async Task NoJetStream_SaysSo()
    {
        NatsOptions options = new() { ConnectTimeout = TimeSpan.FromMilliseconds(100) };
        await NatsChannels.ConnectAsync("nats://127.0.0.1:1", options).Fails<LinkTimeoutException>();
    }

    [TestMethod]
    public void Addresses_AreShownWithoutPasswords()
    {
        Assert.AreEqual("nats://***@host:4222,nats://other:4222", Server.ServerAddress.Show("nats://me:secret@host:4222,nats://other:4222"));
    }
}
