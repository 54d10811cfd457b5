using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NATS.Client.Core;
using NATS.NKeys;

namespace CrossChannels.Nats.Tests;

/// <summary>Who may connect to a server, and how.</summary>
[TestClass]
public sealed class SecurityTests
{
    /// <summary>What a user of the space 'shop' needs, as docs/nats.md says it.</summary>
    private const string Allowed = "[\"cc.shop.>\", \"_cc.>\", \"$JS.API.>\", \"$JS.ACK.>\", \"_INBOX.>\"]";

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
    public async Task Token_RightConnects_WrongIsRefusedAndNotShown()
    {
        await using NatsServer server = await NatsServer.StartAsync("authorization { token: open }");
        await AssertServesAsync(server, new NatsAuthOpts { Token = "open" });
        await AssertRefusedAsync(server, new NatsAuthOpts { Token = "sesame" }, "sesame");
        await AssertRefusedAsync(server, NatsAuthOpts.Default, "open");
    }

    [TestMethod]
    public async Task NKey_RightConnects_StrangerIsRefusedAndNotShown()
    {
        KeyPair known = KeyPair.CreatePair(PrefixByte.User), stranger = KeyPair.CreatePair(PrefixByte.User);
        await using NatsServer server = await NatsServer.StartAsync($"authorization {{ users: [{{ nkey: {known.GetPublicKey()} }}] }}");
        await AssertServesAsync(server, new NatsAuthOpts { NKey = known.GetPublicKey(), Seed = known.GetSeed() });
        await AssertRefusedAsync(server, new NatsAuthOpts { NKey = stranger.GetPublicKey(), Seed = stranger.GetSeed() }, stranger.GetSeed());
        // The name of the one with the key of the other.
        await AssertRefusedAsync(server, new NatsAuthOpts { NKey = known.GetPublicKey(), Seed = stranger.GetSeed() }, stranger.GetSeed());
    }

    [TestMethod]
    public async Task CredentialsFile_OfItsOperatorConnects_OfAnotherIsRefused()
    {
        var trusted = new TestOperator();
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory["ours.creds"], trusted.NewCredentials());
        await File.WriteAllTextAsync(directory["theirs.creds"], new TestOperator().NewCredentials());
        await using NatsServer server = await NatsServer.StartAsync(trusted.Configuration);
        await AssertServesAsync(server, new NatsAuthOpts { CredsFile = directory["ours.creds"] });
        await AssertRefusedAsync(server, new NatsAuthOpts { CredsFile = directory["theirs.creds"] }, "SEED");
    }

    /// <summary>The permissions that docs/nats.md names are all that a space needs.</summary>
    [TestMethod]
    public async Task Permissions_OfTheSpace_AreEnough()
    {
        await using NatsServer server = await NatsServer.StartAsync($"authorization {{ users: [{User("shop", Allowed, Allowed)}] }}");
        await using NatsChannels nats = await NatsChannels.ConnectAsync(server.Url, As("shop")).Done();
        await using LeasedChannel<int> work = await nats.CreateLeasedAsync<int>("work", 1, new LeaseOptions { CapacityRelease = CapacityRelease.Settled, MaxDeliveries = 1 }).Done();
        await using LeasedReader<int> worker = await nats.OpenLeasedReaderAsync<int>("work").Done();
        await using CrossChannelWriter<int> writer = await nats.OpenWriterAsync<int>("work").Done();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
                await writer.WriteAsync(i);
        });
        for (int i = 0; i < 20; i++)
        {
            Lease<int> lease = await worker.ReadAsync().Done();
            Assert.AreEqual(i, lease.Item);
            if (i == 10)
                lease.Abandon();
            else
                await lease.CompleteAsync().Done();
        }
        await writing.Done();
        Assert.AreEqual(10, await work.DeadLetters!.Reader.ReadAsync().Done());
        await using CrossLock gate = await nats.OpenLockAsync("gate").Done();
        await using (LockHold hold = await gate.AcquireAsync().Done())
            Assert.IsGreaterThan(0, hold.FencingToken);
        await writer.JoinAsync().Done();
        work.Writer.Complete();
        await worker.Completion.Done();
        Assert.IsTrue(await nats.DeleteAsync("work").Done());
    }

    [TestMethod]
    public async Task Permissions_NotOfTheSpace_IsRefusedAndSaysSo()
    {
        await using NatsServer server = await NatsServer.StartAsync($"authorization {{ users: [{User("shop", Allowed, Allowed)}] }}");
        LinkRefusedException error = await NatsChannels.ConnectAsync(server.Url, As("shop") with { Space = "bank" }).Fails<LinkRefusedException>();
        StringAssert.Contains(error.Message, "cc.bank.");
        Assert.AreEqual(EndingKind.Refused, error.Kind);
    }

    [TestMethod]
    public async Task Permissions_ToReadOnly_WriterFailsAndSaysWhy()
    {
        const string Reads = "[\"cc.shop.alive.>\", \"cc.shop.h.>\", \"cc.shop.w.>\", \"_cc.>\", \"$JS.API.>\", \"$JS.ACK.>\", \"_INBOX.>\"]";
        await using NatsServer server = await NatsServer.StartAsync($"authorization {{ users: [{User("shop", Allowed, Allowed)}, {User("guest", Reads, Allowed)}] }}");
        await using NatsChannels shop = await NatsChannels.ConnectAsync(server.Url, As("shop")).Done();
        await using NatsChannels guest = await NatsChannels.ConnectAsync(server.Url, As("guest")).Done();
        await using SharedChannel<int> owner = await shop.CreateBoundedAsync<int>("jobs", 10).Done();
        await owner.Writer.WriteAsync(1).Done();
        await using CrossChannelReader<int> reader = await guest.OpenReaderAsync<int>("jobs").Done();
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        await using CrossChannelWriter<int> writer = await guest.OpenWriterAsync<int>("jobs").Done();
        await writer.WriteAsync(2).Done();
        LinkRefusedException error = await writer.FlushAsync().Fails<LinkRefusedException>();
        StringAssert.Contains(error.Message, "cc.shop.i.jobs.");
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

    private static string User(string name, string publish, string subscribe) => $"{{ user: {name}, password: open, permissions: {{ publish: {publish}, subscribe: {subscribe} }} }}";

    private static NatsOptions As(string user) => With(new NatsAuthOpts { Username = user, Password = "open" }) with { Space = "shop" };

    private static NatsOptions With(NatsAuthOpts credentials) => new() { ConnectTimeout = TimeSpan.FromSeconds(2), Client = NatsOpts.Default with { AuthOpts = credentials } };

    private static async Task AssertServesAsync(NatsServer server, NatsAuthOpts credentials)
    {
        await using NatsChannels nats = await NatsChannels.ConnectAsync(server.Url, With(credentials)).Done();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("jobs", 10).Done();
        await owner.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
    }

    private static async Task AssertRefusedAsync(NatsServer server, NatsAuthOpts credentials, string secret)
    {
        LinkRefusedException error = await NatsChannels.ConnectAsync(server.Url, With(credentials)).Fails<LinkRefusedException>();
        Assert.IsFalse(error.ToString().Contains(secret, StringComparison.Ordinal), error.ToString());
    }
}
