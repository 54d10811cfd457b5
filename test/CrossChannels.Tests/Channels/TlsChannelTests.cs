namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class TlsChannelTests : ChannelContract
{
    private static readonly TestCertificates s_certificates = new();
    private static readonly TlsOptions s_tls = s_certificates.Settings();

    internal override Task<(DuplexChannel<T1, T2> First, DuplexChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        DuplexChannelOptions<T1, T2>? first, DuplexChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Tls("localhost", 0), WithTls(first), WithTls(second));

    private static DuplexChannelOptions<TWrite, TRead> WithTls<TWrite, TRead>(DuplexChannelOptions<TWrite, TRead>? options)
    {
        options ??= new();
        return options with { Connection = options.Connection with { Tls = s_tls } };
    }
}
