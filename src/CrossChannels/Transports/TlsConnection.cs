using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace CrossChannels.Transports;

/// <summary>A connection over TLS 1.2 or later, with certificates on both sides.</summary>
/// <remarks>
/// Revocation is not checked, and no certificate is downloaded: a handshake makes no other connection. A side whose handshake is
/// done before the other has judged its certificate (with TLS 1.3 that is the client) learns of a rejection from its first read.
/// </remarks>
internal sealed class TlsConnection : SocketConnection
{
    private readonly TlsOptions _settings;
    private readonly string? _targetHost;
    private SslStream? _tls;
    private string? _fault;

    /// <summary>Wraps a connected socket, at the connecting side with the name that the listener's certificate must carry.</summary>
    public TlsConnection(Socket socket, string remoteEndpoint, TlsOptions settings, string? targetHost)
        : base(socket, remoteEndpoint)
    {
        _settings = settings;
        _targetHost = targetHost;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        if (_tls is not null)
            await _tls.DisposeAsync().ConfigureAwait(false);
    }

    protected override async ValueTask<Stream> TrustAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        _tls = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await (_targetHost is null
                ? _tls.AuthenticateAsServerAsync(ServerOptions(), cancellationToken)
                : _tls.AuthenticateAsClientAsync(ClientOptions(_targetHost), cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or NotSupportedException)
        {
            throw new LinkRefusedException($"The TLS handshake with {RemoteEndpoint} failed: {_fault ?? e.Message}", e);
        }

        return _tls.IsMutuallyAuthenticated
            ? _tls
            : throw new LinkRefusedException($"The TLS handshake with {RemoteEndpoint} did not ask both sides for a certificate.");
    }

    private SslServerAuthenticationOptions ServerOptions() => new()
    {
        ServerCertificate = _settings.Certificate,
        ClientCertificateRequired = true,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = Validate,
        // A resumed session would skip the check of the certificate.
        AllowTlsResume = false,
    };

    private SslClientAuthenticationOptions ClientOptions(string targetHost) => new()
    {
        TargetHost = targetHost,
        ClientCertificateContext = SslStreamCertificateContext.Create(_settings.Certificate, additionalCertificates: null, offline: true),
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = Validate,
        AllowTlsResume = false,
    };

    private X509ChainPolicy ChainPolicy()
    {
        X509ChainPolicy policy = new()
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (_settings.TrustedRoots is { } roots)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }

        return policy;
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            _fault = "the peer showed no certificate.";
            return false;
        }

        if (_settings.Validate is { } validate)
        {
            if (!validate(sender, certificate, chain, errors))
                _fault = $"{nameof(TlsOptions)}.{nameof(TlsOptions.Validate)} rejected the peer's certificate '{PeerText.Show(certificate.Subject)}'.";
        }
        else if (errors != SslPolicyErrors.None)
        {
            string details = string.Join(" ", chain?.ChainStatus.Select(status => status.StatusInformation.Trim()) ?? []);
            _fault = $"the peer's certificate '{PeerText.Show(certificate.Subject)}' is not trusted ({errors}). {details}".TrimEnd();
        }

        return _fault is null;
    }
}
