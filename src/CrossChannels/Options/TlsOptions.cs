using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CrossChannels;

/// <summary>Certificates for <c>tls://</c>: both sides show one, and both sides check the other's.</summary>
public sealed record TlsOptions
{
    /// <summary>This end's certificate with its private key.</summary>
    public required X509Certificate2 Certificate { get; init => field = OptionValue.NotNull(value); }

    /// <summary>The roots that the peer's certificate must lead to. Default: those of the machine.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>The name that the listener's certificate must carry. Default: the host of the address.</summary>
    public string? TargetHost { get; init; }

    /// <summary>Checks the peer's certificate instead of the above. Default: none. Risk: returning true without a check trusts every peer.</summary>
    public RemoteCertificateValidationCallback? Validate { get; init; }
}
