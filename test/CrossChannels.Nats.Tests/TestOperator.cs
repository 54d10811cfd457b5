using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using NATS.NKeys;

namespace CrossChannels.Nats.Tests;

/// <summary>Who signs accounts and users for a server, as the tools of NATS do: one operator, one account with JetStream, and the system's account.</summary>
internal sealed class TestOperator
{
    private readonly KeyPair _operator = KeyPair.CreatePair(PrefixByte.Operator);
    private readonly KeyPair _account = KeyPair.CreatePair(PrefixByte.Account);
    private readonly KeyPair _system = KeyPair.CreatePair(PrefixByte.Account);

    /// <summary>What a server that trusts this operator has in its configuration.</summary>
    public string Configuration
    {
        get
        {
            object none = new { subs = -1, data = -1, payload = -1, imports = -1, exports = -1, wildcards = true, conn = -1, leaf = -1 };
            object all = new
            {
                subs = -1, data = -1, payload = -1, imports = -1, exports = -1, wildcards = true, conn = -1, leaf = -1,
                mem_storage = -1, disk_storage = -1, streams = -1, consumer = -1,
            };
            string self = Sign(_operator, _operator, "operator", new { type = "operator", version = 2 });
            string account = Sign(_operator, _account, "account", new { limits = all, type = "account", version = 2 });
            string system = Sign(_operator, _system, "system", new { limits = none, type = "account", version = 2 });
            return $"operator: {self}\nsystem_account: {_system.GetPublicKey()}\nresolver: MEMORY\nresolver_preload {{ {_account.GetPublicKey()}: {account}, {_system.GetPublicKey()}: {system} }}";
        }
    }

    /// <summary>A credentials file of a user of the account.</summary>
    public string NewCredentials()
    {
        KeyPair user = KeyPair.CreatePair(PrefixByte.User);
        string jwt = Sign(_account, user, "user", new { pub = new { }, sub = new { }, subs = -1, data = -1, payload = -1, type = "user", version = 2 });
        return $"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n{user.GetSeed()}\n------END USER NKEY SEED------\n";
    }

    private static string Sign(KeyPair issuer, KeyPair subject, string name, object nats)
    {
        string head = Base64Url.EncodeToString("""{"typ":"JWT","alg":"ed25519-nkey"}"""u8);
        object claims = new { jti = name, iat = DateTimeOffset.UtcNow.ToUnixTimeSeconds(), iss = issuer.GetPublicKey(), name, sub = subject.GetPublicKey(), nats };
        string text = $"{head}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        byte[] signature = new byte[64];
        issuer.Sign(Encoding.ASCII.GetBytes(text), signature);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }
}
