using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using CrossChannels.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Tests.Project;

/// <summary>What docs/diagnostics.md lists of log events and instruments is right.</summary>
[TestClass]
public sealed partial class DiagnosticsDocTests
{
    private static readonly string s_text = File.ReadAllText(Repository.At("docs/diagnostics.md"));

    [TestMethod]
    public void LogEvents_AreTheDocumentedOnes()
    {
        string[] events = [.. typeof(Log).GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(message => message.EventId)
            .Select(message => $"| {message.EventId} | `{message.EventName}` | {message.Level} |")];
        Assert.IsNotEmpty(events);
        CollectionAssert.IsSubsetOf(LogRow().Matches(s_text).Select(match => match.Value).ToArray(), events);
    }

    [TestMethod]
    public async Task Instruments_AreTheDocumentedOnes()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == "CrossChannels")
            {
                lock (seen)
                    seen.Add(instrument.Name);
            }
        };
        listener.Start();
        await using (await ChannelHub.StartAsync($"mem:{Guid.NewGuid():N}").Done())
        {
            string[] documented = [.. Instrument().Matches(s_text).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal)];
            lock (seen)
                CollectionAssert.IsSubsetOf(documented, seen.ToArray());
        }
    }

    [GeneratedRegex(@"^\| \d+ \| `\w+` \| \w+ \|", RegexOptions.Multiline, 1000)]
    private static partial Regex LogRow();

    [GeneratedRegex(@"^\| `(?<name>crosschannels[\w.]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Instrument();
}
