using System.Globalization;
using EndToEnd.Machine;
using EndToEnd.Parts;
using EndToEnd.Peers;

namespace EndToEnd.Scenarios;

/// <summary>Many links that nobody uses: one process holds all accepted ends, another all others.</summary>
internal abstract class IdleScenario : Scenario
{
    protected const int Links = 1000;

    public override string? WhyNot() => FileLimit.WhyNot(Links);

    /// <summary>Starts the endpoint and the process that opens links; the latter is the driver.</summary>
    protected static Task<Side> StartAsync(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return Side.StartAsync(
            [PartSpec.Of<IdleEndpoint>(address), PartSpec.Of<IdleLinks>(address, Links.ToString(CultureInfo.InvariantCulture))],
            workplace.CancellationToken);
    }

    /// <summary>Opens all links and lets them come to rest.</summary>
    protected static async Task OpenAsync(Side side, TimeSpan settling, Workplace workplace)
    {
        await side.RunAsync(TimeSpan.Zero);
        await Task.Delay(settling, workplace.CancellationToken);
    }
}
