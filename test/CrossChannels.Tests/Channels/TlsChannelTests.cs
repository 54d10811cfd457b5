using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.Channels;

[TestClass]
public sealed class TlsChannelTests : ChannelContract
{
    private static readonly TestCertificates s_certificates = new();
    private static readonly TlsSettings s_tls = s_certificates.Settings();

    internal override Task<(CrossChannel<T1, T2> First, CrossChannel<T2, T1> Second)> ConnectAsync<T1, T2>(
        CrossChannelOptions<T1, T2>? first, CrossChannelOptions<T2, T1>? second) =>
        ConnectAsync(ChannelAddress.Tls("localhost", 0), WithTls(first), WithTls(second));

    private static CrossChannelOptions<TWrite, TRead> WithTls<TWrite, TRead>(CrossChannelOptions<TWrite, TRead>? options)
    {
        options ??= new();
        LinkSettings link = options.Link;
        return new()
        {
            Reading = options.Reading,
            Writing = options.Writing,
            ItemDropped = options.ItemDropped,
            WriteSettings = options.WriteSettings,
            ReadSettings = options.ReadSettings,
            Link = new()
            {
                Tls = s_tls,
                CloseTimeout = link.CloseTimeout,
                GreetingTimeout = link.GreetingTimeout,
                PeerTimeout = link.PeerTimeout,
                Logger = link.Logger,
            },
        };
    }
}
